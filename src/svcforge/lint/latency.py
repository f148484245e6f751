"""How long operations take, as far as the blueprint says: their own `takes` and those of the calls they wait for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from svcforge.lint.context import Indexes
from svcforge.lint.cycles import components
from svcforge.model.edges import Edge
from svcforge.model.elements import Endpoint, Operation
from svcforge.model.policy import Milliseconds
from svcforge.source.finding import Path

Node = tuple[str, str]
"""A service or external, and its operation."""

PARTS_KEPT = 8
"""Contributions that are remembered for each operation, largest first: enough for a message."""


@dataclass(frozen=True, slots=True)
class Latency:
    """A lower bound of a 99th percentile, and the operations that it is made of."""

    total: Milliseconds = 0
    parts: tuple[tuple[str, Milliseconds], ...] = ()

    def plus(self, others: Iterable[Latency]) -> Latency:
        """One after the other."""
        found = (self, *others)
        parts = sorted((p for latency in found for p in latency.parts), key=lambda part: -part[1])
        return Latency(sum(latency.total for latency in found), tuple(parts[:PARTS_KEPT]))


NOTHING = Latency()


def own(node: Node, operation: Operation | None) -> Latency:
    """What an operation takes without its calls; nothing when it does not say."""
    takes = operation.takes if operation else None
    return Latency(takes, ((".".join(node), takes),)) if takes else NOTHING


def latencies(indexes: Indexes, counts: Callable[[Edge, Latency], bool]) -> dict[Node, Latency]:
    """The latency of every operation that takes a known time, itself or through the calls it waits for.

    Calls are made one after the other (blueprint.md, "Operations"). Operations that wait for each other in a
    circle count their own time only.

    Args:
        counts: asked for each call with the latency of what it calls, callees first; tells whether the caller's
            latency includes it.
    """
    calls: dict[Node, list[Edge]] = {}
    graph: dict[Node, set[Node]] = {}
    for edge in indexes.waiting:
        if edge.call is not None and edge.source_operation and edge.operation:
            calls.setdefault((edge.source, edge.source_operation), []).append(edge)
            graph.setdefault((edge.source, edge.source_operation), set()).add((edge.target, edge.operation))
    found: dict[Node, Latency] = {}
    for group in components(graph):
        members = set(group)
        for node in group:
            waits: list[Latency] = []
            for edge in calls.get(node, ()):
                target = (edge.target, edge.operation or "")
                latency = own(target, indexes.blueprint.operation(*target)) if target in members else found[target]
                if counts(edge, latency) and target not in members:
                    waits.append(latency)
            found[node] = own(node, indexes.blueprint.operation(*node)).plus(waits)
    return found


def endpoint_latency(
    endpoint: Endpoint, part_latency: Callable[[Edge], Latency], edges: Mapping[Path, Edge]
) -> Latency:
    """A BFF's endpoint: parts run side by side, but for those that take values from an earlier part."""
    done: dict[str, Latency] = {}
    for part in endpoint.parts:
        before = [
            done[root] for a in part.arguments if a.source and (root := a.source.split(".")[0].split("[")[0]) in done
        ]
        slowest = max(before, key=lambda latency: latency.total, default=NOTHING)
        edge = edges.get(part.path)
        done[part.name] = (part_latency(edge) if edge else NOTHING).plus([slowest])
    return max(done.values(), key=lambda latency: latency.total, default=NOTHING)
