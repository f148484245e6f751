"""What an operation's availability can be at best: the product over the service and those that it cannot do without."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from math import exp, log

from svcforge.lint.calls import hard
from svcforge.lint.context import Indexes
from svcforge.lint.cycles import components
from svcforge.lint.requests import Node
from svcforge.model.edges import Edge
from svcforge.model.effective import availability, replicas

LOOKED_AT = 100
"""Places of one request that are looked at, nearest first: a request that leads to more has other troubles."""

LOOKED_AT_WHEN_PROVED = 20
"""Places that are looked at once the promise is known to be broken: enough to name the dependencies."""

EQUAL = 1e-9
"""Availabilities that differ by less are equal: a promise of 99.9% is kept by 0.999 * 1."""


class Budgets:
    """The availabilities of what requests depend on: what is promised (`slo.availability`), else what replicas give.

    What says neither counts as always there, so that a finding is a proof. Dependencies with a fallback, optional ones,
    events and copies are none.
    """

    def __init__(self, indexes: Indexes, replica: float = 0.0) -> None:
        """Work out what is lost at most on the way from each place, callees first.

        Args:
            replica: the share of time (0..1) that a single replica is there; 0 where nothing is known of it.
        """
        self._blueprint, self._replica = indexes.blueprint, min(replica, 1.0)
        self._graph = {
            node: [(edge, end) for edge, end in out if edge is None or hard(self._blueprint, edge)]
            for node, out in indexes.requests.items()
        }
        self._lost = self._losses()

    def promised(self, name: str) -> float | None:
        """What a service, BFF or external promises."""
        value: float | None = availability(self._blueprint, name).value
        return value

    def of_replicas(self, name: str) -> float | None:
        """What the replicas of a service or BFF give, of which one must be there: `1 - (1 - a) ** r`; None if not known.

        (lint.md, "Metrics": composite availability.)
        """
        number = replicas(self._blueprint, name).value if self._replica else None
        return 1 - (1 - self._replica) ** max(number, 1) if number is not None else None

    def offered(self, name: str) -> float | None:
        """What callers can count on: the promise, which is made for all replicas together, else what the replicas give."""
        promise = self.promised(name)
        return self.of_replicas(name) if promise is None else promise

    def at_best(self, node: Node, promise: float) -> Mapping[str, float] | None:
        """The service's replicas and its dependencies, with what each offers, if their product is less than a promise."""
        own = self.of_replicas(node[0])
        total = 1.0 if own is None else own
        if total * exp(-self._lost.get(node, 0.0)) >= promise - EQUAL:
            return None
        found: dict[str, float] = {} if own is None else {node[0]: own}
        seen, todo = {node}, deque([node])
        while todo and len(seen) < (LOOKED_AT if total >= promise - EQUAL else LOOKED_AT_WHEN_PROVED):
            for _, end in self._graph.get(todo.popleft(), ()):
                if end in seen:
                    continue
                seen.add(end)
                todo.append(end)
                if end[0] != node[0] and end[0] not in found and (value := self.offered(end[0])) is not None:
                    found[end[0]] = value
                    total *= value
        return found if total < promise - EQUAL else None

    def _losses(self) -> dict[Node, float]:
        """An upper bound for each place, as -ln of the product: what is reached on two ways counts twice. Linear."""
        lost: dict[Node, float] = {}
        for group in components({node: [end for _, end in out] for node, out in self._graph.items()}):
            members = set(group)
            total = 0.0
            for node in group:
                for edge, end in self._graph.get(node, ()):
                    total += self._loss(edge) + (0.0 if end in members else lost.get(end, 0.0))
            lost.update(dict.fromkeys(group, total))
        return lost

    def _loss(self, edge: Edge | None) -> float:
        value = self.offered(edge.target) if edge is not None else None
        return 0.0 if value is None else -log(max(value, EQUAL))


def product(found: Mapping[str, float]) -> float:
    """What services with these availabilities give together."""
    total = 1.0
    for value in found.values():
        total *= value
    return total


def percent(share: float) -> str:
    """An availability as it is written: `99.95%`."""
    return f"{share * 100:.4f}".rstrip("0").rstrip(".") + "%"
