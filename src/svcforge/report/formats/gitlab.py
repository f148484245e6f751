"""Findings as a GitLab code quality report, which merge requests show."""

from __future__ import annotations

import json
from typing import Any

from svcforge.report.findings import Report, fingerprints
from svcforge.report.page import Page
from svcforge.source.finding import Finding, Severity

SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.INFO: "info"}


def text(report: Report, page: Page) -> str:
    """A list of issues; a fingerprint outlives changes elsewhere in the file, so that GitLab tells new ones from old."""
    main = next(iter(report.sources), "blueprint.yaml")
    found = [
        _issue(finding, known_by, main)
        for finding, known_by in zip(report.findings, fingerprints(report.findings), strict=True)
    ]
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _issue(finding: Finding, fingerprint: str, main: str) -> dict[str, Any]:
    span = finding.span
    return {
        "check_name": f"{finding.code} {finding.name}",
        "description": f"{finding.message} ({finding.hint})" if finding.hint else finding.message,
        "fingerprint": fingerprint,
        "severity": SEVERITIES[finding.severity],
        "location": {
            "path": (span.file if span else main).replace("\\", "/").removeprefix("./"),
            "positions": {
                "begin": {"line": span.line if span else 1, "column": span.column if span else 1},
                "end": {"line": span.end_line if span else 1, "column": span.end_column if span else 1},
            },
        },
    }
