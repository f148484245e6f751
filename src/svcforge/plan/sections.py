"""Sections: what a platform's templates may ask to know of the whole, each computed when a card says that it is read."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from svcforge.errors import SvcforgeError
from svcforge.model.blueprint import Blueprint
from svcforge.packs.card import Card
from svcforge.plan.compose import compose_facts
from svcforge.plan.ingress import ingress_facts
from svcforge.plan.kubernetes import kubernetes_facts
from svcforge.plan.mesh import mesh_facts
from svcforge.plan.parts import EMBEDDED
from svcforge.plan.policies import COLLECTOR, PROMETHEUS
from svcforge.plan.telemetry import Beyond, telemetry_facts
from svcforge.plan.traffic import traffic_facts
from svcforge.plan.types import Fact
from svcforge.plan.watchers import watch_facts
from svcforge.plan.wire import wire_facts


@dataclass(frozen=True)
class Planned:
    """A system as far as it is planned when its platforms' turn comes.

    Args:
        parts: cards and facts of services and BFFs.
        gateway: the gateway's, where svcforge makes one.
        broker: the broker's facts, where svcforge makes one.
        platforms: the cards of the platforms that are made for the system as a whole.
        carriers: the broker's card.
        backends: the cards of those that `platform` names, and a collector sends to.
        entry: what the gateway's facts would be, where the cluster's ingress stands in its place.
    """

    blueprint: Blueprint
    parts: list[tuple[Card, Fact]]
    gateway: tuple[Card, Fact] | None
    broker: Fact | None
    platforms: tuple[Card, ...] = ()
    carriers: tuple[Card, ...] = ()
    backends: tuple[Card, ...] = ()
    entry: Fact | None = None
    kept: dict[str, Fact | None] = field(default_factory=dict)

    @property
    def facts(self) -> list[Fact]:
        """The facts of services and BFFs."""
        return [part for _, part in self.parts]

    @property
    def door(self) -> Fact | None:
        """The gateway's facts."""
        return self.gateway[1] if self.gateway else None

    @property
    def amqp(self) -> Fact | None:
        """The broker's facts, where containers are made for it and svcforge plays it."""
        return self.broker if self.broker and self.broker["wire"] == "amqp" else None

    @property
    def store(self) -> str | None:
        """The engine behind the parts' databases, where it is a server."""
        store = self.blueprint.platform.store
        return None if store == EMBEDDED else store

    def section(self, name: str) -> Any:
        """A section, computed once."""
        if name not in self.kept:
            self.kept[name] = SECTIONS[name](self)
        return self.kept[name]


def sections(planned: Planned, card: Card) -> dict[str, Fact | None]:
    """Every section, None for those that the card does not read.

    Raises SvcforgeError where it reads one that there is not.
    """
    for name in card.sections:
        if name not in SECTIONS:
            raise SvcforgeError(
                f'pack "{card.pack}": there is no section "{name}"', f"the sections are: {', '.join(SECTIONS)}"
            )
    return {name: planned.section(name) if name in card.sections else None for name in SECTIONS}


def _compose(planned: Planned) -> Fact:
    migrate = {part["name"]: list(card.do.migrate) for card, part in planned.parts if card.do.migrate}
    return compose_facts(planned.facts, planned.door, planned.amqp, planned.store, migrate)


def _kubernetes(planned: Planned) -> Fact:
    sidecars = {name: sidecar for card in planned.platforms for name, sidecar in card.sidecars.items()}
    found = kubernetes_facts(
        planned.blueprint,
        planned.parts,
        planned.gateway,
        planned.broker,
        planned.store,
        sidecars,
        _scraper(planned),
        planned.entry,
    )
    there = {
        "always": True,
        "releases": found["released"],
        "sidecars": found["beside"],
        "servers": any(overlay["stores"] or overlay["broker"] for overlay in found["overlays"]),
        "databases": any(overlay["clusters"] for overlay in found["overlays"]),
        "externals": any(dependency["external"] for part in planned.facts for dependency in part["dependencies"]),
    }
    # A mesh is put around what all others have made.
    last = planned.blueprint.platform.mesh
    cards = sorted((*planned.platforms, *planned.carriers), key=lambda card: card.pack == last)
    components = list(_components(cards, there))
    overlays = [
        overlay
        | {"components": [c["folder"] for c in components if not c["overlays"] or overlay["name"] in c["overlays"]]}
        for overlay in found["overlays"]
    ]
    return found | {"overlays": overlays}


def _scraper(planned: Planned) -> str | None:
    """Who asks for metrics: the collector where it sends them on, else Prometheus."""
    chosen = planned.blueprint.platform.metrics
    return chosen and (COLLECTOR if chosen in {card.pack for card in planned.backends} else PROMETHEUS)


def _components(cards: Iterable[Card], there: Mapping[str, bool]) -> Iterable[Fact]:
    """The components that packs bring, from the folder of the system."""
    for card in cards:
        for component in card.components:
            if there[component.where]:
                folder = card.into if component.folder == "." else f"{card.into}/{component.folder}"
                yield {"folder": folder, "overlays": list(component.overlays)}


def _traffic(planned: Planned) -> Fact:
    return traffic_facts(planned.blueprint, planned.facts, planned.door)


def _mesh(planned: Planned) -> Fact:
    entry, facts = planned.entry, planned.facts
    traffic = traffic_facts(planned.blueprint, facts, entry) if entry else planned.section("traffic")
    return mesh_facts(planned.blueprint, traffic, planned.section("kubernetes"), facts, entry=entry is not None)


def _ingress(planned: Planned) -> Fact | None:
    mesh, kubernetes = planned.section("mesh"), planned.section("kubernetes")
    return ingress_facts(planned.entry, mesh, kubernetes) if planned.entry else None


def _telemetry(planned: Planned) -> Fact:
    beyond = Beyond(planned.door, planned.amqp, planned.store if planned.section("compose")["databases"] else None)
    return telemetry_facts(planned.blueprint, planned.facts, planned.backends, beyond)


def _watch(planned: Planned) -> Fact:
    parts = [part["name"] for part in planned.facts]
    return watch_facts(
        planned.platforms, planned.backends, planned.section("telemetry"), parts, planned.section("compose")
    )


def _wire(planned: Planned) -> Fact:
    traffic, mesh = planned.section("traffic"), planned.section("mesh")
    return wire_facts(traffic, mesh, planned.facts, planned.blueprint.platform.deploy)


SECTIONS: Mapping[str, Callable[[Planned], Fact | None]] = {
    "compose": _compose,
    "kubernetes": _kubernetes,
    "traffic": _traffic,
    "mesh": _mesh,
    "ingress": _ingress,
    "telemetry": _telemetry,
    "watch": _watch,
    "wire": _wire,
}
"""What there is to know, by name: the system's containers, its objects in a cluster, what may pass between its parts,
how a mesh sees to it, what stands at the door, and what watches it."""
