"""The format for people: nothing leaves the page, whatever a finding says and however wide its source is."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.report.samples import CYCLE, LOOSE, SOURCE, reports

from svcforge.lint.profiles import Reached
from svcforge.lint.rule import Profile
from svcforge.report.findings import Report, Summary, summary_of
from svcforge.report.formats import FORMATS
from svcforge.report.page import Page, cells, visible
from svcforge.source.edit import Put
from svcforge.source.finding import Related, Span

full = FORMATS["full"]


def plain(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


@settings(deadline=None)
@given(reports(), st.integers(40, 120))
def test_no_line_is_wider_than_the_page_unless_it_is_one_word(report: Report, width: int) -> None:
    for line in full(report, Page(width)).split("\n"):
        words = re.sub(r"^(\S+ (error|warning|info)  (\[\*\] )?\S+:| *(-->|:::|help:))", "", line).split()
        assert cells(line) <= width or len(words) <= 1


@settings(deadline=None)
@given(reports())
def test_nothing_that_a_file_or_a_finding_says_reaches_the_terminal_as_a_command(report: Report) -> None:
    printed = full(report, Page()) + FORMATS["concise"](report, Page())
    assert all(visible(line) == line for line in printed.split("\n"))


@settings(deadline=None)
@given(reports())
def test_colours_change_nothing_but_colours(report: Report) -> None:
    assert plain(full(report, Page(colour=True))) == full(report, Page())


@settings(deadline=None)
@given(reports())
def test_every_finding_has_its_place_and_the_way_to_its_page(report: Report) -> None:
    printed = full(report, Page(width=10_000))
    for finding in report.findings:
        assert f"  docs: svcforge explain {finding.code}\n" in printed
        for span in (finding.span, *(related.span for related in finding.related)):
            if span:
                assert f" {visible(span.file)}:{span.line}:{span.column}" in printed


def test_a_long_related_place_goes_on_below_itself() -> None:
    far = Related((), "a word " * 12, Span("contexts/ordering.yaml", 7, 9, 7, 12))
    lines = full(Report([replace(CYCLE, related=(far,))], sources={"b.yaml": SOURCE}), Page()).splitlines()
    [first] = [i for i, line in enumerate(lines) if line.startswith("  ::: contexts/ordering.yaml:7:9  a word")]
    assert lines[first + 1].startswith("      word a word")


def test_wide_and_combining_characters_are_under_their_carets() -> None:
    named = replace(CYCLE, span=Span("b.yaml", 1, 7, 1, 9), related=(), note="", hint=None)
    for source in ("名前: [é漢字, b]\n", "ná̈: [é漢字, b]\n"):
        lines = full(Report([named], sources={"b.yaml": source}), Page()).splitlines()
        code, carets = (line.partition("| ")[2] for line in lines[3:5])
        start, end = cells(source[:6]), cells(source[:8])
        assert (code, carets.rstrip()) == (source.rstrip(), " " * start + "^" * (end - start))


@pytest.mark.parametrize(
    ("summary", "line"),
    [
        (Summary(), "No findings."),
        (Summary(services=1), "No findings in 1 service."),
        (Summary(errors=1, infos=2, services=42), "Found 1 error, 2 infos in 42 services."),
        (Summary(warnings=1, baseline=3, suppressed=1), "Found 1 warning (3 in baseline, 1 suppressed)."),
        (Summary(fixed=2), "No findings (2 fixed)."),
    ],
)
def test_the_closing_line_counts_what_is_shown_and_what_is_not(summary: Summary, line: str) -> None:
    assert full(Report([], summary), Page()) == f"{line}\n"


@pytest.mark.parametrize(
    ("reached", "line"),
    [
        (Reached(Profile.RECOMMENDED, Profile.PRODUCTION, 6), "Profile reached: recommended (production needs 6 more)"),
        (Reached(Profile.PRODUCTION), "Profile reached: production"),
        (Reached(None, Profile.MINIMAL, 1), "Profile reached: none (minimal needs 1 more)"),
    ],
)
def test_the_last_line_says_which_profile_is_reached_and_what_the_next_needs(reached: Reached, line: str) -> None:
    assert full(Report([], reached=reached), Page()).splitlines()[-1] == line


def test_what_can_be_fixed_is_marked_and_counted() -> None:
    safe = replace(CYCLE, fix=(Put((), "a", 1),), fix_is_safe=True)
    found = [safe, replace(LOOSE, fix=(Put((), "a", 1),))]
    printed = full(Report(found, summary_of(found)), Page())
    assert printed.startswith("SF101 error  [*] sync-cycle: ")
    assert "SF003 warning  isolated-service: " in printed
    assert printed.endswith("[*] 1 fixable with svcforge lint --fix (1 more with --unsafe-fixes)\n")


def test_a_rule_of_the_blueprints_own_has_no_page_to_read() -> None:
    assert "  docs: " not in full(Report([replace(LOOSE, code="custom/layers", name="layers")]), Page())


def test_a_closing_line_of_large_numbers_is_wrapped() -> None:
    summary = Summary(
        errors=12345, warnings=12345, infos=12345, suppressed=1234, baseline=1234, fixed=1234, services=10000
    )
    lines = full(Report([], summary), Page()).splitlines()
    assert len(lines) == 2
    assert max(map(len, lines)) <= 80
