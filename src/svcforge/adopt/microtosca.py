"""Reads microTOSCA drawings: services, message routers, brokers, stores, what they are deployed on, edge and teams."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from svcforge.adopt.files import Read
from svcforge.adopt.kinds import engine_of, of_name
from svcforge.adopt.looking import entries, items, mapping, text, texts, true
from svcforge.adopt.system import Fact, Kind, Link, LinkKind, Node, Note, Origin, Part
from svcforge.source.tree import Mapping

SERVICES = ("service",)
ROUTERS = ("messagerouter", "kservice", "kproxy", "kingress")
BROKERS = ("messagebroker", "messagebrokerrabbitmq", "communicationpattern")
STORES = ("datastore", "database")
COMPUTES = ("compute",)
UNSEEN = dict.fromkeys(
    ("health", "tracing", "observability", "outbox", "inbox", "contract", "version"),
    "a microTOSCA drawing does",
)
PROPERTIES = ("timeout", "circuit_breaker", "dynamic_discovery")


@dataclass(frozen=True, slots=True)
class _Arrow:
    """An interaction as drawn: its two ends, and which of `PROPERTIES` it has."""

    source: str
    target: str
    has: frozenset[str]
    origin: Origin


def read(documents: Sequence[Read]) -> Part:
    """What drawings say."""
    nodes: list[Node] = []
    links: list[Link] = []
    notes: list[Note] = []
    for document in documents:
        drawing = _Drawing(document)
        nodes += drawing.parts()
        links += drawing.links()
        notes += drawing.notes
    return Part(
        source="microtosca",
        nodes=tuple(nodes),
        links=tuple(links),
        notes=tuple(notes),
        unseen=UNSEEN,
    )


class _Drawing:
    """One drawing: its nodes' types and places, the arrows between them, and its groups."""

    def __init__(self, document: Read) -> None:
        self.file, self.data = document.file, mapping(document.data, "topology_template")
        self.notes: list[Note] = []
        self.types: dict[str, str] = {}
        self.origins: dict[str, Origin] = {}
        for name, node, at in entries(self.data, "node_templates"):
            self.types[name] = text(node, "type").rpartition(".")[2].lower()
            self.origins[name] = Origin.of(at)
        self.arrows = [a for name in self.types for a in self._arrows(name)]
        self.edge = {member for _, member, _ in self._groups("edge")}
        self.targets: dict[str, list[str]] = {}
        for arrow in self.arrows:
            self.targets.setdefault(arrow.source, []).append(arrow.target)
        self.called = {arrow.target for arrow in self.arrows}

    def _is(self, name: str, types: Sequence[str]) -> bool:
        return self.types.get(name) in types

    def parts(self) -> Iterator[Node]:
        """The nodes, but for computes and for routers that only stand before somebody."""
        teams = {member: (team, origin) for team, member, origin in self._groups("team")}
        units = self._units()
        for name, kind in self.types.items():
            origin = self.origins[name]
            facts = [Fact("exposed", True, origin)] if name in self.edge else []
            facts += [Fact("team", teams[name][0], teams[name][1])] if name in teams else []
            facts += [units[name]] if name in units else []
            if kind in SERVICES:
                yield Node(name=name, kind=Kind.SERVICE, origin=origin, facts=tuple(facts))
            elif kind in ROUTERS and self._is_gateway(name):
                yield Node(name=name, kind=Kind.SERVICE, role="gateway", origin=origin, facts=tuple(facts))
            elif kind in BROKERS:
                yield Node(name=name, kind=Kind.BROKER, role="infra", engine=_engine(name, Kind.BROKER), origin=origin)
            elif kind in STORES:
                yield Node(name=name, kind=Kind.STORE, engine=_engine(name, Kind.STORE), origin=origin)
            elif kind not in (*ROUTERS, *COMPUTES):
                self.notes.append(Note(origin, f'"{name}" is of a type that is not known, "{kind}": not read'))

    def _is_gateway(self, router: str) -> bool:
        """Whether a router is a way in of its own rather than a name (a Kubernetes Service) before somebody."""
        return router in self.edge or (router not in self.called and len(self._behind(router)) > 1)

    def links(self) -> Iterator[Link]:
        """The arrows between the parts; through a router an arrow leads to what stands behind it."""
        drawn: dict[tuple[str, str], list[_Arrow]] = {}
        for arrow in self.arrows:
            router = self._is(arrow.source, ROUTERS)
            if router and not self._is_gateway(arrow.source):
                continue
            for target, through in self._ends(arrow):
                has = arrow.has | {"dynamic_discovery"} if through else arrow.has
                drawn.setdefault((arrow.source, target), []).append(replace(arrow, has=has))
        for (source, target), arrows in drawn.items():
            yield self._link(source, target, arrows)

    def _ends(self, arrow: _Arrow) -> Iterator[tuple[str, bool]]:
        """The parts that an arrow leads to, and whether a router stands between."""
        if not self._is(arrow.target, ROUTERS):
            yield arrow.target, False
            return
        for target in self._behind(arrow.target):
            if target != arrow.source:
                yield target, True

    def _behind(self, router: str) -> list[str]:
        """The parts that a router leads to, through others where they follow each other."""
        found: dict[str, None] = {}
        ahead, passed = [router], {router}
        while ahead:
            for target in self.targets.get(ahead.pop(), ()):
                if not self._is(target, ROUTERS):
                    found[target] = None
                elif target not in passed:
                    passed.add(target)
                    ahead.append(target)
        return list(found)

    def _link(self, source: str, target: str, arrows: list[_Arrow]) -> Link:
        origin = arrows[0].origin
        if self._is(target, STORES):
            return Link(source=source, target=target, kind=LinkKind.USE, origin=origin)
        # Of several arrows between two parts, each is a way to wait: what one of them lacks, the pair lacks.
        has = frozenset.intersection(*(arrow.has for arrow in arrows))
        facts = [Fact("timed", True, origin)] if "timeout" in has else []
        facts += [Fact("breaker", {}, origin)] if "circuit_breaker" in has else []
        facts += [Fact("discovery", "dns", origin)] if "dynamic_discovery" in has else []
        return Link(source=source, target=target, kind=LinkKind.CALL, origin=origin, facts=tuple(facts))

    def _arrows(self, name: str) -> Iterator[_Arrow]:
        node = mapping(self.data, "node_templates").get(name)
        for requirement, at in items(node, "requirements"):
            if not isinstance(requirement, Mapping) or "interaction" not in requirement:
                continue
            interaction = requirement["interaction"]
            target = text(interaction) or text(interaction, "node")
            origin = Origin.of(at)
            if target not in self.types or self._is(target, COMPUTES):
                self.notes.append(Note(origin, f'"{name}" interacts with "{target}", which is not drawn'))
                continue
            yield _Arrow(name, target, self._properties(interaction), origin)

    def _properties(self, interaction: object) -> frozenset[str]:
        """What is said of an arrow: on it, or by the template that it names."""
        named = text(interaction, "relationship")
        places = [
            mapping(interaction, "relationship"),
            mapping(self.data, "relationship_templates", named),
            interaction,
        ]
        return frozenset(p for p in PROPERTIES for place in places if true(place, "properties", p) or true(place, p))

    def _units(self) -> dict[str, Fact]:
        """The computes that several services share, as facts of each."""
        found: dict[str, list[tuple[str, Origin]]] = {}
        for name, node, _ in entries(self.data, "node_templates"):
            for requirement, at in items(node, "requirements"):
                on = text(requirement, "deployed_on") or text(requirement, "deployed_on", "node")
                if on and self._is(name, SERVICES):
                    found.setdefault(on, []).append((name, Origin.of(at)))
        return {name: Fact("unit", on, o) for on, those in found.items() if len(those) > 1 for name, o in those}

    def _groups(self, kind: str) -> Iterator[tuple[str, str, Origin]]:
        for group, data, at in entries(self.data, "groups"):
            if text(data, "type").rpartition(".")[2].lower() == kind:
                yield from ((group, member, Origin.of(at, "groups")) for member in texts(data, "members"))


def _engine(name: str, kind: Kind) -> str | None:
    row = of_name(name)
    return engine_of(row) if row and row.kind is kind else None
