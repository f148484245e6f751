"""Reads `topology.json`: nodes with a kind, and links with a kind, a protocol and the source line that shows them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from svcforge.adopt.files import Read
from svcforge.adopt.kinds import engine_of, of_name
from svcforge.adopt.looking import items, origin_of, text
from svcforge.adopt.system import Fact, Kind, Link, LinkKind, Node, Note, Origin, Part

KINDS: dict[str, tuple[Kind, str | None]] = {
    "service": (Kind.SERVICE, None),
    "worker": (Kind.SERVICE, "worker"),
    "gateway": (Kind.SERVICE, "gateway"),
    "bff": (Kind.SERVICE, "bff"),
    "frontend": (Kind.SERVICE, "frontend"),
    "client": (Kind.SERVICE, "client"),
    "load": (Kind.SERVICE, "client"),
    "user": (Kind.SERVICE, "client"),
    "adapter": (Kind.SERVICE, "adapter"),
    "esb": (Kind.SERVICE, "esb"),
    "registry": (Kind.SERVICE, "registry"),
    "infra": (Kind.SERVICE, "infra"),
    "broker": (Kind.BROKER, "infra"),
    "datastore": (Kind.STORE, None),
    "store": (Kind.STORE, None),
    "database": (Kind.STORE, None),
    "external": (Kind.EXTERNAL, None),
}
"""What the kind of a node says."""

STORE_LINKS = ("data", "store")
UNSEEN = dict.fromkeys(
    ("health", "tracing", "observability", "outbox", "inbox", "contract", "version", "discovery"),
    "a topology does",
)
GRPC = ("grpc",)
HTTP = ("http", "https", "rest")


def read(documents: Sequence[Read]) -> Part:
    """What topologies say."""
    nodes: list[Node] = []
    links: list[Link] = []
    notes: list[Note] = []
    name = None
    for document in documents:
        if (system := text(document.data, "system")) and name is None:
            name = (system, origin_of(document.data, "system", file=document.file, what="system"))
        found = _nodes(document, notes)
        known = {node.name: node for node in found}
        for edge, at in items(document.data, "edges"):
            link = _link(edge, Origin.of(at, "edges"), known, notes)
            links += [link] if link else []
        nodes += known.values()
    return Part(source="topology", name=name, nodes=tuple(nodes), links=tuple(links), notes=tuple(notes), unseen=UNSEEN)


def _nodes(document: Read, notes: list[Note]) -> list[Node]:
    found: list[Node] = []
    for node, at in items(document.data, "nodes"):
        origin = Origin.of(at, "nodes")
        name, kind = text(node, "name"), text(node, "kind")
        if not name:
            notes.append(Note(origin, "a node without a name"))
            continue
        if kind and kind not in KINDS:
            notes.append(Note(origin, f'"{name}" is of a kind that is not known, "{kind}": taken as a service'))
        what, role = KINDS.get(kind, (Kind.SERVICE, None))
        found.append(Node(name=name, kind=what, role=role, origin=origin))
    return found


def _link(edge: object, origin: Origin, known: dict[str, Node], notes: list[Note]) -> Link | None:
    source, target, kind = text(edge, "source"), text(edge, "target"), text(edge, "kind")
    protocol = text(edge, "protocol")
    missing = [name for name in (source, target) if name not in known]
    if missing:
        notes.append(Note(origin, f'a link names "{missing[0]}", which is no node'))
        return None
    evidence = text(edge, "evidence")
    origin = Origin(origin.file, origin.line, evidence) if evidence else origin
    ends = (known[source], known[target])
    if kind in STORE_LINKS or ends[1].kind is Kind.STORE:
        schema = protocol.partition(":")[2].strip() or None
        if (row := of_name(protocol.partition(":")[0])) and row.kind is Kind.STORE and not ends[1].engine:
            known[target] = replace(ends[1], engine=engine_of(row))
        return Link(source=source, target=target, kind=LinkKind.USE, schema=schema, origin=origin)
    if kind.startswith("async"):
        return _async(ends, protocol, origin)
    facts: tuple[Fact, ...] = ()
    first = protocol.lower().split(" ")[0]
    if first in GRPC:
        facts = (Fact("over", "grpc", origin),)
    elif first in HTTP:
        facts = (Fact("over", "rest", origin),)
    return Link(source=source, target=target, kind=LinkKind.CALL, origin=origin, facts=facts)


def _async(ends: tuple[Node, Node], protocol: str, origin: Origin) -> Link:
    """An event: into a broker, out of one, or from publisher to subscriber with none drawn between."""
    source, target = ends
    topic = protocol.partition(":")[2].strip() or None
    if target.kind is Kind.BROKER:
        return Link(source=source.name, target=target.name, kind=LinkKind.PUBLISH, topic=topic, origin=origin)
    if source.kind is Kind.BROKER:
        return Link(source=target.name, target=source.name, kind=LinkKind.CONSUME, topic=topic, origin=origin)
    return Link(source=target.name, target=source.name, kind=LinkKind.CONSUME, origin=origin)
