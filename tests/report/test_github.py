"""Workflow commands: a line a finding, which nothing in a message can leave."""

from __future__ import annotations

import re

from hypothesis import given, settings
from tests.report.samples import CYCLE, INFO, LOOSE, reports

from svcforge.report.findings import Report
from svcforge.report.formats import FORMATS
from svcforge.report.page import Page, visible


def test_a_finding_is_a_command_with_its_place_its_rule_further_places_and_the_help() -> None:
    assert FORMATS["github"](Report([CYCLE, LOOSE, INFO]), Page()) == (
        "::error file=b.yaml,line=2,endLine=2,col=5,endColumn=17,title=SF101 sync-cycle::"
        'synchronous cycle "seat -> travel -> seat"%0Atravel -> seat (b.yaml:3:5)%0Ahelp: turn it into an event\n'
        '::warning title=SF003 isolated-service::service "x" is isolated\n'
        "::notice file=c.yaml,line=1,endLine=3,title=SF404 orphan-event::"
        'nobody hears "e"%0Ahelp: leave it out\n'
    )


COMMAND = re.compile(r"::(error|warning|notice) ([^:\n]*)::([^\n]*)")


def read(text: str) -> str:
    """As the runner reads what it was given."""
    for code, character in (("%0D", "\r"), ("%0A", "\n"), ("%3A", ":"), ("%2C", ","), ("%25", "%")):
        text = text.replace(code, character)
    return text


@settings(deadline=None)
@given(reports())
def test_whatever_a_finding_says_is_read_back_from_one_line(report: Report) -> None:
    lines = FORMATS["github"](report, Page()).split("\n")
    assert lines.pop() == ""
    assert len(lines) == len(report.findings)
    for line, finding in zip(lines, report.findings, strict=True):
        found = COMMAND.fullmatch(line)
        assert found is not None
        properties = dict(entry.partition("=")[::2] for entry in found[2].split(","))
        assert read(properties["title"]) == f"{finding.code} {finding.name}"
        assert read(properties.get("file", "")) == (finding.span.file if finding.span else "")
        assert read(found[3]).split("\n")[0] == visible(finding.message)
