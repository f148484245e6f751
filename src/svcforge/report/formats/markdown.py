"""Findings as a Markdown table, for a comment on a change or the summary of a run."""

from __future__ import annotations

import re
from collections.abc import Iterator

from svcforge.report.closing import closing_line
from svcforge.report.findings import Report
from svcforge.report.page import Page, visible
from svcforge.source.finding import Finding, Span

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>|~&#!])")
"""Characters that Markdown may read as more than themselves within a cell."""


def text(report: Report, page: Page) -> str:
    """A heading that counts them, and a row a finding."""
    lines = ["### svcforge lint", "", closing_line(report.summary)]
    if report.findings:
        lines += ["", "| severity | rule | where | finding | what to do |", "| --- | --- | --- | --- | --- |"]
        lines += [f"| {' | '.join(_cells(finding))} |" for finding in report.findings]
    return "".join(f"{line}\n" for line in lines)


def _cells(finding: Finding) -> Iterator[str]:
    yield str(finding.severity)
    yield _plain(f"{finding.code} {finding.name}")
    yield _place(finding.span) if finding.span else ""
    related = [f"{_place(r.span)} {_plain(r.message)}" if r.span else _plain(r.message) for r in finding.related]
    yield "<br>".join([_plain(finding.message), *related])
    yield _plain(finding.hint or "")


def _place(span: Span) -> str:
    return _plain(f"{span.file}:{span.line}:{span.column}")


def _plain(text: str) -> str:
    """Text that means itself; what stands in backticks stays code, in which a cell's end alone is escaped."""
    parts = visible(text).split("`")
    if len(parts) % 2 == 0:
        return _SPECIAL.sub(r"\\\1", "`".join(parts))
    return "".join(
        f"`{part.replace('|', chr(92) + '|')}`" if number % 2 else _SPECIAL.sub(r"\\\1", part)
        for number, part in enumerate(parts)
    )
