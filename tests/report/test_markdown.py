"""Markdown: a table that no message can break, read back by a CommonMark parser."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise

from hypothesis import given, settings
from markdown_it import MarkdownIt
from markdown_it.token import Token
from tests.report.samples import CYCLE, LOOSE, REPORT, reports

from svcforge.report.findings import Report
from svcforge.report.formats import FORMATS
from svcforge.report.page import Page, visible


def test_findings_are_rows_under_what_was_counted() -> None:
    assert FORMATS["markdown"](REPORT, Page()) == (
        "### svcforge lint\n"
        "\n"
        "Found 1 error, 1 warning in 42 services (1 suppressed).\n"
        "\n"
        "| severity | rule | where | finding | what to do |\n"
        "| --- | --- | --- | --- | --- |\n"
        "| error | SF101 sync-cycle | b.yaml:2:5 |"
        ' synchronous cycle "seat -\\> travel -\\> seat"<br>b.yaml:3:5 travel -\\> seat | turn it into an event |\n'
        '| warning | SF003 isolated-service |  | service "x" is isolated |  |\n'
    )


def test_nothing_found_is_a_sentence_without_a_table() -> None:
    assert FORMATS["markdown"](Report([]), Page()) == "### svcforge lint\n\nNo findings.\n"


def test_what_stands_in_backticks_stays_code() -> None:
    coded = replace(LOOSE, hint="say `a: x | y*` or *b*")
    assert FORMATS["markdown"](Report([coded]), Page()).endswith("| say `a: x \\| y*` or \\*b\\* |\n")


def cells(text: str) -> list[list[str]]:
    """The rows of the first table as a reader sees them; `<br>` is a newline."""
    tokens = MarkdownIt("commonmark").enable("table").parse(text)
    inline = [token for before, token in pairwise(tokens) if before.type in ("td_open", "th_open")]
    shown = [_shown(token) for token in inline]
    return [shown[i : i + 5] for i in range(0, len(shown), 5)]


def _shown(token: Token) -> str:
    found = ""
    for child in token.children or ():
        assert child.type in ("text", "code_inline", "html_inline"), child
        assert child.type != "html_inline" or child.content == "<br>"
        found += "\n" if child.type == "html_inline" else child.content
    return found


def squeezed(text: str) -> str:
    """Without what Markdown says nothing about: the number of spaces, and backticks."""
    return re.sub(r"\s+", " ", visible(text).replace("`", "")).strip()


@settings(deadline=None)
@given(reports())
def test_every_row_has_five_cells_that_say_what_the_finding_says(report: Report) -> None:
    rows = cells(FORMATS["markdown"](report, Page()))[1:]
    assert len(rows) == len(report.findings)
    for row, finding in zip(rows, report.findings, strict=True):
        assert row[0] == finding.severity
        assert squeezed(row[3].split("\n")[0]) == squeezed(finding.message)
        assert squeezed(row[4]) == squeezed(finding.hint or "")


def test_a_circle_lists_its_edges_in_its_cell() -> None:
    [row] = cells(FORMATS["markdown"](Report([CYCLE]), Page()))[1:]
    assert row[3] == 'synchronous cycle "seat -> travel -> seat"\nb.yaml:3:5 travel -> seat'
