"""Whatever a blueprint says, the linter answers: no exception, the same text each time, every finding with a place."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.strategies import Data, as_text, blueprints, damaged

from svcforge.lint.settings import Choices
from svcforge.load import load_text
from svcforge.pipeline import Linted, judged
from svcforge.report.formats import FORMATS
from svcforge.report.page import Page, cells

EVERYTHING = Choices(profile="production", fail_on="never")
generous = settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))


def linted(text: str) -> Linted:
    return judged(load_text(text), EVERYTHING)


@generous
@given(blueprints(), st.booleans())
def test_a_valid_blueprint_can_be_read_and_judged_in_either_style(data: Data, flow: bool) -> None:
    found = linted(as_text(data, flow=flow))
    assert [f.message for f in found.report.findings if f.code in ("SF010", "SF011", "SF012", "SF013")] == []
    assert found.exit_code == 0


@generous
@given(st.one_of(blueprints(), damaged()))
def test_every_finding_has_a_place_inside_the_text_and_says_what_to_do(data: Any) -> None:
    text = as_text(data)
    lines = text.split("\n")
    for finding in linted(text).report.findings:
        assert finding.span is not None
        assert 1 <= finding.span.line <= len(lines)
        assert 1 <= finding.span.column <= len(lines[finding.span.line - 1]) + 1
        assert finding.hint
        assert all(related.span for related in finding.related)


@generous
@given(damaged())
def test_damage_is_told_in_every_format_twice_the_same(data: Any) -> None:
    text = as_text(data)
    for write in FORMATS.values():
        assert write(linted(text).report, Page()) == write(linted(text).report, Page())


@generous
@given(st.one_of(blueprints(), damaged()))
def test_the_formats_are_what_they_say(data: Any) -> None:
    report = linted(as_text(data)).report
    assert len(json.loads(FORMATS["json"](report, Page()))["findings"]) == len(report.findings)
    assert FORMATS["concise"](report, Page()).count("\n") == len(report.findings)
    full = FORMATS["full"](report, Page()).split("\n")
    assert [line for line in full if line != line.rstrip()] == []
    assert [line for line in full if cells(line) > 80 and " | " in line] == []


@generous
@given(st.text())
def test_any_text_is_answered(text: str) -> None:
    assert linted(text).exit_code in (0, 2)


@generous
@given(st.text(alphabet="{}[]:,&*!|>'\"%@`#-? \n\tab<"))
def test_any_scraps_of_yaml_are_answered(text: str) -> None:
    assert linted("svcforge: 1\nsystem: s\n" + text).exit_code in (0, 2)
