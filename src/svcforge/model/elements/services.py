"""Services with what they hear, keep of others and need; contexts and externals around them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum

from svcforge.frozen import frozen
from svcforge.model.elements.data import Entity, Event, Value
from svcforge.model.elements.operations import Call, Condition, Literals, Operation, Sources
from svcforge.model.policy import Defaults, Scale, Slo, SubscriptionPolicy
from svcforge.model.types import Type
from svcforge.source.finding import Path


@frozen(kw_only=True)
class Subscription:
    """An asynchronous edge: an event, or a whole service while its events are not known, and what handles it.

    `operation` is the handler's name as written (None while unknown); `publisher`, `event` and `version`
    are what `to` resolves to.
    """

    source: str
    to: str
    operation: str | None
    publisher: str | None = None
    event: str | None = None
    version: int | None = None
    sources: Sources = field(default_factory=dict)
    literals: Literals = field(default_factory=dict)
    policy: SubscriptionPolicy = SubscriptionPolicy()
    path: Path


@frozen(kw_only=True)
class CopyFeed:
    """One event that keeps a copy: own field -> event's field (`keep`; None keeps all), literals, or removal."""

    to: str
    publisher: str | None = None
    event: str | None = None
    version: int | None = None
    keep: Mapping[str, str] | None = None
    literals: Literals = field(default_factory=dict)
    drop: bool = False
    path: Path


@frozen(kw_only=True)
class Copy:
    """A local read model of others' data, one row a subject."""

    name: str
    feeds: tuple[CopyFeed, ...]
    path: Path


@frozen(kw_only=True)
class Release:
    """A version that runs beside another: its share of traffic in percent, and the header that selects it."""

    name: str
    weight: int
    header: tuple[str, str] | None
    path: Path


@frozen(kw_only=True)
class Setting:
    """What the user's code reads from the environment."""

    name: str
    type: Type
    path: Path


@frozen(kw_only=True)
class Sidecar:
    """A container beside the service; `image` None lets the pack choose."""

    name: str
    image: str | None
    path: Path


@frozen(kw_only=True)
class Use:
    """A store, a library or another service's table that a service uses (`uses`)."""

    source: str
    name: str
    path: Path


class Role(StrEnum):
    """What a service is; only business and worker are generated and counted as services."""

    BUSINESS = "business"
    WORKER = "worker"
    GATEWAY = "gateway"
    BFF = "bff"
    FRONTEND = "frontend"
    CLIENT = "client"
    ADAPTER = "adapter"
    ESB = "esb"
    REGISTRY = "registry"
    INFRA = "infra"


@frozen(kw_only=True)
class Service:
    """A service of a context."""

    name: str
    context: str
    about: str = ""
    role: Role = Role.BUSINESS
    stack: str | None = None
    api: tuple[str, ...] | None = None
    team: str | None = None
    tier: int | None = None
    slo: Slo = Slo()
    scale: Scale = Scale()
    resources: Mapping[str, str] = field(default_factory=dict)
    store: str | None = None
    entities: Mapping[str, Entity] = field(default_factory=dict)
    values: Mapping[str, Value] = field(default_factory=dict)
    events: tuple[Event, ...] = ()
    operations: Mapping[str, Operation] = field(default_factory=dict)
    calls: tuple[Call, ...] = ()
    subscriptions: tuple[Subscription, ...] = ()
    copies: Mapping[str, Copy] = field(default_factory=dict)
    where: tuple[Condition, ...] = ()
    settings: tuple[Setting, ...] = ()
    releases: tuple[Release, ...] = ()
    sidecars: tuple[Sidecar, ...] = ()
    uses: tuple[Use, ...] = ()
    defaults: Defaults = Defaults()
    has: tuple[str, ...] | None = None
    language: str | None = None
    unit: str | None = None
    replicas: int | None = None
    aka: tuple[str, ...] = ()
    exposed: bool = False
    was: str | None = None
    path: Path

    @property
    def generated(self) -> bool:
        """Whether svcforge builds it: a business service or worker that does not exist already."""
        return self.has is None and self.role in (Role.BUSINESS, Role.WORKER)


@frozen(kw_only=True)
class External:
    """What the system uses and does not own; its address is `<NAME>_URL` in the environment."""

    name: str
    about: str
    operations: Mapping[str, Operation]
    aka: tuple[str, ...] = ()
    slo: Slo = Slo()
    path: Path


@frozen()
class Relation:
    """One line of the DDD context map; `to` is upstream."""

    to: str
    kind: str
    path: Path


@frozen(kw_only=True)
class Context:
    """A bounded context."""

    name: str
    about: str
    subdomain: str | None
    team: str | None
    relations: tuple[Relation, ...]
    services: Mapping[str, Service]
    defaults: Defaults
    path: Path
