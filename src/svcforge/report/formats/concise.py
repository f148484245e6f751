"""One line a finding: `file:line:column: code severity message`, for editors and grep."""

from __future__ import annotations

from svcforge.report.findings import Report
from svcforge.report.page import Page, visible
from svcforge.source.finding import Finding


def text(report: Report, page: Page) -> str:
    """The findings, one a line."""
    return "".join(f"{_line(finding, report.mark(finding), page)}\n" for finding in report.findings)


def _line(finding: Finding, mark: str, page: Page) -> str:
    span = finding.span
    place = f"{visible(span.file)}:{span.line}:{span.column}: " if span else ""
    severity = page.paint(finding.severity, finding.severity)
    return f"{place}{page.paint('strong', finding.code)} {severity} {mark}{visible(finding.message)}"
