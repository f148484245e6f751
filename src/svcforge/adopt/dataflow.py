"""Reads dataflow models as microSecEnD has them: services with stereotypes, and flows of information between them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from svcforge.adopt.environment import use
from svcforge.adopt.files import Read
from svcforge.adopt.kinds import Known, stereotyped
from svcforge.adopt.looking import entries, items, text, texts
from svcforge.adopt.system import Fact, Kind, Link, LinkKind, Node, Note, Origin, Part

ASKED = ("configuration_server", "service_discovery")
"""Stereotypes of what speaks only when asked: where such a part sends, the receiver has called."""

UNSEEN = dict.fromkeys(("health", "outbox", "inbox", "contract", "version"), "a dataflow model does")
DISCOVERIES = ("eureka", "consul")
SEEN_BY = {
    "tracing_server": "tracing",
    "metrics_server": "metrics",
    "monitoring_server": "metrics",
    "logging_server": "logs",
}
"""Stereotypes of servers, and what a service has that sends to one."""
ENTRANCE = "user_stereotype"
TAGS = {
    "database": "Database",
    "message_broker": "Message Broker",
    "service_discovery": "Service Discovery",
    "monitoring_server": "Monitoring Server",
    "monitoring_dashboard": "Monitoring Dashboard",
    "metrics_server": "Metrics Server",
    "tracing_server": "Tracing Server",
    "logging_server": "Logging Server",
}
"""Tagged values that name the product behind a stereotype."""


def read(documents: Sequence[Read]) -> Part:
    """What dataflow models say."""
    nodes: list[Node] = []
    links: list[Link] = []
    platform: list[Fact] = []
    notes: list[Note] = []
    for document in documents:
        model = _Model(document)
        found = list(model.links())
        notes += model.notes
        sights = model.sights(found)
        nodes += [replace(n, facts=(*n.facts, *sights.get(n.name, ()))) for n in model.nodes.values()]
        links += found
        platform += model.platform
    return Part(
        source="dataflow", nodes=tuple(nodes), links=tuple(links), platform=tuple(platform), notes=tuple(notes),
        unseen=UNSEEN,
    )  # fmt: skip


class _Model:
    """One model: its nodes by name, and their stereotypes."""

    def __init__(self, document: Read) -> None:
        self.document = document
        self.notes: list[Note] = []
        self.platform: list[Fact] = []
        self.secrets: list[tuple[str, Fact]] = []
        self.stereotypes: dict[str, list[str]] = {}
        self.nodes: dict[str, Node] = {}
        for group, external in (("services", False), ("external_entities", True)):
            for entry, at in items(document.data, group):
                self._node(entry, Origin.of(at, group), external)
        self.discovery = next((f.value for f in self.platform if f.key == "discovery"), None)

    def _node(self, entry: object, origin: Origin, external: bool) -> None:
        name = text(entry, "name")
        if not name or name in self.nodes:
            self.notes.append(Note(origin, f'"{name}" stands twice' if name else "a part without a name"))
            return
        has = texts(entry, "stereotypes")
        self.stereotypes[name] = has
        rows = list(stereotyped(has))
        for each in rows:
            filling = text(entry, "tagged_values", TAGS.get(each.words[0], ""))
            self.platform += [Fact(place, (filling or name).lower(), origin) for place in each.fills]
        kept = bool(rows) and rows[0].kind is Kind.STORE
        if external and ENTRANCE not in has and not kept:
            self.nodes[name] = Node(name=name, kind=Kind.EXTERNAL, origin=origin)
            return
        if external and not kept:
            self.nodes[name] = Node(name=name, kind=Kind.SERVICE, role="client", origin=origin)
            return
        if not has:
            self.notes.append(Note(origin, f'"{name}" has no stereotype: taken as a service'))
        row: Known | None = rows[0] if rows else None
        kind = row.kind if row else Kind.SERVICE
        product = text(entry, "tagged_values", TAGS.get(row.words[0], "")) if row else ""
        self.nodes[name] = Node(
            name=name, kind=kind, role=row.role if row else None, engine=product.lower() or None if row else None,
            origin=origin, facts=tuple(_facts(entry, has, origin, kind)),
        )  # fmt: skip

    def links(self) -> Iterator[Link]:
        """The flows as links."""
        seen: set[tuple[str, str]] = set()
        for flow, at in items(self.document.data, "information_flows"):
            origin = Origin.of(at, "information_flows")
            sender, receiver = text(flow, "sender"), text(flow, "receiver")
            missing = [name for name in (sender, receiver) if name not in self.nodes]
            if missing:
                self.notes.append(Note(origin, f'a flow names "{missing[0]}", which is declared nowhere'))
            elif (link := self._link(flow, sender, receiver, origin)) is not None:
                ends = (link.source, link.target)
                if ends in seen and link.kind is LinkKind.CALL:
                    self.notes.append(Note(origin, f"a second flow between {sender} and {receiver}: not read"))
                    continue
                seen.add(ends)
                yield link

    def _link(self, flow: object, sender: str, receiver: str, origin: Origin) -> Link | None:
        source, target = self.nodes[sender], self.nodes[receiver]
        has = texts(flow, "stereotypes")
        topic = re.sub(r"[\"']", "", _tag(flow, "Topic")) or None
        if target.kind is Kind.STORE or source.kind is Kind.STORE:
            user, store = (source, target) if target.kind is Kind.STORE else (target, source)
            if "plaintext_credentials_link" in has:
                self.secrets.append((user.name, Fact("secret", (f"{store.name}_password", True), origin)))
            return use(user, store, origin, None)
        if any(word.startswith("message_producer") for word in has) and target.kind is Kind.BROKER:
            return Link(source=sender, target=receiver, kind=LinkKind.PUBLISH, topic=topic, origin=origin)
        if any(word.startswith("message_consumer") for word in has) and source.kind is Kind.BROKER:
            return Link(source=receiver, target=sender, kind=LinkKind.CONSUME, topic=topic, origin=origin)
        # What only answers, and what is outside and no user, is called by whom it sends to.
        listens = target.kind is Kind.BROKER or any(word in SEEN_BY for word in self.stereotypes[receiver])
        asked = not listens and any(word in ASKED for word in self.stereotypes[sender])
        if asked or source.kind in (Kind.BROKER, Kind.EXTERNAL):
            source, target = target, source
        if source.kind is Kind.EXTERNAL:
            self.notes.append(Note(origin, f"a flow between {sender} and {receiver}, both outside: not read"))
            return None
        return Link(
            source=source.name, target=target.name, kind=LinkKind.CALL, origin=origin,
            facts=tuple(self._policies(flow, has, origin)),
        )  # fmt: skip

    def _policies(self, flow: object, has: list[str], origin: Origin) -> Iterator[Fact]:
        if "circuit_breaker_link" in has:
            yield Fact("breaker", {}, origin)
        if "authorized" in has:
            yield Fact("auth", "forward", origin)
        elif "authenticated" in has:
            yield Fact("auth", "service", origin)
        if "encrypted" in has or "https" in _tag(flow, "Protocol").lower():
            yield Fact("tls", "strict", origin)
        balanced = "load_balanced_link" in has or "feign_connection" in has
        if balanced and self.discovery in DISCOVERIES:
            yield Fact("discovery", self.discovery, origin)

    def sights(self, links: list[Link]) -> dict[str, list[Fact]]:
        """What the links say of their sources: traced, measured, logged by whom they call, let in by a password."""
        found: dict[str, list[Fact]] = {}
        for name, secret in self.secrets:
            found.setdefault(name, []).append(secret)
        for link in links:
            for word in self.stereotypes[link.target]:
                if word in SEEN_BY:
                    found.setdefault(link.source, []).append(Fact("has", SEEN_BY[word], link.origin))
        return found


def _tag(flow: object, wanted: str) -> str:
    """A tagged value of a flow; in some models its name stands in quotes of its own."""
    return next((text(value) for key, value, _ in entries(flow, "tagged_values") if wanted in key), "")


def _facts(entry: object, has: list[str], origin: Origin, kind: Kind) -> Iterator[Fact]:
    if "entrypoint" in has:
        yield Fact("exposed", True, origin)
    if "circuit_breaker" in has:
        yield Fact("breaker", {}, origin)
    if "in_memory_data_store" in has and (engine := text(entry, "tagged_values", "In-Memory Data Store")):
        yield Fact("store", engine.lower(), origin)
    if "plaintext_credentials" in has and kind is Kind.SERVICE:
        yield Fact("secret", ("password", True), origin)
