"""Findings as workflow commands, which GitHub Actions shows as annotations beside the lines that they are about."""

from __future__ import annotations

from svcforge.report.findings import Report
from svcforge.report.page import Page, visible
from svcforge.source.finding import Finding, Related, Severity

COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.INFO: "notice"}


def text(report: Report, page: Page) -> str:
    """One command a line: the place and the rule as properties; the message, further places and the help as data."""
    return "".join(f"{_command(finding)}\n" for finding in report.findings)


def _command(finding: Finding) -> str:
    properties: dict[str, object] = {}
    if span := finding.span:
        properties = {"file": span.file, "line": span.line, "endLine": span.end_line}
        # Columns mean something only where a place ends on the line that it begins on.
        if span.line == span.end_line:
            properties |= {"col": span.column, "endColumn": span.end_column}
    properties["title"] = f"{finding.code} {finding.name}"
    said = [finding.message, *map(_related, finding.related), *([f"help: {finding.hint}"] if finding.hint else [])]
    written = ",".join(f"{name}={_property(str(value))}" for name, value in properties.items())
    return f"::{COMMANDS[finding.severity]} {written}::{_data(chr(10).join(map(visible, said)))}"


def _related(related: Related) -> str:
    place = f" ({related.span.file}:{related.span.line}:{related.span.column})" if related.span else ""
    return f"{related.message}{place}"


def _data(text: str) -> str:
    """Text behind the `::` of a command, whose line it must not leave."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """The value of a property, which ends at a comma or a colon."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
