"""The parts that the readers made as one system: the same node once, links between nodes, publishers with subscribers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from svcforge.adopt.naming import dashed
from svcforge.adopt.system import Fact, Jwt, Kind, Link, LinkKind, Node, Note, Origin, Part, Route

UNJUDGED = ("client", "registry", "infra")
"""Roles whose use of a database is no sharing, and whose calls no rule about waiting judges."""


@dataclass(frozen=True, kw_only=True)
class System:
    """All that the sources say; nodes and links go by keys, which are the nodes' names in the form of the language.

    `hears`: subscriber -> publishers, each with the place that says so. `unseen`: what no source can show, and who
    cannot.
    """

    name: tuple[str, Origin | None]
    sources: tuple[str, ...]
    nodes: dict[str, Node]
    links: tuple[Link, ...]
    hears: dict[str, dict[str, Origin]]
    platform: tuple[Fact, ...]
    routes: tuple[Route, ...]
    jwt: Jwt | None
    notes: tuple[Note, ...]
    unseen: dict[str, str]

    def of(self, kind: Kind) -> Iterator[tuple[str, Node]]:
        """The nodes of a kind."""
        return ((key, node) for key, node in self.nodes.items() if node.kind is kind)

    @cached_property
    def uses(self) -> dict[str, list[Link]]:
        """Store -> its uses."""
        found: dict[str, list[Link]] = {}
        for link in self.links:
            if link.kind is LinkKind.USE:
                found.setdefault(link.target, []).append(link)
        return found

    def links_of(self, key: str, kind: LinkKind) -> list[Link]:
        """What a node does of a kind."""
        return [link for link in self._by_source.get(key, ()) if link.kind is kind]

    @cached_property
    def _by_source(self) -> dict[str, list[Link]]:
        found: dict[str, list[Link]] = {}
        for link in self.links:
            found.setdefault(link.source, []).append(link)
        return found


def joined(parts: Sequence[Part], folder: str, sources: tuple[str, ...], notes: Iterable[Note]) -> System:
    """One system of all parts."""
    nodes: dict[str, Node] = {}
    links: list[Link] = []
    routes: list[Route] = []
    told = [*notes]
    for part in parts:
        keys = _keys(part)
        for node in part.nodes:
            key = keys[node.name]
            nodes[key] = _merged(nodes[key], node) if key in nodes else node
        for link in part.links:
            ends = (link.source, *(() if link.url and not link.target else (link.target,)))
            if unread := [end for end in ends if end not in keys]:
                told.append(Note(link.origin, f'a link names "{unread[0]}", which was not read'))
            else:
                links.append(replace(link, source=keys[link.source], target=keys[link.target] if len(ends) > 1 else ""))
        routes += [replace(route, target=keys[route.target]) for route in part.routes if route.target in keys]
        told += part.notes
    fitting = _without_doubles(_fitting(link, nodes, told) for link in links)
    found = [link for link in fitting if link is not None]
    name = next((part.name for part in parts if part.name), None)
    return System(
        name=name or (folder, None), sources=sources, nodes=_captured(nodes, found), links=tuple(found),
        hears=_heard(found, nodes, told), platform=tuple(fact for part in parts for fact in part.platform),
        routes=tuple(route for route in routes if nodes[route.target].kind is Kind.SERVICE),
        jwt=next((part.jwt for part in parts if part.jwt), None), notes=tuple(sorted(set(told))), unseen=_unseen(parts),
    )  # fmt: skip


def _keys(part: Part) -> dict[str, str]:
    """The key of each name of a part; two names of one form stay two."""
    keys: dict[str, str] = {}
    used: set[str] = set()
    for node in part.nodes:
        if node.name in keys:
            continue
        base = dashed(node.name)
        key = base if base not in used else f"{base}#{len(used)}"
        used.add(key)
        keys[node.name] = key
    return keys


def _merged(first: Node, second: Node) -> Node:
    """A node that two sources know: the more special word for what it is, the facts of both."""
    special = second if first.kind is Kind.SERVICE and second.kind is not Kind.SERVICE else first
    aka = (*first.aka, *second.aka, *((second.name,) if second.name != first.name else ()))
    return replace(
        first, kind=special.kind, role=first.role or second.role, engine=first.engine or second.engine,
        aka=tuple(dict.fromkeys(aka)), facts=(*first.facts, *second.facts),
    )  # fmt: skip


def _same(first: Link, second: Link) -> Link:
    return replace(first, url=first.url or second.url, facts=(*first.facts, *second.facts))


def _fitting(link: Link, nodes: dict[str, Node], notes: list[Note]) -> Link | None:
    """A link of the kind that its ends have, once all sources have said what they are."""
    source, target = nodes[link.source], nodes.get(link.target)
    if target is None:
        return link if link.url else None
    if source.kind in (Kind.STORE, Kind.EXTERNAL) or (source.kind is Kind.BROKER and target.kind is Kind.STORE):
        notes.append(
            Note(link.origin, f'"{source.name}" is said to call "{target.name}", which a {source.kind} does not')
        )
        return None
    if link.source == link.target:
        return None
    kind = link.kind
    if kind is LinkKind.USE and target.kind is not Kind.STORE:
        kind = LinkKind.CALL
    if kind is LinkKind.CALL and target.kind is Kind.STORE:
        kind = LinkKind.USE
    return replace(link, kind=kind)


def _without_doubles(links: Iterable[Link | None]) -> list[Link]:
    """Calls once a pair; uses that name no schema only where none does."""
    found: dict[tuple[str, str, LinkKind, str | None, str | None], Link] = {}
    for link in links:
        if link is None:
            continue
        topic = link.url if not link.target else link.topic
        place = (link.source, link.target, link.kind, link.schema, topic)
        found[place] = _same(found[place], link) if place in found else link
    named = {(x.source, x.target) for x in found.values() if x.kind is LinkKind.USE and x.schema}
    return [
        x for x in found.values()
        if not (x.kind is LinkKind.USE and x.schema is None and (x.source, x.target) in named)
    ]  # fmt: skip


def _captured(nodes: dict[str, Node], links: list[Link]) -> dict[str, Node]:
    """Who keeps data in a schema whose changes are captured and published has an outbox."""
    captured = {f.value: f.origin for n in nodes.values() for f in n.facts if f.key == "schema"}
    found = dict(nodes)
    for link in links:
        if link.kind is LinkKind.USE and link.schema in captured and found[link.source].role not in UNJUDGED:
            fact = Fact("has", "outbox", captured[link.schema])
            found[link.source] = replace(found[link.source], facts=(*found[link.source].facts, fact))
    return found


def _heard(links: list[Link], nodes: dict[str, Node], notes: list[Note]) -> dict[str, dict[str, Origin]]:
    """Subscriber -> publishers: those of one topic, or of one broker where it can be nobody else."""
    heard: dict[str, dict[str, Origin]] = {}
    publishers: dict[tuple[str, str | None], list[str]] = {}
    for link in links:
        if link.kind is LinkKind.PUBLISH:
            publishers.setdefault((link.target, link.topic), []).append(link.source)
            publishers.setdefault((link.target, ""), []).append(link.source)
    for link in links:
        if link.kind is not LinkKind.CONSUME:
            continue
        if nodes[link.target].kind is not Kind.BROKER:
            heard.setdefault(link.source, {}).setdefault(link.target, link.origin)
            continue
        those = publishers.get((link.target, link.topic), []) if link.topic else []
        all_ = list(dict.fromkeys(publishers.get((link.target, ""), ())))
        those = those or (all_ if len(all_) == 1 else [])
        if not those:
            notes.append(Note(link.origin, f'whom "{link.source}" hears through "{link.target}" is not said'))
        for publisher in those:
            if publisher != link.source:
                heard.setdefault(link.source, {}).setdefault(publisher, link.origin)
    return heard


def _unseen(parts: Sequence[Part]) -> dict[str, str]:
    """The abilities that no part can show."""
    speaking = [part for part in parts if part.nodes]
    common = set.intersection(*(set(part.unseen) for part in speaking)) if speaking else set()
    return {ability: reason for part in speaking[:1] for ability, reason in part.unseen.items() if ability in common}
