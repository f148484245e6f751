"""Composite availability: by hand, and against a search from each service on any graph."""

from __future__ import annotations

from math import prod

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.small import Graph, blueprint_of, graphs

from svcforge.lint.context import Indexes
from svcforge.metrics.measured import measured
from svcforge.metrics.promises import Composite, composite


def found(services: str, rest: str = "", *names: str) -> dict[str, Composite]:
    blueprint = blueprint_of(services, rest)
    return dict(composite(Indexes(blueprint), names or tuple(blueprint.services)))


def shares(services: str, rest: str = "", *names: str) -> dict[str, float]:
    return {name: round(c.availability, 9) for name, c in found(services, rest, *names).items()}


DIAMOND = """
a: {slo: {availability: 99.9%}, calls: [b, c]}
b: {slo: {availability: 99%}, calls: [d]}
c: {calls: [d]}
d: {slo: {availability: 99.5%}}
"""


def test_it_is_the_product_over_all_that_is_depended_on_each_once() -> None:
    assert shares(DIAMOND) == {
        "a": pytest.approx(0.999 * 0.99 * 0.995), "b": pytest.approx(0.99 * 0.995), "c": pytest.approx(0.995), "d": 0.995
    }  # fmt: skip


def test_what_promises_nothing_is_counted_and_told() -> None:
    assert [found(DIAMOND)[name].unpromised for name in "abcd"] == [1, 0, 1, 0]
    assert found("a: {calls: [b]}\nb: {}") == {}


@pytest.mark.parametrize(
    "call", ["{to: b.x, optional: true}", "{to: b.x, fallback: []}", "{to: b.x, wait: false}"]
)  # fmt: skip
def test_what_a_request_can_do_without_is_no_dependency(call: str) -> None:
    services = f"a: {{slo: {{availability: 99.9%}}, operations: {{o: {{calls: [{call}]}}}}}}\n"
    assert (
        shares(services + "b: {slo: {availability: 99%}, operations: {x: {read_only: true, out: [uuid]}}}")["a"]
        == 0.999
    )


def test_events_are_no_dependency() -> None:
    services = "a: {slo: {availability: 99.9%}, subscribes: {b.E: o}, operations: {o: {}}}\n"
    assert shares(services + "b: {slo: {availability: 99%}, events: {E: {x: uuid}}}")["a"] == 0.999


def test_operations_are_followed_where_they_are_named() -> None:
    services = """
a: {slo: {availability: 99.9%}, operations: {o: {calls: [b.x]}}}
b: {operations: {x: {}, y: {calls: [c.z]}}}
c: {slo: {availability: 99%}, operations: {z: {}}}
"""
    assert shares(services) == {"a": 0.999, "b": 0.99, "c": 0.99}


def test_of_an_entry_the_worst_route_counts() -> None:
    services = """
a: {slo: {availability: 99%}, operations: {x: {http: GET /x, public: all}}}
b: {slo: {availability: 98%}, operations: {y: {http: GET /y, public: all}}}
"""
    assert shares(services, "gateway: {routes: {/api/x: a, /api/y: b}}\n", "gateway") == {"gateway": 0.98}


def test_of_the_system_the_worst_is_told() -> None:
    worst = measured(blueprint_of(DIAMOND)).system.availability
    assert worst is not None
    assert worst.name == "a"


promises = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(9000, 10000).map(lambda n: n / 100))


@settings(deadline=None)
@given(graphs, promises)
def test_of_any_system_it_is_what_a_search_finds(graph: Graph, promised: dict[str, float]) -> None:
    slo = {name: f"slo: {{availability: {promised[name]}%}}, " if name in promised else "" for name in graph}
    text = "\n".join(f"{n}: {{{slo[n]}calls: [{', '.join(sorted(callees))}]}}" for n, callees in graph.items())
    wanted = {}
    for name in graph:
        seen, todo = {name}, [name]
        while todo:
            new = graph[todo.pop()] - seen
            seen |= new
            todo += new
        if seen & set(promised):
            share = prod(promised[n] / 100 for n in seen if n in promised)
            wanted[name] = (pytest.approx(share), len(seen - set(promised)))
    assert {name: (c.availability, c.unpromised) for name, c in found(text).items()} == wanted
