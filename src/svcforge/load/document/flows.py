"""What runs across services: sagas, the gateway, the BFFs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field as Key

from svcforge.load import words
from svcforge.load.document.policies import DefaultsDoc, ResourcesDoc, ScaleDoc, SloDoc
from svcforge.load.document.services import CallDoc
from svcforge.load.shape import (
    BY_SHAPE,
    MAPPING,
    WORD,
    Duration,
    Element,
    Flag,
    Rate,
    Shorthand,
    Text,
    Whole,
    one_of,
    suggested,
)


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
    slo: SloDoc = SloDoc.model_construct()
    scale: ScaleDoc = ScaleDoc.model_construct()
    resources: ResourcesDoc = ResourcesDoc.model_construct()
    defaults: DefaultsDoc = DefaultsDoc.model_construct()
    endpoints: dict[str, dict[str, Text]] = Key(default_factory=dict)
    has: list[Annotated[str, one_of(*words.ABILITIES)]] | None = None
    aka: list[Text] = Key(default_factory=list)
