"""Contexts, services, externals: what they keep, offer, call and hear."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field as Key

from svcforge.load import words
from svcforge.load.document.policies import (
    CallPolicyDoc,
    DefaultsDoc,
    ResourcesDoc,
    ScaleDoc,
    SloDoc,
    SubscriptionPolicyDoc,
)
from svcforge.load.shape import (
    BY_EVENT_SHAPE,
    BY_OPERATION_SHAPE,
    BY_SHAPE,
    LIST,
    MAPPING,
    OPERATION_VERSIONS,
    VERSIONS,
    WORD,
    Duration,
    Element,
    Flag,
    HttpLine,
    Idempotent,
    Otherwise,
    Raw,
    Schedule,
    Shorthand,
    Text,
    TypeText,
    TypeWord,
    Whole,
    one_of,
    suggested,
)


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


class SubscriptionDoc(SubscriptionPolicyDoc):
    """An event's handler: the operation, or all of this."""

    do: Text
    with_: dict[str, Text] = Key(default_factory=dict, alias="with")
    set_: dict[str, Raw] = Key(
        default_factory=dict, alias="set", description="input: a literal, where the event has no such field."
    )


Subscription = Annotated[SubscriptionDoc, Shorthand("do")]


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


class OperationVersionsDoc(Element):
    """Several versions of an operation that live side by side."""

    versions: dict[str, OperationDoc] = Key(
        description="By number; each stands under its own in paths: /v1/orders, /v2/orders."
    )


Operation = Annotated[
    Annotated[OperationVersionsDoc, OPERATION_VERSIONS] | Annotated[OperationDoc, MAPPING], BY_OPERATION_SHAPE
]


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
    slo: SloDoc = SloDoc.model_construct()
    scale: ScaleDoc = ScaleDoc.model_construct()
    resources: ResourcesDoc = ResourcesDoc.model_construct()
    store: Text | None = Key(None, description="The engine of its own database, or a declared store that is its own.")
    owns: dict[str, Fields] = Key(default_factory=dict)
    values: dict[str, Fields] = Key(default_factory=dict)
    event_sourced: list[Text] = Key(default_factory=list)
    events: dict[str, Event] = Key(default_factory=dict)
    operations: dict[str, Operation] = Key(default_factory=dict)
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
    defaults: DefaultsDoc = DefaultsDoc.model_construct()
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
    defaults: DefaultsDoc = DefaultsDoc.model_construct()
    services: dict[str, ServiceDoc] = Key(default_factory=dict)


class ExternalDoc(Element):
    """What the system uses and does not own; its address is <NAME>_URL."""

    about: Text | None = None
    operations: dict[str, Operation] = Key(default_factory=dict)
    slo: SloDoc = SloDoc.model_construct()
    aka: list[Text] = Key(default_factory=list)
