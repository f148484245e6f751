"""The elements of a blueprint, as frozen values: what is written, with names instead of places in a file.

Every element carries its `path`; nothing here knows a line number. What a blueprint does not say is None or empty.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from svcforge.model.policy import CallPolicy, Defaults, Milliseconds, Scale, Slo, SubscriptionPolicy
from svcforge.model.types import Type
from svcforge.source.finding import Path


@dataclass(frozen=True, slots=True)
class Field:
    """A named, typed field of an entity, a value object, an event, an input or an output."""

    name: str
    type: Type
    path: Path
    was: str | None = None
    deprecated: str | None = None


Fields = tuple[Field, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Value:
    """A value object; `service` is None for one that all share."""

    name: str
    fields: Fields
    service: str | None
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """An entity that a service owns; `id`, `created_at` and `updated_at` are not among its fields."""

    name: str
    fields: Fields
    id: Type
    event_sourced: bool
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One version of an event; the first field is the subject. `latest` is the highest version."""

    name: str
    service: str
    version: int
    latest: bool
    fields: Fields
    path: Path


class Verb(StrEnum):
    """What an operation does with an entity (blueprint.md, "Operations")."""

    CREATES = "creates"
    READS = "reads"
    LISTS = "lists"
    UPDATES = "updates"
    DELETES = "deletes"


@dataclass(frozen=True, slots=True)
class Http:
    """How an operation is opened to the gateway: method and path, without the version (`/orders/{id}`)."""

    method: str
    path: str

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names in braces, in order."""
        return tuple(part[1:-1] for part in self.path.split("/") if part.startswith("{") and part.endswith("}"))


@dataclass(frozen=True, slots=True)
class Condition:
    """One entry of `where`: the field is one of `values`, or equals the token's claim (`token.sub`)."""

    field: str
    values: tuple[str, ...]
    token: str | None
    path: Path


Sources = Mapping[str, str]
"""`with`: input -> source (`token.sub`, `total`, `authorize.approved`)."""
Literals = Mapping[str, Any]
"""`set`: field -> literal (text, a list, or a mapping, as written)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """An operation of a service or of an external.

    `inputs` is what `in` says: field names of the entity (`in: [sku, name]`), or new fields; None when unset.
    `output` is what `out` says: field names, new fields, or a type; None when unset.
    """

    name: str
    owner: str
    about: str = ""
    http: Http | None = None
    scopes: tuple[str, ...] | None = None
    public: str | None = None
    signed: str | None = None
    verb: Verb | None = None
    entity: str | None = None
    by: str | None = None
    inputs: tuple[str, ...] | Fields | None = None
    output: tuple[str, ...] | Fields | Type | None = None
    sources: Sources = field(default_factory=dict)
    literals: Literals = field(default_factory=dict)
    where: tuple[Condition, ...] = ()
    filter: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    emits: tuple[str, ...] = ()
    idempotent_by_key: bool = False
    idempotent_by: str | None = None
    rule: str | None = None
    read_only: bool = False
    takes: Milliseconds | None = None
    long_running: bool = False
    schedule: str | None = None
    was: str | None = None
    path: Path

    @property
    def repeatable(self) -> bool:
        """Whether it is safe to repeat (blueprint.md, "Operations": `idempotent`)."""
        return (
            self.idempotent_by_key
            or self.idempotent_by is not None
            or self.read_only
            or self.verb in (Verb.READS, Verb.LISTS, Verb.DELETES)
            or (self.verb is Verb.UPDATES and bool(self.literals))
            or (self.verb is Verb.CREATES and self.by is not None)
            or (self.http is not None and self.http.method in ("GET", "PUT", "DELETE"))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A synchronous edge, where it starts: in an operation, at a service's own level, or as a saga's step.

    `to` is what is written; `target` and `operation` what it resolves to (None when it does not, or when only
    a service is named). `fallback` is None when there is none, else a 1-tuple of the literal.
    """

    source: str
    source_operation: str | None
    to: str
    url: str | None = None
    target: str | None = None
    operation: str | None = None
    policy: CallPolicy = CallPolicy()
    fallback: tuple[Any, ...] = ()
    sources: Sources = field(default_factory=dict)
    literals: Literals = field(default_factory=dict)
    expect: str | None = None
    otherwise: tuple[int, str] | None = None
    wait: bool = True
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Copy:
    """A local read model of others' data, one row a subject."""

    name: str
    feeds: tuple[CopyFeed, ...]
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """A version that runs beside another: its share of traffic in percent, and the header that selects it."""

    name: str
    weight: int
    header: tuple[str, str] | None
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """What the user's code reads from the environment."""

    name: str
    type: Type
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Sidecar:
    """A container beside the service; `image` None lets the pack choose."""

    name: str
    image: str | None
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class External:
    """What the system uses and does not own; its address is `<NAME>_URL` in the environment."""

    name: str
    about: str
    operations: Mapping[str, Operation]
    aka: tuple[str, ...] = ()
    slo: Slo = Slo()
    path: Path


@dataclass(frozen=True, slots=True)
class Relation:
    """One line of the DDD context map; `to` is upstream."""

    to: str
    kind: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A saga's step: a call (`do`) and what undoes it, as written and as resolved."""

    do: Call
    undo: Call | None
    pivot: bool
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Saga:
    """A business transaction over several services; `owner` keeps its log (None when `starts` does not resolve)."""

    name: str
    about: str
    starts: str
    owner: str | None
    event: str | None
    operation: str | None
    steps: tuple[Step, ...]
    undo: Call | None
    transaction: str | None
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """A gateway's route: a method (None is any), a prefix, the service behind it."""

    method: str | None
    prefix: str
    to: str | None
    target: str | None
    url: str | None
    timeout: Milliseconds | None
    rate_limit: RateLimit | None
    path: Path


@dataclass(frozen=True, slots=True)
class RateLimit:
    """So many requests in so many milliseconds, for each client or for all together."""

    requests: int
    per: Milliseconds
    each_client: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Jwt:
    """Whose tokens are accepted, and for whom they are made."""

    issuer: str
    audience: str
    jwks: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Gateway:
    """The one entry; `auth` is None when unset."""

    name: str
    jwt: Jwt | None
    auth_none: bool
    rate_limit: RateLimit | None
    timeout: Milliseconds | None
    routes: tuple[Route, ...]
    has: tuple[str, ...] | None
    aka: tuple[str, ...]
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Argument:
    """An input of a BFF's part: a literal (text), or a source (`path.order_id`, `order.lines[].product`)."""

    name: str
    source: str | None
    literal: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One call of an endpoint that gathers; `fallback` is a 1-tuple of the literal after `or`, else empty."""

    name: str
    text: str
    call: Call
    arguments: tuple[Argument, ...]
    fallback: tuple[Any, ...]
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Endpoint:
    """An endpoint of a BFF: the parts that it gathers."""

    http: Http
    parts: tuple[Part, ...]
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Bff:
    """A backend for a frontend."""

    name: str
    about: str
    stack: str | None
    team: str | None
    tier: int | None
    slo: Slo
    scale: Scale
    resources: Mapping[str, str]
    endpoints: tuple[Endpoint, ...]
    defaults: Defaults
    has: tuple[str, ...] | None
    aka: tuple[str, ...]
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A declared database server and schema; two services with an equal pair share a database."""

    name: str
    engine: str | None
    server: str | None
    schema: str | None
    tls: str | None
    auth: str | None
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """A library that services share, and what is in it."""

    name: str
    kind: str
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Platform:
    """What the system runs on; each value names a pack, None is none."""

    gateway: str | None = None
    broker: str | None = None
    store: str | None = None
    discovery: str | None = None
    mesh: str | None = None
    deploy: tuple[str, ...] = ()
    metrics: str | None = None
    tracing: str | None = None
    logs: str | None = None
    saga: str | None = None
    secrets: str | None = None
    broker_tls: str | None = None
    broker_auth: str | None = None
    store_tls: str | None = None
    store_auth: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Patch:
    """A change to generated manifests, applied last: a merge (mapping) or a JSON patch (list)."""

    kind: str | None
    name: str | None
    merge: Any
    json: Any
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class PackSource:
    """An extra template pack: a folder or a git address, at a ref."""

    source: str
    at: str | None
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Ignore:
    """A central suppression: a rule, at an element, for a reason, until a date (ISO)."""

    rule: str
    at: str | None
    reason: str | None
    until: str | None
    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class LintConfig:
    """The blueprint's `lint:` block."""

    profile: str | None = None
    select: tuple[str, ...] | None = None
    ignore: tuple[Ignore, ...] = ()
    severity: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    fail_on: str | None = None
    custom: tuple[Mapping[str, Any], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A name that stands for something declared elsewhere: what it should be (`kind`), and the names it could be.

    `resolved` tells whether it is declared; `nearest` is the closest declared name, if one is close, and `certain`
    tells that no other is as close.
    """

    kind: str
    text: str
    resolved: bool
    nearest: str | None
    certain: bool = False
    path: Path
