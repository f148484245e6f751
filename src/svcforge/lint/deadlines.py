"""How long a request may take when it arrives somewhere: the shortest timeout of those that wait for it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from svcforge.lint.context import Indexes
from svcforge.lint.requests import Node
from svcforge.model.edges import Edge
from svcforge.model.effective import timeout
from svcforge.model.policy import Milliseconds


@dataclass(frozen=True, slots=True)
class Arrival:
    """The shortest of the timeouts that a request arrives under, and how it came from the call that has it."""

    limit: Milliseconds
    edge: Edge | None
    before: Arrival | None

    @property
    def calls(self) -> tuple[Edge, ...]:
        """The calls from the one with the shortest timeout to this place."""
        found: list[Edge] = []
        at: Arrival | None = self
        while at is not None:
            if at.edge is not None:
                found.append(at.edge)
            at = at.before
        return tuple(reversed(found))


def arrivals(indexes: Indexes) -> Mapping[Node, Arrival]:
    """Every place that requests arrive at under a timeout; linear but for sorting the timeouts.

    The shortest timeouts go first, each as far as it reaches, so that every place is looked at once.
    """
    graph = indexes.requests
    found: dict[Node, Arrival] = {}
    for limit, edge, end in _by_timeout(indexes):
        if end in found:
            continue
        found[end] = Arrival(limit, edge, None)
        todo = deque([end])
        while todo:
            node = todo.popleft()
            for onward, following in graph.get(node, ()):
                if following not in found:
                    found[following] = Arrival(limit, onward, found[node])
                    todo.append(following)
    return found


def _by_timeout(indexes: Indexes) -> list[tuple[Milliseconds, Edge, Node]]:
    blueprint = indexes.blueprint
    calls = [(edge, end) for out in indexes.requests.values() for edge, end in out if edge is not None]
    timed = [(timeout(blueprint, edge).value, edge, end) for edge, end in calls]
    return sorted((entry for entry in timed if entry[0]), key=lambda entry: entry[0])
