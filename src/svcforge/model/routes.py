"""What stands behind the gateway's routes: the operations and endpoints that each prefix leads to."""

from __future__ import annotations

from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Endpoint, Http, Operation, Route

FALLBACK_VERSION = "v1"
"""The API version where `api_version` is unset."""


def version_of(blueprint: Blueprint, name: str) -> str:
    """The API version of a service or BFF."""
    return blueprint.api_version_of(name) or FALLBACK_VERSION


def version_in_path(blueprint: Blueprint, operation: Operation) -> str:
    """The version under which an operation stands: its own where it has several, else its service's."""
    return f"v{operation.version}" if operation.version is not None else version_of(blueprint, operation.owner)


def version_behind(blueprint: Blueprint, route: Route) -> str:
    """The version that a route leads to: that of its service, unless the word before its last is another one's.

    `/api/v2/orders` leads to version 2 where an operation below `/orders` is written in a version 2. Elsewhere such a
    word gives way to the `api_version`, as any other does that stands before the last.
    """
    segments, inner = segments_of(route.prefix), inner_path(route.prefix)
    word = segments[-len(inner) - 1] if len(segments) > len(inner) else ""
    service = blueprint.services.get(route.target or "")
    for operation in service.operations.values() if service else ():
        own = operation.version is not None and f"v{operation.version}" == word
        if own and operation.http and _is_below(inner, operation.http):
            return word
    return version_of(blueprint, route.target or "")


def inner_path(prefix: str) -> tuple[str, ...]:
    """The segments of a route's prefix as the service knows them, without its version: `/api/orders` is `orders`.

    What stands before the prefix's last word gives way to the API version (blueprint.md, "Elements").
    """
    segments = segments_of(prefix)
    last = max((i for i, segment in enumerate(segments) if not is_parameter(segment)), default=0)
    return segments[last:]


def operations_behind(blueprint: Blueprint, route: Route) -> tuple[Operation, ...]:
    """The operations of the route's service that requests reach through it rather than through a narrower route."""
    service = blueprint.services.get(route.target or "")
    if service is None:
        return ()
    return tuple(
        operation
        for operation in service.operations.values()
        if operation.http
        and _narrowest(blueprint, service.name, version_in_path(blueprint, operation), operation.http) is route
    )


def endpoints_behind(blueprint: Blueprint, route: Route) -> tuple[Endpoint, ...]:
    """The endpoints of the route's BFF that requests reach through it rather than through a narrower route."""
    bff = blueprint.bffs.get(route.target or "")
    if bff is None:
        return ()
    version = version_of(blueprint, bff.name)
    return tuple(e for e in bff.endpoints if _narrowest(blueprint, bff.name, version, e.http) is route)


def segments_of(path: str) -> tuple[str, ...]:
    """The parts of a path between its slashes."""
    return tuple(segment for segment in path.split("/") if segment)


def is_parameter(segment: str) -> bool:
    """Whether a segment stands for any value: `{id}`."""
    return segment.startswith("{")


def _narrowest(blueprint: Blueprint, target: str, version: str, http: Http) -> Route | None:
    """The most specific of the routes to a version of a target that let a request through; the first of equal ones."""
    routes = _routes_to(blueprint).get((target, version), ())
    open_to = [(route, inner) for route, inner in routes if _leads_to(route, inner, http)]
    best = max(open_to, key=lambda entry: _specificity(*entry), default=None)
    return best[0] if best else None


def _routes_to(blueprint: Blueprint) -> dict[tuple[str, str], list[tuple[Route, tuple[str, ...]]]]:
    """The routes to each version of a target, with what stands before the version left out."""
    kept: dict[tuple[str, str], list[tuple[Route, tuple[str, ...]]]] | None = blueprint.__dict__.get("_routes_to")
    if kept is None:
        kept = blueprint.__dict__["_routes_to"] = {}
        for route in blueprint.gateway.routes if blueprint.gateway else ():
            if route.target is not None:
                at = route.target, version_behind(blueprint, route)
                kept.setdefault(at, []).append((route, inner_path(route.prefix)))
    return kept


def _leads_to(route: Route, inner: tuple[str, ...], http: Http) -> bool:
    return route.method in (None, http.method) and _is_below(inner, http)


def _is_below(inner: tuple[str, ...], http: Http) -> bool:
    path = segments_of(http.path)
    return len(inner) <= len(path) and all(a == b or is_parameter(a) for a, b in zip(inner, path, strict=False))


def _specificity(route: Route, inner: tuple[str, ...]) -> tuple[int, int, bool]:
    return len(inner), sum(not is_parameter(segment) for segment in inner), route.method is not None
