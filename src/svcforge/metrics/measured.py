"""All figures of a blueprint: a record for each component, and one for the system."""

from __future__ import annotations

from dataclasses import dataclass

from svcforge.lint.context import Indexes
from svcforge.metrics import coupling, deadlines, interface, promises, reach, usage
from svcforge.metrics.components import Components, components_of
from svcforge.metrics.coupling import Pair
from svcforge.metrics.interface import Alike
from svcforge.metrics.promises import Composite
from svcforge.metrics.reach import Knot
from svcforge.model.blueprint import Blueprint
from svcforge.model.policy import Milliseconds


@dataclass(frozen=True, slots=True, kw_only=True)
class ComponentFigures:
    """What is counted of a service, or of an entry where those are counted; None is what it does not have.

    `chain` are the calls in the longest chain from it; `dependents` the components that are hit when it is down, and
    `blast_radius` their share of all; the rest is explained where it is computed.
    """

    name: str
    ais: int
    ads: int
    acs: int
    instability: float | None
    siuc: float | None
    alike: Alike | None
    chain: int
    dependents: int
    blast_radius: float
    composite: Composite | None
    slack: Milliseconds | None
    attempts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SystemFigures:
    """What is counted of the system as a whole; `worst` names the component that an extreme is of."""

    name: str
    components: int
    calls: int
    scf: float | None
    adcs: float | None
    siy: int
    coupling: float | None
    circles: tuple[Knot, ...]
    longest_chain: tuple[Knot, ...]
    async_ratio: float | None
    blast_radius: ComponentFigures | None
    availability: ComponentFigures | None
    slack: ComponentFigures | None
    attempts: ComponentFigures | None


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of a blueprint: components in the order of the file, pairs as they are declared."""

    system: SystemFigures
    components: tuple[ComponentFigures, ...]
    pairs: tuple[Pair, ...]


def measured(blueprint: Blueprint, *, entries: bool = False) -> Measured:
    """Count everything; near-linear in the edges.

    Args:
        entries: whether the gateway, BFFs and frontends count as components: `Gs+` rather than `Gs` (lint.md). Who is
            hit by what, and what requests pass on their way, always includes them.
    """
    indexes = Indexes(blueprint)
    components = components_of(indexes, entries=entries)
    everything = components if entries else components_of(indexes, entries=True)
    hit = reach.dependents(everything)
    chains = reach.chains(components)
    cohesion, alike = usage.cohesion(indexes), interface.alike(indexes)
    attempts = deadlines.amplification(indexes)
    available, slack = promises.composite(indexes, components.names), deadlines.slack(indexes)
    figures = tuple(
        ComponentFigures(
            name=name,
            ais=coupling.importance(components, name),
            ads=coupling.dependence(components, name),
            acs=coupling.criticality(components, name),
            instability=coupling.instability(components, name),
            siuc=cohesion.get(name),
            alike=alike.get(name),
            chain=chains.hops[name],
            dependents=hit[name],
            blast_radius=hit[name] / len(everything.names),
            composite=available.get(name),
            slack=slack.get(name),
            attempts=attempts.get(name, 1),
        )
        for name in components.names
    )
    pairs = tuple(coupling.structural(components))
    return Measured(_system(indexes, components, figures, pairs, chains.longest), figures, pairs)


def _system(
    indexes: Indexes,
    components: Components,
    figures: tuple[ComponentFigures, ...],
    pairs: tuple[Pair, ...],
    longest: tuple[Knot, ...],
) -> SystemFigures:
    return SystemFigures(
        name=indexes.blueprint.system,
        components=len(components.names),
        calls=components.pairs,
        scf=coupling.density(components),
        adcs=coupling.mean_dependence(components),
        siy=coupling.interdependence(components),
        coupling=sum(pair.coupling for pair in pairs) / len(pairs) if pairs else None,
        circles=tuple(reach.circles(components)),
        longest_chain=longest,
        async_ratio=async_ratio(indexes, components),
        blast_radius=max(figures, key=lambda f: f.dependents, default=None),
        availability=min((f for f in figures if f.composite), key=_availability, default=None),
        slack=min((f for f in figures if f.slack is not None), key=lambda f: f.slack or 0, default=None),
        attempts=max(figures, key=lambda f: f.attempts, default=None),
    )


def _availability(figures: ComponentFigures) -> float:
    return figures.composite.availability if figures.composite else 1.0


def async_ratio(indexes: Indexes, components: Components) -> float | None:
    """`|Ga| / (|Gs| + |Ga|)` in pairs: publisher and subscriber, copies included, of all pairs that are coupled at all."""
    names = frozenset(components.names)
    heard = {(e.target, e.source) for e in indexes.edges if not e.sync and {e.source, e.target} <= names}
    number = len({pair for pair in heard if pair[0] != pair[1]})
    both = number + components.pairs
    return number / both if both else None
