"""Findings as SARIF 2.1.0 (OASIS, 2020), which code scanning services and editors read."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from svcforge import HOME, __version__
from svcforge.lint import catalogue
from svcforge.lint.page import sections
from svcforge.report.findings import Report, fingerprints
from svcforge.report.page import Page
from svcforge.source.finding import Finding, Path, Severity, Span, dotted
from svcforge.source.yaml import lines

if TYPE_CHECKING:
    from svcforge.source.patch import Change

LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "note"}


def text(report: Report, page: Page) -> str:
    """One log with one run; columns count characters (`unicodeCodePoints`), and ends are exclusive, as in SARIF."""
    names = {finding.code: finding.name for finding in report.findings}
    numbers = {code: number for number, code in enumerate(sorted(names))}
    sources = {file: lines(source) for file, source in report.sources.items()}
    driver = {
        "name": "svcforge",
        "semanticVersion": __version__,
        "informationUri": HOME,
        "rules": [_rule(code, names[code]) for code in numbers],
    }
    results = [
        _result(finding, numbers[finding.code], known_by, sources, report.changes(finding.fix) if finding.fix else ())
        for finding, known_by in zip(report.findings, fingerprints(report.findings), strict=True)
    ]
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }
    return json.dumps(log, indent=2, ensure_ascii=False) + "\n"


def _rule(code: str, name: str) -> dict[str, Any]:
    """The record of a rule with its manual page; of one that is not in the catalogue, its name."""
    entry = catalogue.entry(code)
    if entry is None:
        return {"id": code, "name": name}
    full = sections(entry.page).get("What it does", entry.summary)
    ours = {"helpUri": f"{HOME}/blob/v{__version__}/docs/rules/{code}.md"} if code.startswith("SF") else {}
    return {
        "id": code,
        "name": name,
        "shortDescription": {"text": entry.summary},
        "fullDescription": {"text": " ".join(full.split())},
        "help": {"text": entry.page, "markdown": entry.page},
        **ours,
        "defaultConfiguration": {"level": LEVELS[entry.rule.severity]},
        "properties": {"tags": [entry.rule.family, f"profile-{entry.rule.profile}"]},
    }


def _result(
    finding: Finding,
    rule: int,
    fingerprint: str,
    sources: Mapping[str, Sequence[str]],
    changes: Sequence[Change],
) -> dict[str, Any]:
    said = f"{finding.message}\n\n{finding.hint}" if finding.hint else finding.message
    related = [(r.path, r.span, r.message) for r in finding.related]
    if related and finding.note:
        # All places of a circle or a chain, in their order, are in one list.
        related.insert(0, (finding.path, finding.span, finding.note))
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": LEVELS[finding.severity],
        "message": {"text": said},
        "locations": [_location(finding.path, finding.span, sources)],
        "partialFingerprints": {"svcforge/v1": fingerprint},
    }
    if related:
        result["relatedLocations"] = [
            {"id": number, **_location(path, span, sources), "message": {"text": message}}
            for number, (path, span, message) in enumerate(related, 1)
        ]
    if changes:
        fix = {"description": {"text": finding.hint or finding.message}, "artifactChanges": list(_artifacts(changes))}
        result["fixes"] = [fix | {"properties": {"safe": finding.fix_is_safe}}]
    return result


def _location(path: Path, span: Span | None, sources: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    if span:
        region = _region(span)
        source = sources.get(span.file, ())
        if span.line == span.end_line and span.line <= len(source):
            region["snippet"] = {"text": source[span.line - 1][span.column - 1 : span.end_column - 1]}
        found["physicalLocation"] = {"artifactLocation": {"uri": uri(span.file)}, "region": region}
    if path:
        found["logicalLocations"] = [{"fullyQualifiedName": dotted(path), "kind": "element"}]
    return found


def _region(span: Span) -> dict[str, Any]:
    return {
        "startLine": span.line,
        "startColumn": span.column,
        "endLine": span.end_line,
        "endColumn": span.end_column,
    }


def _artifacts(changes: Sequence[Change]) -> Iterator[dict[str, Any]]:
    for file, of_file in groupby(sorted(changes, key=lambda c: c.span.file), lambda change: change.span.file):
        replacements = [{"deletedRegion": _region(c.span), "insertedContent": {"text": c.text}} for c in of_file]
        yield {"artifactLocation": {"uri": uri(file)}, "replacements": replacements}


def uri(file: str) -> str:
    """A file's name as a URI: relative names stay relative, so that a report fits any checkout."""
    from urllib.parse import quote

    path = PurePath(file)
    return path.as_uri() if path.is_absolute() else quote(path.as_posix())
