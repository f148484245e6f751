"""Objectives: what is promised becomes a budget, and the budget thresholds that can be reached."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from svcforge.plan.objectives import WINDOWS, objectives


def test_who_promises_nothing_has_none() -> None:
    assert list(objectives({"availability": None, "latency_ms": None})) == []
    assert list(objectives({"availability": 1, "latency_ms": None})) == []


def test_three_nines_and_half_a_second() -> None:
    availability, latency = objectives({"availability": 0.999, "latency_ms": 500})
    assert (availability["budget"], availability["percent"], availability["bound"]) == (0.001, 99.9, None)
    assert [burn["threshold"] for burn in availability["burns"]] == [0.0144, 0.006, 0.003, 0.001]
    assert availability["tried"] == {"bad": 5, "good": 95, "share": 0.05}
    assert (latency["budget"], latency["bound"], latency["ms"]) == (0.01, "0.5", 500)
    assert latency["tried"] == {"bad": 20, "good": 80, "share": 0.2}


@given(st.floats(0, 1, exclude_max=True))
def test_every_threshold_can_be_passed_and_the_test_of_the_rule_passes_it(availability: float) -> None:
    for objective in objectives({"availability": availability, "latency_ms": None}):
        thresholds = [burn["threshold"] for burn in objective["burns"]]
        assert all(0 <= threshold < 1 for threshold in thresholds)
        assert thresholds == sorted(thresholds, reverse=True)
        assert all(threshold < objective["tried"]["share"] for threshold in thresholds)
        assert len(thresholds) == len([1 for window in WINDOWS if window[2] * objective["budget"] < 1])
        assert set(objective["windows"]) == {burn[key] for burn in objective["burns"] for key in ("long", "short")}
