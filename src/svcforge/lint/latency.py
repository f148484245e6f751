"""How long operations take, as far as the blueprint says: their own `takes` and those of the calls they wait for."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property

from svcforge.lint.context import Indexes
from svcforge.lint.cycles import components
from svcforge.model.edges import Edge, EdgeKind
from svcforge.model.elements import Endpoint
from svcforge.model.policy import Milliseconds, duration_text

Node = tuple[str, str]
"""A service or external, and its operation."""

PARTS_NAMED = 6
"""Operations that a sum is explained with."""


class Latencies:
    """Lower bounds of the 99th percentile of operations and endpoints; what does not say how long it takes counts 0.

    Calls are made one after the other (blueprint.md, "Operations"). Operations that wait for each other in a
    circle count their own time only.
    """

    def __init__(self, indexes: Indexes, counts: Callable[[Edge, Milliseconds], bool]) -> None:
        """Work out every operation, callees first.

        Args:
            counts: asked for each call with the latency of what it calls; tells whether the caller's includes it.
        """
        self.blueprint, self.indexes, self._counts = indexes.blueprint, indexes, counts
        self._total: dict[Node, Milliseconds] = {}
        self._counted: dict[Node, list[Edge]] = {}
        calls: dict[Node, list[Edge]] = {}
        for edge in indexes.waiting:
            if edge.kind is EdgeKind.CALL and edge.source_operation and edge.operation:
                calls.setdefault((edge.source, edge.source_operation), []).append(edge)
        graph = {node: [(e.target, e.operation or "") for e in made] for node, made in calls.items()}
        for group in components(graph):
            circle = set(group) if len(group) > 1 else ()
            for node in group:
                total = self._own(node)
                for edge in calls.get(node, ()):
                    target = (edge.target, edge.operation or "")
                    if target in circle or target == node:
                        continue
                    latency = self._total[target]
                    if counts(edge, latency) and latency:
                        total += latency
                        self._counted.setdefault(node, []).append(edge)
                self._total[node] = total

    def of(self, edge: Edge) -> Milliseconds:
        """The latency of the operation that a call or a part leads to."""
        return self.of_operation((edge.target, edge.operation or ""))

    def of_operation(self, node: Node) -> Milliseconds:
        """The latency of an operation, its calls included."""
        return self._total[node] if node in self._total else self._own(node)

    def of_endpoint(self, endpoint: Endpoint) -> Milliseconds:
        """The latency of a BFF's endpoint: parts run side by side, after those that they take values from."""
        done: dict[str, Milliseconds] = {}
        for part in endpoint.parts:
            roots = [a.source.partition(".")[0].partition("[")[0] for a in part.arguments if a.source]
            edge = self._parts.get(part.path)
            own = self.of(edge) if edge else 0
            started = max((done[root] for root in roots if root in done), default=0)
            done[part.name] = started + (own if edge and self._counts(edge, own) else 0)
        return max(done.values(), default=0)

    def witness(self, node: Node) -> str:
        """What the latency of an operation consists of, ` (a.go 1s + b.go 2s)`; empty when it is all its own."""
        made_of = self._made_of(node)
        if [part for part, _ in made_of] == [node]:
            return ""
        shown = [f"{'.'.join(part)} {duration_text(takes)}" for part, takes in made_of[:PARTS_NAMED]]
        return f" ({' + '.join([*shown, '...'] if len(made_of) > PARTS_NAMED else shown)})"

    def _made_of(self, node: Node) -> list[tuple[Node, Milliseconds]]:
        """The first operations that take time themselves, with what they take: one more than are named."""
        found: list[tuple[Node, Milliseconds]] = []
        todo = [node]
        while todo and len(found) <= PARTS_NAMED:
            at = todo.pop()
            if own := self._own(at):
                found.append((at, own))
            todo += [(edge.target, edge.operation or "") for edge in reversed(self._counted.get(at, ()))]
        return found

    @cached_property
    def _parts(self) -> dict[tuple[str | int, ...], Edge]:
        return {edge.path: edge for edge in self.indexes.waiting if edge.kind is EdgeKind.PART}

    def _own(self, node: Node) -> Milliseconds:
        operation = self.blueprint.operation(*node)
        return (operation.takes or 0) if operation else 0
