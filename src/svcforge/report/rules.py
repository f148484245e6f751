"""The catalogue of rules as people and machines read it: a table, JSON, and a rule's manual page."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

from svcforge.lint.catalogue import Entry
from svcforge.lint.page import example, listed, refactorings, sections
from svcforge.lint.rule import Fix, Rule, Status
from svcforge.report.page import Page, wrapped


def table(entries: Iterable[Entry], page: Page) -> str:
    """Code, name, severity, profile and fix of each rule, and what it finds: beside them, or below on a narrow page."""
    found = list(entries)
    records = [_record(entry.rule) for entry in found]
    widths = [max((len(record[i]) for record in records), default=0) for i in range(5)]
    beside = sum(widths) + 2 * len(widths)
    fits = beside + max((len(entry.summary) for entry in found), default=0) <= page.width
    lines: list[str] = []
    for entry, record in zip(found, records, strict=True):
        cells = [cell.ljust(width) for cell, width in zip(record, widths, strict=True)]
        cells[0], cells[2] = page.paint("strong", cells[0]), page.paint(record[2], cells[2])
        line = "  ".join(cells)
        if fits:
            lines.append(f"{line}  {entry.summary}")
        else:
            indent = " " * (widths[0] + 2)
            lines += [line.rstrip(), *wrapped(entry.summary, page.width, first=indent, indent=indent)]
    return "".join(f"{line}\n" for line in lines)


def _record(rule: Rule) -> tuple[str, str, str, str, str]:
    fix = "" if rule.fix is Fix.NONE else f"fix: {rule.fix}"
    return rule.code, rule.name, str(rule.severity), str(rule.profile), fix


def as_json(entries: Iterable[Entry]) -> str:
    """The records of the rules with their pages in Markdown; stable within its version."""
    found = {"version": 1, "rules": [_json(entry) for entry in entries]}
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _json(entry: Entry) -> dict[str, Any]:
    rule, page = entry.rule, sections(entry.page)
    ways = refactorings(entry.page)
    return {
        "code": rule.code,
        "name": rule.name,
        "family": rule.family,
        "summary": entry.summary,
        "severity": str(rule.severity),
        "profile": str(rule.profile),
        "fix": str(rule.fix),
        "since": rule.since or None,
        "status": str(rule.status),
        "rationale": " ".join(page.get("Why is this bad?", "").split()),
        "bad_example": example(entry.page, "Example"),
        "good_example": example(entry.page, "Use instead"),
        "remediation": ways[0].name if ways else None,
        "refactorings": [{"name": way.name, "weight": way.weight} for way in ways],
        "options": [{"name": o.name, "type": o.kind, "default": o.default, "reason": o.reason} for o in rule.options],
        "aliases": list(rule.aliases),
        "references": list(listed(entry.page, "References")),
        "page": entry.page,
    }


def manual(entry: Entry, page: Page) -> str:
    """A rule's page as it fits the page it is printed on: its record, then the docstring of its module."""
    rule = entry.rule
    said = [rule.family, str(rule.severity), f"profile {rule.profile}", f"fix: {rule.fix}"]
    said += [f"since {rule.since}"] if rule.since else []
    said += [str(rule.status)] if rule.status is not Status.STABLE else []
    record = f"({', '.join(said)})"
    title = f"{rule.code} {rule.name}"
    head, *more = wrapped(record, page.width, first=f"{title}  ", indent="  ")
    lines = [page.paint("strong", title) + head.removeprefix(title), *more, ""]
    for block in blocks(entry.page):
        if block.startswith("#"):
            lines.append(page.paint("strong", block))
        elif block.startswith("```") or not block:
            lines += block.split("\n")
        else:
            lines += wrapped(block, page.width, indent="  " if block.startswith("- ") else "")
    return "\n".join(lines) + "\n"


def blocks(page: str) -> Iterator[str]:
    """The blocks of a page: code with its fences, headings, paragraphs and list entries on one line; "" between them."""
    held: list[str] = []
    fenced = False
    for line in page.splitlines():
        fence = line.startswith("```")
        if fenced:
            held.append(line)
            if fence:
                yield "\n".join(held)
                held, fenced = [], False
            continue
        if held and (fence or not line or line.startswith(("#", "- ")) or held[0].startswith("#")):
            yield " ".join(held)
            held = []
        if line:
            held.append(line.strip())
            fenced = fence
        else:
            yield ""
    if held:
        yield " ".join(held)
