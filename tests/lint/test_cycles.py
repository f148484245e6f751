"""Components and shortest cycles of graphs, against networkx."""

from __future__ import annotations

import random

import networkx as nx
from hypothesis import given
from hypothesis import strategies as st

from svcforge.lint.cycles import components, knots, shortest_cycle

NAMES = st.sampled_from("abcdefgh")
GRAPHS = st.dictionaries(NAMES, st.lists(NAMES, max_size=4, unique=True), max_size=8)


def as_networkx(graph: dict[str, list[str]]) -> nx.DiGraph:
    found = nx.DiGraph()
    found.add_nodes_from(graph)
    found.add_edges_from((a, b) for a, successors in graph.items() for b in successors)
    return found


@given(GRAPHS)
def test_components_are_those_of_networkx(graph: dict[str, list[str]]) -> None:
    expected = {frozenset(c) for c in nx.strongly_connected_components(as_networkx(graph))}
    assert {frozenset(c) for c in components(graph)} == expected


@given(GRAPHS)
def test_components_come_after_those_they_lead_to(graph: dict[str, list[str]]) -> None:
    found = components(graph)
    at = {node: i for i, group in enumerate(found) for node in group}
    assert all(at[b] <= at[a] for a, successors in graph.items() for b in successors)


@given(GRAPHS)
def test_a_knot_is_a_component_with_a_cycle(graph: dict[str, list[str]]) -> None:
    full = as_networkx(graph)
    on_cycles = {
        frozenset(c)
        for c in nx.strongly_connected_components(full)
        if nx.is_directed_acyclic_graph(full.subgraph(c)) is False
    }
    assert {frozenset(k) for k in knots(graph)} == on_cycles


@given(GRAPHS)
def test_the_shortest_cycle_is_one_and_none_is_shorter(graph: dict[str, list[str]]) -> None:
    for knot in knots(graph):
        cycle = shortest_cycle(knot, graph)
        assert all(b in graph[a] for a, b in zip(cycle, (*cycle[1:], cycle[0]), strict=True))
        assert len(cycle) == min(len(c) for c in nx.simple_cycles(as_networkx(graph).subgraph(knot)))


@given(GRAPHS)
def test_the_shortest_cycle_is_the_first_by_name_among_the_shortest(graph: dict[str, list[str]]) -> None:
    for knot in knots(graph):
        cycles = list(nx.simple_cycles(as_networkx(graph).subgraph(knot)))
        shortest = min(map(len, cycles))
        turned = [tuple(c[c.index(min(c)) :] + c[: c.index(min(c))]) for c in cycles if len(c) == shortest]
        assert shortest_cycle(knot, graph) == min(turned)


@given(GRAPHS, st.randoms(use_true_random=False))
def test_the_order_of_the_mapping_does_not_matter(graph: dict[str, list[str]], turn: random.Random) -> None:
    shuffled = {name: turn.sample(graph[name], len(graph[name])) for name in turn.sample(sorted(graph), len(graph))}
    cycles = sorted(shortest_cycle(knot, graph) for knot in knots(graph))
    assert sorted(shortest_cycle(knot, shuffled) for knot in knots(shuffled)) == cycles


def test_a_ring_of_thousands_is_its_own_shortest_cycle() -> None:
    ring = {f"n{i:05}": [f"n{(i + 1) % 20_000:05}"] for i in range(20_000)}
    [knot] = knots(ring)
    assert shortest_cycle(knot, ring) == tuple(ring)


def test_a_chain_far_deeper_than_the_interpreters_stack_has_no_knot() -> None:
    assert knots({i: [i + 1] for i in range(50_000)}) == []


def test_a_large_knot_without_short_cycles_gives_a_cycle_in_linear_work() -> None:
    side = 100
    torus = {
        f"{i:02}-{j:02}": [f"{(i + 1) % side:02}-{j:02}", f"{i:02}-{(j + 1) % side:02}"]
        for i in range(side)
        for j in range(side)
    }
    [knot] = knots(torus)
    cycle = shortest_cycle(knot, torus)
    assert len(cycle) == side
    assert all(b in torus[a] for a, b in zip(cycle, (*cycle[1:], cycle[0]), strict=True))
