"""What stands behind the gateway's routes: the operations and endpoints that each prefix leads to."""

from __future__ import annotations

from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Endpoint, Http, Operation, Route


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
    found = (operation for operation in service.operations.values() if operation.http)
    return tuple(o for o in found if o.http and _narrowest(blueprint, service.name, o.http) is route)


def endpoints_behind(blueprint: Blueprint, route: Route) -> tuple[Endpoint, ...]:
    """The endpoints of the route's BFF that requests reach through it rather than through a narrower route."""
    bff = blueprint.bffs.get(route.target or "")
    if bff is None:
        return ()
    return tuple(e for e in bff.endpoints if _narrowest(blueprint, bff.name, e.http) is route)


def segments_of(path: str) -> tuple[str, ...]:
    """The parts of a path between its slashes."""
    return tuple(segment for segment in path.split("/") if segment)


def is_parameter(segment: str) -> bool:
    """Whether a segment stands for any value: `{id}`."""
    return segment.startswith("{")


def _narrowest(blueprint: Blueprint, target: str, http: Http) -> Route | None:
    """The most specific of the routes to a target that let a request through; the first of equal ones."""
    routes = _routes_to(blueprint).get(target, ())
    open_to = [(route, inner) for route, inner in routes if _leads_to(route, inner, http)]
    best = max(open_to, key=lambda entry: _specificity(*entry), default=None)
    return best[0] if best else None


def _routes_to(blueprint: Blueprint) -> dict[str, list[tuple[Route, tuple[str, ...]]]]:
    kept: dict[str, list[tuple[Route, tuple[str, ...]]]] | None = blueprint.__dict__.get("_routes_to")
    if kept is None:
        kept = blueprint.__dict__["_routes_to"] = {}
        for route in blueprint.gateway.routes if blueprint.gateway else ():
            if route.target is not None:
                kept.setdefault(route.target, []).append((route, inner_path(route.prefix)))
    return kept


def _leads_to(route: Route, inner: tuple[str, ...], http: Http) -> bool:
    if route.method not in (None, http.method):
        return False
    path = segments_of(http.path)
    return len(inner) <= len(path) and all(a == b or is_parameter(a) for a, b in zip(inner, path, strict=False))


def _specificity(route: Route, inner: tuple[str, ...]) -> tuple[int, int, bool]:
    return len(inner), sum(not is_parameter(segment) for segment in inner), route.method is not None
