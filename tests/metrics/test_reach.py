"""Circles, chains and who is hit: by hand, and against networkx on any graph."""

from __future__ import annotations

import networkx as nx
from hypothesis import given, settings
from tests.metrics.small import Graph, calling, counted, graphs

from svcforge.metrics import reach

KNOTTED = """
a: {calls: [b]}
b: {calls: [c, d]}
c: {calls: [b]}
d: {calls: [e]}
e: {}
f: {calls: [f]}
"""


def test_circles_are_knots_and_services_that_call_themselves() -> None:
    assert reach.circles(counted(KNOTTED)) == [("b", "c"), ("f",)]


def test_a_knot_is_one_link_of_a_chain() -> None:
    found = reach.chains(counted(KNOTTED))
    assert found.longest == (("a",), ("b", "c"), ("d",), ("e",))
    assert found.hops == {"a": 3, "b": 2, "c": 2, "d": 1, "e": 0, "f": 0}


def test_of_equally_long_chains_the_first_by_name_is_shown() -> None:
    assert reach.chains(counted("z: {calls: [y, x]}\ny: {}\nx: {}\nm: {calls: [x]}")).longest == (("m",), ("x",))


def test_what_reaches_a_service_is_hit_when_it_is_down() -> None:
    assert reach.dependents(counted(KNOTTED)) == {"a": 0, "b": 2, "c": 2, "d": 3, "e": 4, "f": 0}


def graph_of(graph: Graph) -> nx.DiGraph[str]:
    made: nx.DiGraph[str] = nx.DiGraph()
    made.add_nodes_from(graph)
    made.add_edges_from((name, callee) for name, callees in graph.items() for callee in callees)
    return made


@settings(deadline=None)
@given(graphs)
def test_dependents_are_the_ancestors(graph: Graph) -> None:
    oracle = graph_of(graph)
    assert reach.dependents(counted(calling(graph))) == {name: len(nx.ancestors(oracle, name)) for name in graph}


@settings(deadline=None)
@given(graphs)
def test_the_longest_chain_is_the_longest_path_of_the_condensation(graph: Graph) -> None:
    found = reach.chains(counted(calling(graph)))
    oracle = graph_of(graph)
    oracle.remove_edges_from(list(nx.selfloop_edges(oracle)))
    longest = nx.dag_longest_path_length(nx.condensation(oracle))
    assert len(found.longest) - 1 == max(found.hops.values()) == longest
    for here, there in zip(found.longest, found.longest[1:], strict=False):
        assert any(callee in graph[name] for name in here for callee in there)


@settings(deadline=None)
@given(graphs)
def test_circles_are_what_networkx_finds(graph: Graph) -> None:
    oracle = graph_of(graph)
    wanted = [c for c in nx.strongly_connected_components(oracle) if len(c) > 1 or oracle.has_edge(*[*c, *c])]
    assert reach.circles(counted(calling(graph))) == sorted(tuple(sorted(c)) for c in wanted)
