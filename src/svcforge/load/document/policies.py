"""What may be said of calls, of handling events and of replicas, on an element and in `defaults`."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field as Key

from svcforge.load import words
from svcforge.load.shape import (
    BY_SHAPE,
    MAPPING,
    WORD,
    Duration,
    Element,
    Flag,
    Retries,
    Share,
    Text,
    Whole,
    one_of,
    suggested,
)


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


class SubscriptionPolicyDoc(Element):
    """What may be said of handling events, on an edge and in `defaults.subscription`."""

    retries: Retries | None = None
    backoff: Duration | None = None
    dead_letter: Flag | None = None
    idempotent: Flag | None = None
    delivery: Annotated[str, one_of(*words.DELIVERIES)] | None = None


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
    call: CallPolicyDoc = CallPolicyDoc.model_construct()
    subscription: SubscriptionPolicyDoc = SubscriptionPolicyDoc.model_construct()
    scale: ScaleDoc = ScaleDoc.model_construct()
    slo: SloDoc = SloDoc.model_construct()
    resources: ResourcesDoc = ResourcesDoc.model_construct()
    api_version: Annotated[str, suggested("v1")] | None = None
    has: list[Annotated[str, one_of(*words.ABILITIES)]] | None = None
