"""Whatever a blueprint says, fixing it ends: what was fixed is gone, the rest is as it was, and a second time changes nothing."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.strategies import Data, as_text, blueprints, damaged

from svcforge.lint.settings import Choices
from svcforge.load import Loaded, load_text
from svcforge.pipeline import Linted, judged
from svcforge.pipeline.fixing import Fixed, difference, fixed

EVERYTHING = Choices(profile="production", fail_on="never")
generous = settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))


def judge(loaded: Loaded) -> Linted:
    return judged(loaded, EVERYTHING)


def mended(text: str, *, unsafe: bool) -> Fixed:
    return fixed(load_text(text), judge, unsafe=unsafe)


@generous
@given(st.one_of(blueprints(), damaged()), st.booleans(), st.booleans())
def test_fixing_twice_changes_nothing_more(data: Any, flow: bool, unsafe: bool) -> None:
    text = as_text(data, flow=flow)
    done = mended(text, unsafe=unsafe)
    after = done.after.get("blueprint.yaml", text)
    again = mended(after, unsafe=unsafe)
    assert (again.after, again.made) == ({}, 0)
    assert bool(done.after) == bool(done.made) == bool(difference(done))


@generous
@given(blueprints(), st.booleans())
def test_a_fixed_blueprint_can_be_read_and_has_nothing_left_that_can_be_fixed(data: Data, flow: bool) -> None:
    text = as_text(data, flow=flow)
    done = mended(text, unsafe=True)
    assert done.linted.loaded.blueprint is not None
    again = judge(done.linted.loaded).report
    assert [f for f in again.findings if f.fix and again.changes(f.fix)] == []
    assert [f for f in done.linted.report.findings if f.fix] == []
