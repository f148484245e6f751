"""The blueprint as it is written: every key of the language, once. The JSON Schema is made from this."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field as Key

from svcforge.load import words
from svcforge.load.shape import (
    BY_EVENT_SHAPE,
    BY_SHAPE,
    LIST,
    MAPPING,
    VERSIONS,
    WORD,
    Duration,
    Element,
    Flag,
    FreeList,
    FreeMapping,
    HttpLine,
    Idempotent,
    Literal,
    Otherwise,
    Rate,
    Raw,
    Retries,
    Schedule,
    Share,
    Shorthand,
    Text,
    TypeText,
    TypeWord,
    Version,
    Whole,
    one_of,
    suggested,
)


class PackDoc(Element):
    """The pack that fills a place of the platform, with how it is reached."""

    engine: Text
    tls: Annotated[str, one_of(*words.TLS)] | None = None
    auth: Annotated[str, one_of(*words.AUTHS)] | None = None


class PlatformDoc(Element):
    """What the system runs on: each value names a pack; unset is none."""

    gateway: Annotated[str, suggested(*words.GATEWAYS)] | None = None
    broker: Annotated[PackDoc, Shorthand("engine")] | None = None
    store: Annotated[PackDoc, Shorthand("engine")] | None = Key(
        None, description="The engine behind a service's own database."
    )
    discovery: Annotated[str, suggested(*words.DISCOVERIES)] | None = None
    mesh: Annotated[str, suggested(*words.MESHES)] | None = None
    deploy: list[Annotated[str, suggested(*words.DEPLOYS)]] = Key(default_factory=list)
    metrics: Annotated[str, suggested(*words.METRICS)] | None = None
    tracing: Annotated[str, suggested(*words.TRACINGS)] | None = None
    logs: Annotated[str, suggested(*words.LOGS)] | None = None
    saga: Annotated[str, suggested(*words.SAGA_ENGINES)] | None = None
    secrets: Text | None = Key(None, description="The secret store.")


class BreakerDoc(Element):
    """When a circuit breaker opens."""

    failures: Share = Key(0.5, description="Share of failures in the window that opens it.")
    window: Whole = Key(20, description="How many calls are looked at.")
    reset: Duration = Key(30_000, description="How long it stays open before one probe goes through.")


Breaker = Annotated[Annotated[BreakerDoc, MAPPING] | Annotated[Annotated[str, one_of("none")], WORD], BY_SHAPE]


class CallPolicyDoc(Element):
    """What may be said of calls, on an edge and in `defaults.call`."""

    over: Annotated[str, one_of(*words.OVERS)] | None = Key(
        None, description="rest, grpc, or broker (command and reply)."
    )
    timeout: Duration | None = Key(None, description="For the whole call, retries and back-off included.")
    retries: Whole | None = Key(None, description="On top of the first attempt.")
    breaker: Breaker | None = None
    tls: Annotated[str, one_of(*words.TLS)] | None = None
    auth: Annotated[str, one_of(*words.AUTHS)] | None = None
    discovery: Annotated[str, one_of(*words.CALL_DISCOVERIES)] | None = None
    optional: Flag | None = None


class CallDoc(CallPolicyDoc):
    """A synchronous edge: `service.operation`, an external's operation, or all of this."""

    to: Text | None = Key(
        None, description="service.operation, external.operation, or a service while operations are unknown."
    )
    url: Text | None = None
    fallback: Raw = Key(None, description="Stands in when there is no answer, never for a no.")
    with_: dict[str, Text] = Key(
        default_factory=dict, alias="with", description="input: another source than the field of the same name."
    )
    set_: dict[str, Raw] = Key(default_factory=dict, alias="set", description="input: a literal.")
    expect: Text | None = Key(None, description="A field of the answer; false ends the operation.")
    otherwise: Otherwise | None = Key(None, description="Status and slug of the problem when `expect` is false.")
    wait: Flag = True


Call = Annotated[CallDoc, Shorthand("to")]


class SubscriptionPolicyDoc(Element):
    """What may be said of handling events, on an edge and in `defaults.subscription`."""

    retries: Retries | None = None
    backoff: Duration | None = None
    dead_letter: Flag | None = None
    idempotent: Flag | None = None
    delivery: Annotated[str, one_of(*words.DELIVERIES)] | None = None


class SubscriptionDoc(SubscriptionPolicyDoc):
    """An event's handler: the operation, or all of this."""

    do: Text
    with_: dict[str, Text] = Key(default_factory=dict, alias="with")
    set_: dict[str, Raw] = Key(
        default_factory=dict, alias="set", description="input: a literal, where the event has no such field."
    )


Subscription = Annotated[SubscriptionDoc, Shorthand("do")]


class ScaleDoc(Element):
    """How many replicas run."""

    min: Whole | None = None
    max: Whole | None = None
    cpu: Share | None = None


class SloDoc(Element):
    """What a service promises."""

    availability: Share | None = None
    latency: Duration | None = Key(None, description="The 99th percentile.")


class ResourcesDoc(Element):
    """What one replica may use, in Kubernetes' units."""

    cpu: Text | None = None
    memory: Text | None = None


class DefaultsDoc(Element):
    """Policies that hold where an edge or an element does not say otherwise."""

    stack: Annotated[str, suggested(*words.STACKS)] | None = None
    call: CallPolicyDoc = CallPolicyDoc()
    subscription: SubscriptionPolicyDoc = SubscriptionPolicyDoc()
    scale: ScaleDoc = ScaleDoc()
    slo: SloDoc = SloDoc()
    resources: ResourcesDoc = ResourcesDoc()
    api_version: Annotated[str, suggested("v1")] | None = None
    has: list[Annotated[str, one_of(*words.ABILITIES)]] | None = None


class FieldDoc(Element):
    """A field: its type, or all of this."""

    type: TypeText
    was: Text | None = Key(None, description="The old name: a renaming, not a removal.")
    deprecated: Text | None = Key(None, description="Why: the column stays, and is written no more.")


Field = Annotated[FieldDoc, Shorthand("type", lists=True)]
Fields = dict[str, Field]
Names = list[Text]


class VersionsDoc(Element):
    """Several versions of an event that live side by side."""

    versions: dict[str, Fields]


Event = Annotated[Annotated[VersionsDoc, VERSIONS] | Annotated[Fields, MAPPING], BY_EVENT_SHAPE]


class OperationDoc(Element):
    """What a service offers: with a verb on an entity, or the user's own code."""

    about: Text | None = None
    http: HttpLine | None = Key(None, description="Opens it to the gateway: GET /orders/{id}.")
    scopes: list[Text] | None = None
    public: Text | None = Key(None, description="Why no token is needed.")
    signed: Text | None = Key(None, description="The external whose webhook this is.")
    creates: Text | None = None
    reads: Text | None = None
    lists: Text | None = None
    updates: Text | None = None
    deletes: Text | None = None
    by: Text | None = None
    in_: Annotated[Annotated[Names, LIST] | Annotated[Fields, MAPPING], BY_SHAPE] | None = Key(None, alias="in")
    out: Annotated[Annotated[Names, LIST] | Annotated[Fields, MAPPING] | Annotated[TypeWord, WORD], BY_SHAPE] | None = (
        None
    )
    with_: dict[str, Text] = Key(default_factory=dict, alias="with")
    set_: dict[str, Raw] = Key(default_factory=dict, alias="set")
    where: dict[str, Text] = Key(default_factory=dict)
    filter: list[Text] = Key(default_factory=list)
    calls: list[Call] = Key(default_factory=list)
    emits: list[Text] = Key(default_factory=list)
    idempotent: Idempotent | None = None
    rule: Text | None = Key(None, description="A sentence: logic of the user's, inside the transaction.")
    read_only: Flag = False
    takes: Duration | None = Key(None, description="Its own 99th percentile, without its calls.")
    long_running: Flag = False
    schedule: Schedule | None = None
    was: Text | None = None


class FeedDoc(Element):
    """An event that keeps a copy."""

    keep: Annotated[Annotated[Names, LIST] | Annotated[dict[str, Text], MAPPING], BY_SHAPE] | None = None
    set_: dict[str, Raw] = Key(default_factory=dict, alias="set")
    drop: Flag = False


class WhenDoc(Element):
    """What selects a release."""

    header: dict[str, Text]


class ReleaseDoc(Element):
    """A version that runs beside another."""

    weight: Whole
    when: WhenDoc | None = None


class SidecarDoc(Element):
    """A container beside the service."""

    name: Text
    image: Text | None = None


class ServiceDoc(Element):
    """A service: it owns data, offers operations, emits events; edges are named where they start."""

    about: Text | None = None
    role: Annotated[
        str, one_of("business", "worker", "gateway", "bff", "frontend", "client", "adapter", "esb", "registry", "infra")
    ] = "business"
    stack: Annotated[str, suggested(*words.STACKS)] | None = None
    api: list[Annotated[str, one_of(*words.APIS)]] | None = None
    team: Text | None = None
    tier: Whole | None = Key(None, description="1 matters most.")
    slo: SloDoc = SloDoc()
    scale: ScaleDoc = ScaleDoc()
    resources: ResourcesDoc = ResourcesDoc()
    store: Text | None = Key(None, description="The engine of its own database, or a declared store that is its own.")
    owns: dict[str, Fields] = Key(default_factory=dict)
    values: dict[str, Fields] = Key(default_factory=dict)
    event_sourced: list[Text] = Key(default_factory=list)
    events: dict[str, Event] = Key(default_factory=dict)
    operations: dict[str, OperationDoc] = Key(default_factory=dict)
    calls: list[Call] = Key(default_factory=list)
    subscribes: Annotated[Annotated[Names, LIST] | Annotated[dict[str, Subscription], MAPPING], BY_SHAPE] = Key(
        default_factory=dict
    )
    copies: dict[str, dict[str, FeedDoc]] = Key(default_factory=dict)
    where: dict[str, Text] = Key(default_factory=dict)
    settings: Fields = Key(default_factory=dict)
    releases: dict[str, ReleaseDoc] = Key(default_factory=dict)
    sidecars: list[Annotated[SidecarDoc, Shorthand("name")]] = Key(default_factory=list)
    uses: list[Text] = Key(default_factory=list)
    defaults: DefaultsDoc = DefaultsDoc()
    has: list[Annotated[str, one_of(*words.ABILITIES)]] | None = Key(
        None, description="It exists: not generated; of what svcforge builds it has only this."
    )
    language: Text | None = None
    unit: Text | None = Key(None, description="The deployable that it shares.")
    replicas: Whole | None = None
    aka: list[Text] = Key(default_factory=list)
    exposed: Flag = False
    was: Text | None = None


class RelationDoc(Element):
    """A line of the context map."""

    to: Text = Key(description="The context upstream.")
    as_: Annotated[str, one_of(*words.RELATIONS)] = Key(alias="as")


class ContextDoc(Element):
    """A bounded context."""

    about: Text | None = None
    subdomain: Annotated[str, one_of(*words.SUBDOMAINS)] | None = None
    team: Text | None = None
    relations: list[RelationDoc] = Key(default_factory=list)
    defaults: DefaultsDoc = DefaultsDoc()
    services: dict[str, ServiceDoc] = Key(default_factory=dict)


class ExternalDoc(Element):
    """What the system uses and does not own; its address is <NAME>_URL."""

    about: Text | None = None
    operations: dict[str, OperationDoc] = Key(default_factory=dict)
    slo: SloDoc = SloDoc()
    aka: list[Text] = Key(default_factory=list)


class StepDoc(CallDoc):
    """A saga's step: a call, and what undoes it."""

    to: None = None
    do: Text
    undo: Text | None = None
    pivot: Flag = Key(False, description="From here on there is no way back.")


class SagaDoc(Element):
    """A business transaction over several services, undone step by step when one fails."""

    about: Text | None = None
    starts: Text = Key(description="service.Event or service.operation; that service keeps the log.")
    steps: list[Annotated[StepDoc, Shorthand("do")]]
    undo: Text | None = None
    transaction: Annotated[str, one_of(*words.TRANSACTIONS)] | None = None


class JwtDoc(Element):
    """Whose tokens are accepted, and for whom they are made."""

    issuer: Text
    audience: Text
    jwks: Text | None = None


class AuthDoc(Element):
    """How a caller proves who it is."""

    jwt: JwtDoc


class RouteDoc(Element):
    """What stands behind a prefix."""

    to: Text | None = None
    url: Text | None = None
    timeout: Duration | None = None
    rate_limit: Rate | None = None


class GatewayDoc(Element):
    """The one entry."""

    name: Text = "gateway"
    auth: Annotated[Annotated[AuthDoc, MAPPING] | Annotated[Annotated[str, one_of("none")], WORD], BY_SHAPE] | None = (
        None
    )
    rate_limit: Rate | None = None
    timeout: Duration | None = None
    routes: dict[str, Annotated[RouteDoc, Shorthand("to")]] = Key(default_factory=dict)
    has: list[Annotated[str, one_of(*words.ABILITIES)]] | None = None
    aka: list[Text] = Key(default_factory=list)


class BffDoc(Element):
    """A backend for a frontend: endpoints that gather from several services in parallel."""

    about: Text | None = None
    stack: Annotated[str, suggested(*words.STACKS)] | None = None
    team: Text | None = None
    tier: Whole | None = None
    slo: SloDoc = SloDoc()
    scale: ScaleDoc = ScaleDoc()
    resources: ResourcesDoc = ResourcesDoc()
    defaults: DefaultsDoc = DefaultsDoc()
    endpoints: dict[str, dict[str, Text]] = Key(default_factory=dict)
    has: list[Annotated[str, one_of(*words.ABILITIES)]] | None = None
    aka: list[Text] = Key(default_factory=list)


class StoreDoc(Element):
    """A database that exists; one server with two schemas is only a shared server."""

    engine: Text | None = None
    server: Text | None = None
    schema_: Text | None = Key(None, alias="schema")
    tls: Annotated[str, one_of(*words.TLS)] | None = None
    auth: Annotated[str, one_of(*words.AUTHS)] | None = None


class IgnoreDoc(Element):
    """A central suppression: a rule, or all of this."""

    rule: Text
    at: Text | None = None
    reason: Text | None = None
    until: Text | None = None


class LintDoc(Element):
    """Settings of the linter."""

    profile: Annotated[str, one_of(*words.PROFILES)] | None = None
    select: list[Text] | None = None
    ignore: list[Annotated[IgnoreDoc, Shorthand("rule")]] = Key(default_factory=list)
    severity: dict[str, Annotated[str, one_of(*words.SEVERITIES)]] = Key(default_factory=dict)
    options: dict[str, dict[str, Literal]] = Key(default_factory=dict)
    fail_on: Annotated[str, one_of(*words.FAIL_ON)] | None = None


class TargetDoc(Element):
    """Which manifests a patch is for."""

    kind: Text | None = None
    name: Text | None = None


class PatchDoc(Element):
    """A change to generated manifests, applied last."""

    target: TargetDoc
    merge: FreeMapping | None = None
    json_: FreeList | None = Key(None, alias="json")


class PackSourceDoc(Element):
    """An extra template pack."""

    from_: Text = Key(alias="from")
    at: Text | None = None


class IncludedDoc(Element):
    """What an included file may hold; mappings of the same name are joined."""

    contexts: dict[str, ContextDoc] = Key(default_factory=dict)
    externals: dict[str, ExternalDoc] = Key(default_factory=dict)
    values: dict[str, Fields] = Key(default_factory=dict)
    stores: dict[str, StoreDoc] = Key(default_factory=dict)
    libraries: dict[str, Annotated[str, one_of(*words.LIBRARIES)]] = Key(default_factory=dict)
    sagas: dict[str, SagaDoc] = Key(default_factory=dict)
    bffs: dict[str, BffDoc] = Key(default_factory=dict)


class BlueprintDoc(IncludedDoc):
    """A blueprint of svcforge."""

    svcforge: Version = Key(description="The version of the language.")
    system: Text = Key(description="The system's name.")
    about: Text | None = None
    include: list[Text] = Key(default_factory=list, description="Globs of further files, relative to this one.")
    platform: PlatformDoc = PlatformDoc()
    defaults: DefaultsDoc = DefaultsDoc()
    gateway: GatewayDoc | None = None
    lint: LintDoc = LintDoc()
    patches: list[PatchDoc] = Key(default_factory=list)
    packs: list[PackSourceDoc] = Key(default_factory=list)
    repos: Annotated[str, one_of("one", "many")] = "one"
