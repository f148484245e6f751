"""Longest chains, against the longest path of networkx."""

from __future__ import annotations

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from svcforge.lint.chains import deepest
from svcforge.model.edges import Edge, EdgeKind

PAIRS = st.lists(st.tuples(st.sampled_from("abcdefg"), st.sampled_from("abcdefg")), max_size=14, unique=True)


def graph_of(pairs: list[tuple[str, str]]) -> dict[str, dict[str, Edge | None]]:
    graph: dict[str, dict[str, Edge | None]] = {}
    for a, b in pairs:
        graph.setdefault(a, {})[b] = Edge(kind=EdgeKind.CALL, source=a, target=b, path=(a, b))
    return graph


@given(PAIRS)
def test_the_longest_chain_of_an_acyclic_graph_is_its_longest_path(pairs: list[tuple[str, str]]) -> None:
    forward = [(a, b) for a, b in pairs if a < b]
    found = deepest(graph_of(forward), starts=lambda node: True, end=lambda node: node)
    longest = nx.dag_longest_path_length(nx.DiGraph(forward)) if forward else 0
    assert max((chain.hops for chain in found.values()), default=0) == longest


@given(PAIRS)
def test_the_calls_of_a_chain_follow_each_other_to_its_end(pairs: list[tuple[str, str]]) -> None:
    found = deepest(graph_of([(a, b) for a, b in pairs if a < b]), starts=lambda node: True, end=lambda node: node)
    for end, chain in found.items():
        assert [e.target for e in chain.edges[:-1]] == [e.source for e in chain.edges[1:]]
        assert [e.target for e in chain.edges[-1:]] in ([end], [])


@given(PAIRS)
def test_a_knot_counts_once(pairs: list[tuple[str, str]]) -> None:
    whole = nx.DiGraph(pairs)
    found = deepest(graph_of(pairs), starts=lambda node: True, end=lambda node: node)
    longest = nx.dag_longest_path_length(nx.condensation(whole)) if pairs else 0
    assert max((chain.hops for chain in found.values()), default=0) == longest


def test_a_chain_begins_where_it_may() -> None:
    graph = graph_of([("gate", "a"), ("a", "b")])
    [chain] = deepest(graph, starts=lambda node: node != "gate", end=lambda node: node).values()
    assert [(e.source, e.target) for e in chain.edges] == [("a", "b")]


def test_what_leads_on_inside_a_service_is_no_hop() -> None:
    graph = graph_of([("a", "b"), ("c", "d")])
    graph["b"] = {"c": None}
    assert [chain.hops for chain in deepest(graph, starts=lambda n: n == "a", end=lambda node: node).values()] == [2]
