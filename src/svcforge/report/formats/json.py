"""Findings for programs: one JSON object, stable within its version."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from svcforge.report.findings import Report
from svcforge.report.page import Page
from svcforge.source.finding import Finding, Path, Related, Span, dotted

VERSION = 1


def text(report: Report, page: Page) -> str:
    """One JSON object; lines and columns are 1-based, ends exclusive, columns count characters."""
    found = {
        "version": VERSION,
        "findings": [_finding(finding) for finding in report.findings],
        "summary": asdict(report.summary),
    }
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": str(finding.severity),
        "message": finding.message,
        "hint": finding.hint,
        **_place(finding.path, finding.span),
        "related": [_related(related) for related in finding.related],
        "fix": ("safe" if finding.fix_is_safe else "unsafe") if finding.fix else None,
    }


def _related(related: Related) -> dict[str, Any]:
    return {"message": related.message, **_place(related.path, related.span)}


def _place(path: Path, span: Span | None) -> dict[str, Any]:
    return {
        "path": dotted(path),
        "file": span.file if span else None,
        "line": span.line if span else None,
        "column": span.column if span else None,
        "end_line": span.end_line if span else None,
        "end_column": span.end_column if span else None,
    }
