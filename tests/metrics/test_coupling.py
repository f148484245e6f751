"""Coupling by hand on a small system, and what holds for any."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from tests.metrics.small import Graph, calling, counted, graphs

from svcforge.metrics import coupling

SMALL = """
a: {calls: [b, c], operations: {o: {}}}
b: {operations: {x: {calls: [c.y]}, y: {calls: [c.y, a.o]}}}
c: {operations: {y: {}}}
d: {}
"""
ENTERED = "gateway: {routes: {/c: c, /a: a}}\n"


def test_importance_dependence_and_criticality_count_distinct_services() -> None:
    found = counted(SMALL)
    assert [coupling.importance(found, name) for name in "abcd"] == [1, 1, 2, 0]
    assert [coupling.dependence(found, name) for name in "abcd"] == [2, 2, 0, 0]
    assert [coupling.criticality(found, name) for name in "abcd"] == [2, 2, 0, 0]


def test_instability_is_the_share_of_callees_and_nothing_of_what_stands_alone() -> None:
    found = counted(SMALL)
    assert [coupling.instability(found, name) for name in "abcd"] == [2 / 3, 2 / 3, 0, None]


def test_density_is_the_share_of_possible_pairs() -> None:
    assert coupling.density(counted(SMALL)) == 4 / 12
    assert coupling.mean_dependence(counted(SMALL)) == 1
    assert coupling.density(counted("a: {}")) is None


def test_pairs_that_call_each_other_count_once() -> None:
    assert coupling.interdependence(counted(SMALL)) == 1
    assert coupling.interdependence(counted("a: {calls: [a]}")) == 0


def test_structural_coupling_is_computed_from_the_calls_of_both_directions() -> None:
    found = {(p.source, p.target): p for p in coupling.structural(counted(SMALL))}
    assert {pair: p.calls for pair, p in found.items()} == {
        ("a", "b"): 1, ("a", "c"): 1, ("b", "c"): 2, ("b", "a"): 1
    }  # fmt: skip
    # a and b: one call each way, degree 2 of at most 2; b and c: two calls one way; a and c: one call, degree 1 of 2.
    assert found["a", "b"].coupling == pytest.approx(1 - 1 / 2 - (2 / 3) * 1)
    assert found["b", "a"].coupling == pytest.approx(1 - 1 / 2 - (2 / 3) * 1)
    assert found["b", "c"].coupling == pytest.approx(1 - 1 / 2 - (3 / 3) * 1)
    assert found["a", "c"].coupling == pytest.approx(1 - 1 / 1 - (2 / 2) * (1 / 2))


def test_entries_are_components_where_they_are_asked_for() -> None:
    assert counted(SMALL, ENTERED).names == ("a", "b", "c", "d")
    found = counted(SMALL, ENTERED, entries=True)
    assert found.names == ("a", "b", "c", "d", "gateway")
    assert coupling.importance(found, "c") == 3
    assert coupling.dependence(found, "gateway") == 2


@settings(deadline=None)
@given(graphs)
def test_of_any_system_importance_and_dependence_have_one_sum_and_shares_are_shares(graph: Graph) -> None:
    found = counted(calling(graph))
    assert sum(coupling.importance(found, n) for n in graph) == found.pairs
    assert sum(coupling.dependence(found, n) for n in graph) == found.pairs
    assert found.pairs == sum(len(callees - {name}) for name, callees in graph.items())
    assert 0 <= (coupling.density(found) or 0) <= 1
    assert all(0 <= (coupling.instability(found, n) or 0) <= 1 for n in graph)
    assert coupling.interdependence(found) == sum(
        a in graph[b] and b in graph[a] for a in graph for b in graph if a < b
    )


@settings(deadline=None)
@given(graphs)
def test_of_any_system_structural_coupling_is_between_minus_one_and_one(graph: Graph) -> None:
    found = list(coupling.structural(counted(calling(graph))))
    assert [(p.source, p.target) for p in found] == [
        (name, callee) for name, callees in graph.items() for callee in sorted(callees) if callee != name
    ]
    assert all(-1 <= p.coupling < 1 for p in found)
