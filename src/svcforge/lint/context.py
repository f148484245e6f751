"""What a rule looks at: the blueprint, its options, and indexes over the edges that are made once for all rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import cached_property
from typing import Any

from svcforge.lint.cycles import knots
from svcforge.lint.earlier import Earlier
from svcforge.lint.requests import Graph, requests
from svcforge.lint.rule import Option, T
from svcforge.lint.upkeep import Upkeep
from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge, EdgeKind, edges
from svcforge.model.elements import Role
from svcforge.source.finding import Path

ServiceGraph = Mapping[str, Mapping[str, tuple[Edge, ...]]]
"""One service -> another -> the edges between the two, in the order of the file."""


class Indexes:
    """The edges of one blueprint, arranged for the rules (notation: lint.md, "Graph notation")."""

    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint = blueprint

    @cached_property
    def edges(self) -> tuple[Edge, ...]:
        """Every resolved edge."""
        return edges(self.blueprint)

    @cached_property
    def sync(self) -> ServiceGraph:
        """`Gs`: calls between business services, those of sagas included."""
        business = self.blueprint.business
        called = [e for e in self.edges if e.sync and e.source in business and e.target in business]
        return _between([(e.source, e.target, e) for e in called])

    @cached_property
    def sync_knots(self) -> tuple[tuple[str, ...], ...]:
        """The business services that call each other in circles, knot by knot."""
        return tuple(tuple(knot) for knot in knots(self.sync))

    @cached_property
    def callees(self) -> Mapping[str, frozenset[str]]:
        """The other business services that each business service calls; how many they are is `ADS`."""
        return {name: frozenset(self.sync.get(name, ())) - {name} for name in self.blueprint.business}

    @cached_property
    def callers(self) -> Mapping[str, frozenset[str]]:
        """The other business services that call each business service; how many they are is `AIS`."""
        found: dict[str, set[str]] = {name: set() for name in self.blueprint.business}
        for source, targets in self.callees.items():
            for target in targets:
                found[target].add(source)
        return {name: frozenset(sources) for name, sources in found.items()}

    @cached_property
    def hearing(self) -> ServiceGraph:
        """`Ga`: publisher -> subscriber -> the subscriptions, between business services; copies are none."""
        business = self.blueprint.business
        heard = [e for e in self.edges if e.kind is EdgeKind.SUBSCRIPTION]
        return _between([(e.target, e.source, e) for e in heard if e.source in business and e.target in business])

    @cached_property
    def entries(self) -> frozenset[str]:
        """What `Gs+` has beside the business services: the gateway, BFFs, and services of those roles."""
        roles = (Role.GATEWAY, Role.BFF, Role.FRONTEND)
        found = {*self.blueprint.bffs, *(n for n, s in self.blueprint.services.items() if s.role in roles)}
        return frozenset(found | ({self.blueprint.gateway.name} if self.blueprint.gateway else set()))

    @cached_property
    def calls(self) -> tuple[Edge, ...]:
        """`Gs+` as policies see it: calls, steps and parts between services, of clients, and to externals.

        No routes; and nothing from or to registries and infrastructure, unless it is exposed and calls services itself.
        """
        apart = {n for n, s in self.blueprint.services.items() if s.role in (Role.REGISTRY, Role.INFRA)}
        sources = {n for n in apart if not self.blueprint.services[n].exposed}
        found = (e for e in self.edges if e.sync and e.kind is not EdgeKind.ROUTE)
        return tuple(e for e in found if e.source not in sources and e.target not in apart)

    @cached_property
    def waiting(self) -> tuple[Edge, ...]:
        """The edges whose source holds a request while it waits: no saga's step, no `wait: false`, no event."""
        return tuple(e for e in self.edges if e.waits)

    @cached_property
    def requests(self) -> Graph:
        """What a request waits for from where it arrives, operation by operation."""
        return requests(self.blueprint, self.edges)

    def edge_at(self, path: Path) -> Edge | None:
        """The edge that is declared at a path or around it."""
        return next((edge for i in range(len(path), 0, -1) if (edge := self._edge_by_path.get(path[:i]))), None)

    @cached_property
    def _edge_by_path(self) -> Mapping[Path, Edge]:
        return {edge.path: edge for edge in self.edges}

    @cached_property
    def subscribed(self) -> frozenset[tuple[str, str | None]]:
        """(publisher, event) of every subscription, copy and saga; the event is None where only the publisher is said."""
        listening = {(e.target, e.event) for e in self.edges if not e.sync}
        return frozenset(listening | {(s.owner, s.event) for s in self.blueprint.sagas.values() if s.owner and s.event})


def _between(found: list[tuple[str, str, Edge]]) -> ServiceGraph:
    graph: dict[str, dict[str, list[Edge]]] = {}
    for source, target, edge in found:
        graph.setdefault(source, {}).setdefault(target, []).append(edge)
    return {
        source: {target: tuple(between) for target, between in targets.items()} for source, targets in graph.items()
    }


_NOTHING = Upkeep()


class LintContext:
    """One rule's view of a blueprint: the shared indexes, and the values of its options.

    `upkeep` is what is left to look after (SF9xx), `earlier` the version that this one is compared with (SF504), `today`
    what the days in a blueprint's own rules are compared with.
    """

    def __init__(
        self,
        indexes: Indexes,
        options: Mapping[str, Any],
        upkeep: Upkeep = _NOTHING,
        earlier: Earlier | None = None,
        today: date | None = None,
    ) -> None:
        self.blueprint = indexes.blueprint
        self.indexes = indexes
        self.upkeep = upkeep
        self.earlier = earlier
        self.today = today
        self._options = options

    def option(self, option: Option[T]) -> T:
        """The value of an option: what the blueprint says, else its default."""
        value: T = self._options.get(option.name, option.default)
        return value
