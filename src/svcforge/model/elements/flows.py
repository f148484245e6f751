"""What runs across services: sagas, the gateway, the BFFs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from svcforge.frozen import frozen
from svcforge.model.elements.operations import Call, Http
from svcforge.model.policy import Defaults, Milliseconds, Scale, Slo
from svcforge.source.finding import Path


@frozen(kw_only=True)
class Step:
    """A saga's step: a call (`do`) and what undoes it, as written and as resolved."""

    do: Call
    undo: Call | None
    pivot: bool
    path: Path


@frozen(kw_only=True)
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


@frozen(kw_only=True)
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


@frozen()
class RateLimit:
    """So many requests in so many milliseconds, for each client or for all together."""

    requests: int
    per: Milliseconds
    each_client: bool


@frozen(kw_only=True)
class Jwt:
    """Whose tokens are accepted, and for whom they are made."""

    issuer: str
    audience: str
    jwks: str | None


@frozen(kw_only=True)
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


@frozen(kw_only=True)
class Argument:
    """An input of a BFF's part: a literal (text), or a source (`path.order_id`, `order.lines[].product`)."""

    name: str
    source: str | None
    literal: Any


@frozen(kw_only=True)
class Part:
    """One call of an endpoint that gathers; `fallback` is a 1-tuple of the literal after `or`, else empty."""

    name: str
    text: str
    call: Call
    arguments: tuple[Argument, ...]
    fallback: tuple[Any, ...]
    path: Path


@frozen(kw_only=True)
class Endpoint:
    """An endpoint of a BFF: the parts that it gathers."""

    http: Http
    parts: tuple[Part, ...]
    path: Path


@frozen(kw_only=True)
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
