"""How far calls reach: circles, longest chains, and what is reached from where."""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from svcforge.lint import cycles
from svcforge.metrics.components import Components

N = TypeVar("N", bound=Hashable)

Knot = tuple[str, ...]
"""Components that reach each other, by name; one that is in no circle is alone."""


def circles(components: Components) -> list[Knot]:
    """The strongly connected components of the calls that hold a circle; one that calls itself is one."""
    return sorted(tuple(sorted(knot)) for knot in cycles.knots(components.calls))


@dataclass(frozen=True, slots=True)
class Chains:
    """The calls in the longest chain from each component, and the longest of all, from its beginning to its end."""

    hops: Mapping[str, int]
    longest: tuple[Knot, ...]


def chains(components: Components) -> Chains:
    """Longest chains of synchronous calls: longest paths of the condensation, so that a knot is one link (CIMET).

    Of equally long ones the first by name. Services alone are looked at: SF104 follows requests from operation to
    operation, and may know a chain to be shorter.
    """
    hops: dict[str, int] = {}
    knot_of: dict[str, Knot] = {}
    following: dict[Knot, str | None] = {}
    for members in cycles.components(components.callees):
        ends = frozenset().union(*(components.callees[name] for name in members)) - frozenset(members)
        best = min(ends, key=lambda name: (-hops[name], name), default=None)
        knot = tuple(sorted(members))
        following[knot] = best
        hops.update(dict.fromkeys(members, 0 if best is None else hops[best] + 1))
        knot_of.update(dict.fromkeys(members, knot))
    at = min(hops, key=lambda name: (-hops[name], name), default=None)
    longest = []
    while at is not None:
        longest.append(knot_of[at])
        at = following[knot_of[at]]
    return Chains(hops, tuple(longest))


def reached(graph: Mapping[N, Collection[N]], bits: Callable[[N], int]) -> Mapping[N, int]:
    """What is reached from each node, itself included, as the union of the bits of all that is reached.

    One union an edge, of numbers of as many bits as there are things to reach: ten thousand take milliseconds.
    """
    found: dict[N, int] = {}
    for members in cycles.components(graph):
        union = 0
        for node in members:
            union |= bits(node)
            for successor in graph.get(node, ()):
                union |= found.get(successor, 0)
        found.update(dict.fromkeys(members, union))
    return found


def dependents(components: Components) -> Mapping[str, int]:
    """How many others reach each component by calls, and are hit when it is down: its ancestors."""
    number = {name: 1 << i for i, name in enumerate(components.names)}
    return {name: bits.bit_count() - 1 for name, bits in reached(components.callers, number.__getitem__).items()}
