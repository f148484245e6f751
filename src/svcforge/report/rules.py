"""The catalogue of rules as people and machines read it: a table, JSON, and a rule's manual page."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

from svcforge.lint.catalogue import Entry
from svcforge.report.page import Page


def table(entries: Iterable[Entry], page: Page) -> str:
    """A line a rule: code, name, severity, profile, what it is about."""
    rows = [(e.rule.code, e.rule.name, str(e.rule.severity), str(e.rule.profile), e.summary) for e in entries]
    widths = [max((len(row[i]) for row in rows), default=0) for i in range(4)]
    return "".join(f"{_row(row, widths, page)}\n" for row in rows)


def _row(row: tuple[str, ...], widths: list[int], page: Page) -> str:
    code, name, severity, profile = (cell.ljust(width) for cell, width in zip(row, widths, strict=False))
    return f"{page.paint('strong', code)}  {name}  {page.paint(row[2], severity)}  {profile}  {row[4]}".rstrip()


def as_json(entries: Iterable[Entry]) -> str:
    """The records of the rules; the JSON is stable within its version."""
    return (
        json.dumps({"version": 1, "rules": [_record(entry) for entry in entries]}, indent=2, ensure_ascii=False) + "\n"
    )


def _record(entry: Entry) -> dict[str, Any]:
    rule = entry.rule
    return {
        "code": rule.code,
        "name": rule.name,
        "family": rule.family,
        "summary": entry.summary,
        "severity": str(rule.severity),
        "profile": str(rule.profile),
        "fix": str(rule.fix),
        "options": [{"name": o.name, "type": o.kind, "default": o.default, "reason": o.reason} for o in rule.options],
        "aliases": list(rule.aliases),
    }


def manual(entry: Entry, page: Page) -> str:
    """A rule's page: its record in a line, then the docstring of its module."""
    rule = entry.rule
    record = f"{rule.family}, {rule.severity}, profile {rule.profile}, fix: {rule.fix}"
    lines = [page.paint("strong", f"{rule.code} {rule.name}") + f"  ({record})", ""]
    lines += [page.paint("strong", line) if line.startswith("#") else line for line in entry.page.splitlines()]
    return "\n".join(lines) + "\n"
