"""Longest chains of calls: the longest paths of a graph whose knots count as one node."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from svcforge.lint.cycles import components
from svcforge.model.edges import Edge

N = TypeVar("N", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Chain:
    """Calls in a row; between two of them the request may pass on inside a service or a knot."""

    edges: tuple[Edge, ...]

    @property
    def hops(self) -> int:
        """How many calls it has."""
        return len(self.edges)


def deepest(
    graph: Mapping[N, Mapping[N, Edge | None]], *, starts: Callable[[N], bool], end: Callable[[N], str]
) -> dict[str, Chain]:
    """The longest chain to each end that a longest chain leads to (longest path on the condensation; linear).

    Args:
        graph: node -> successor -> the call between the two, or None where nothing is called.
        starts: where a chain may begin.
        end: what a last node counts as; of chains with the same end only the longest is kept.
    """
    groups = components(graph)
    group_of = {node: i for i, group in enumerate(groups) for node in group}
    depth = [0] * len(groups)
    step: list[tuple[Edge | None, int] | None] = [None] * len(groups)
    last = [""] * len(groups)
    for i, group in enumerate(groups):
        last[i] = min(end(node) for node in group)
        for node in group:
            for successor, edge in graph.get(node, {}).items():
                j = group_of[successor]
                hops = depth[j] + (edge is not None and edge.source != edge.target)
                if j != i and (hops > depth[i] or step[i] is None):
                    depth[i], step[i], last[i] = hops, (edge, j), last[j]
    first: dict[str, int] = {}
    for i, group in enumerate(groups):
        if any(starts(node) for node in group) and (last[i] not in first or depth[i] > depth[first[last[i]]]):
            first[last[i]] = i
    return {name: Chain(_edges(i, step)) for name, i in first.items()}


def _edges(start: int, step: list[tuple[Edge | None, int] | None]) -> tuple[Edge, ...]:
    found: list[Edge] = []
    at = step[start]
    while at is not None:
        edge, following = at
        if edge is not None and edge.source != edge.target:
            found.append(edge)
        at = step[following]
    return tuple(found)
