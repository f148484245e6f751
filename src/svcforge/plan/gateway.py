"""The gateway as facts: routes from the most specific one on, what they are rewritten to, what they demand."""

from __future__ import annotations

import re
from collections.abc import Mapping

from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Gateway, RateLimit, Route
from svcforge.model.routes import (
    endpoints_behind,
    inner_path,
    is_parameter,
    operations_behind,
    segments_of,
    version_behind,
)
from svcforge.plan.endpoints import is_public
from svcforge.plan.naming import title
from svcforge.plan.parts import generated
from svcforge.plan.ports import admin
from svcforge.plan.system import jwt_fact
from svcforge.plan.types import Fact

CONTAINER_PORT = 8080
TIMEOUT = 15_000
"""Milliseconds for a route where neither it nor the gateway says."""
TRIES = 2
"""How often the gateway tries again what may be repeated."""
BODY_BYTES = 1_048_576
"""The largest body let through; the services' own limit is the same."""
ANY_SEGMENT = "[^/]+"
METRICS = 9902
"""Where the container shows its metrics, and nothing else: the admin port, where they are, can stop it."""


def gateway_facts(blueprint: Blueprint, gateway: Gateway, ports: Mapping[str, int]) -> Fact:
    """The facts of the gateway; routes to what is not generated are left out."""
    routes = [route for route in gateway.routes if route.target and generated(blueprint, route.target)]
    upstreams = dict.fromkeys(route.target for route in routes if route.target)
    return {
        "name": gateway.name,
        "title": title(gateway.name),
        "folder": "gateway",
        "port": ports[gateway.name],
        "admin": ports[admin(gateway.name)],
        "jwt": _jwt(gateway),
        "metrics": METRICS if blueprint.platform.metrics else None,
        "limit": _limit(gateway.rate_limit),
        "routes": [_route(blueprint, gateway, route) for route in sorted(routes, key=_specificity)],
        "upstreams": [{"name": name, "host": name, "port": CONTAINER_PORT} for name in upstreams],
        "body_bytes": BODY_BYTES,
        "retries": TRIES,
    }


def _specificity(route: Route) -> tuple[int, list[bool], bool]:
    """The most specific route first: more segments, then words before parameters, then a method before any."""
    segments = segments_of(route.prefix)
    return -len(segments), [is_parameter(s) for s in segments], route.method is None


def _route(blueprint: Blueprint, gateway: Gateway, route: Route) -> Fact:
    segments, inner = segments_of(route.prefix), inner_path(route.prefix)
    before = segments[: len(segments) - len(inner)]
    version = f"/{version_behind(blueprint, route)}"
    plain = not any(is_parameter(s) for s in segments)
    return {
        "method": route.method,
        "prefix": route.prefix,
        "upstream": route.target,
        "path": "/" + "/".join(segments) if plain else None,
        "pattern": None if plain else f"{_pattern(segments)}(/.*)?",
        "cut": _pattern(before),
        "version": version,
        "rewrite": "/".join((version, *inner)) if plain else None,
        "access": _access(blueprint, gateway, route),
        "timeout_ms": route.timeout or gateway.timeout or TIMEOUT,
        "limit": _limit(route.rate_limit),
    }


def _pattern(segments: tuple[str, ...]) -> str:
    """Segments as RE2: a parameter is any one segment."""
    return "".join(f"/{ANY_SEGMENT if is_parameter(s) else re.escape(s)}" for s in segments)


def _access(blueprint: Blueprint, gateway: Gateway, route: Route) -> str:
    """A token is demanded unless something behind the route is public or signed; then it is verified if there is one."""
    if gateway.jwt is None:
        return "open"
    operations = operations_behind(blueprint, route)
    free = any(o.public is not None or o.signed is not None for o in operations)
    return "optional" if free or any(is_public(blueprint, e) for e in endpoints_behind(blueprint, route)) else "token"


def _limit(limit: RateLimit | None) -> Fact | None:
    return {"requests": limit.requests, "per_ms": limit.per, "each_client": limit.each_client} if limit else None


def _jwt(gateway: Gateway) -> Fact | None:
    jwt = jwt_fact(gateway)
    if jwt is None:
        return None
    found = server_of(jwt["jwks"] or "")
    return jwt | {"jwks": {"url": jwt["jwks"]} | found if found else None}


def server_of(url: str) -> Fact | None:
    """Which server a URL leads to: host, as it stands there, port and whether by TLS; None where it is of no server."""
    match = re.fullmatch(r"(https?)://(\[[^\]]+\]|[^/:?#]+)(?::(\d+))?([/?#].*)?", url)
    if match is None:
        return None
    tls = match[1] == "https"
    return {"host": match[2], "port": int(match[3]) if match[3] else 443 if tls else 80, "tls": tls}
