"""What every reader makes of its source: nodes, links and facts, each with the place that says so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from svcforge.source.tree import Place


@dataclass(frozen=True, slots=True, order=True)
class Origin:
    """Where a source says something: file, line (1-based), and what stands there when that helps (a variable's name)."""

    file: str
    line: int
    what: str = ""

    @classmethod
    def of(cls, place: Place, what: str = "") -> Origin:
        """The place of something that was read."""
        return cls(place[0], place[1], what)

    def __str__(self) -> str:
        return f"{self.file}:{self.line}" + (f" {self.what}" if self.what else "")


class Kind(StrEnum):
    """What a node is; a broker is known apart, since what is sent through it is joined."""

    SERVICE = "service"
    STORE = "store"
    BROKER = "broker"
    EXTERNAL = "external"


class LinkKind(StrEnum):
    """What one node does with another: CALL asks it (or is connected to a broker), USE keeps data in it."""

    CALL = "call"
    USE = "use"
    PUBLISH = "publish"
    CONSUME = "consume"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that a source says of a node, a link or the platform: `value` is plain data.

    Of a service: has (an ability), exposed, replicas, scale ((min, max)), unit, team, store (the engine of a database of
    its own), breaker (on all it calls), sidecar ((name, image)), secret ((name, whether its value stands in the source)),
    schema (that it captures). Of a link: timeout (text), timed (there is one, of unknown length), retries, breaker ({} or
    {reset}), tls, auth, discovery, over; of a use: unsure (which of the server's databases is not said). Of the platform:
    metrics, logs, tracing, secrets, mesh, discovery, tls, auth (of every call).
    """

    key: str
    value: Any
    origin: Origin


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """A part of the system by the name that its source gives it; `role` None: nothing tells that it is not business."""

    name: str
    kind: Kind
    origin: Origin
    role: str | None = None
    engine: str | None = None
    aka: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A directed link between two nodes, by their names; PUBLISH and CONSUME lead from a service to a broker.

    `schema` tells the databases of one server apart, `topic` what goes through a broker; `url` is an address that
    stands in the source where a name would do.
    """

    source: str
    target: str
    kind: LinkKind
    origin: Origin
    schema: str | None = None
    topic: str | None = None
    url: str | None = None
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """What a gateway of the platform (an Ingress, an HTTPRoute, a VirtualService) leads to."""

    gateway: str
    prefix: str
    method: str | None
    target: str
    origin: Origin
    timeout: str | None = None


@dataclass(frozen=True, slots=True)
class Jwt:
    """Whose tokens the gateway accepts."""

    issuer: str
    audience: str
    jwks: str | None
    origin: Origin


@dataclass(frozen=True, slots=True, order=True)
class Note:
    """What could not be read, or is not sure."""

    origin: Origin
    text: str

    def __str__(self) -> str:
        return f"{self.origin}: {self.text}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What one kind of source says. `unseen`: what such a source cannot show of services (written.RULES), and who cannot (`a topology does`)."""

    source: str
    name: tuple[str, Origin] | None = None
    nodes: tuple[Node, ...] = ()
    links: tuple[Link, ...] = ()
    platform: tuple[Fact, ...] = ()
    routes: tuple[Route, ...] = ()
    jwt: Jwt | None = None
    notes: tuple[Note, ...] = ()
    unseen: Mapping[str, str] = field(default_factory=dict)
