"""Ways into a cluster: Ingress, HTTPRoute, VirtualService at a Gateway, OpenShift Route, and whose tokens are accepted."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping

from svcforge.adopt.looking import duration, items, mapping, origin_of, text, texts
from svcforge.adopt.system import Jwt, Node, Note, Origin, Route
from svcforge.adopt.workloads import Object

Resolve = Callable[[str], Node | None]
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")
_SEGMENT = re.compile(r"[A-Za-z0-9_.~-]+")


def routes(
    objects: Mapping[str, list[Object]], resolve: Resolve, notes: list[Note]
) -> tuple[tuple[Route, ...], Jwt | None]:
    """The routes into the system, and whose tokens its gateway accepts."""
    found: list[Route] = []
    for reader, kinds in READERS:
        for kind in kinds:
            for each in objects.get(kind, ()):
                for gateway, path, method, host, origin, timeout in reader(each):
                    node = resolve(host) if host else None
                    if node is None:
                        notes.append(Note(origin, f'"{path}" leads to "{host}", which is no part of the sources'))
                        continue
                    prefix = literal(path)
                    if prefix != (path.rstrip("/") or "/"):
                        notes.append(Note(origin, f'"{path}" is no plain prefix: written as "{prefix}"'))
                    found.append(
                        Route(
                            gateway=gateway,
                            prefix=prefix,
                            method=method,
                            target=node.name,
                            origin=origin,
                            timeout=timeout,
                        )
                    )
    return tuple(found), _jwt(objects, notes)


def literal(path: str) -> str:
    """The part of a path that is plain: `/api/orders(/|$)(.*)` is `/api/orders`."""
    segments: list[str] = []
    for segment in path.split("/")[1:]:
        match = _SEGMENT.match(segment)
        if match is None or match[0] in (".", ".."):
            break
        plain = match[0] == segment
        word = match[0] if plain else match[0].rstrip(".")
        segments += [word] if word and word not in (".", "..") else []
        if not plain:
            break
    return "/" + "/".join(segments)


Found = tuple[str, str, str | None, str, Origin, str | None]
"""Gateway, path, method, host, place, timeout."""


def _ingress(each: Object) -> Iterator[Found]:
    default = mapping(each.spec, "defaultBackend") or mapping(each.spec, "backend")
    if default:
        yield each.name, "/", None, _backend(default), each.at(default), None
    for rule, _ in items(each.spec, "rules"):
        for path, at in items(rule, "http", "paths"):
            origin = Origin.of(at, "Ingress")
            yield each.name, text(path, "path") or "/", None, _backend(mapping(path, "backend")), origin, None


def _backend(backend: object) -> str:
    return text(backend, "service", "name") or text(backend, "serviceName")


def _http_route(each: Object) -> Iterator[Found]:
    parents = [text(parent, "kind") for parent, _ in items(each.spec, "parentRefs")]
    if parents and all(kind == "Service" for kind in parents):
        return  # it governs calls inside: istio reads it
    gateway = next((text(parent, "name") for parent, _ in items(each.spec, "parentRefs")), "") or each.name
    for rule, at in items(each.spec, "rules"):
        timeout = duration(text(rule, "timeouts", "request"))
        matches = [m for m, _ in items(rule, "matches")] or [None]
        for match in matches:
            path = text(match, "path", "value") if match is not None else "/"
            service = text(match, "method", "service")
            path = path or (f"/{service}" if service else "/")
            method = text(match, "method") if text(match, "method") in METHODS else None
            for backend, _ in items(rule, "backendRefs"):
                yield gateway, path, method, text(backend, "name"), Origin.of(at, each.kind), timeout


def _virtual_service(each: Object) -> Iterator[Found]:
    gateways = [gateway.rpartition("/")[2] for gateway in texts(each.spec, "gateways") if gateway != "mesh"]
    if not gateways:
        return
    for http, at in items(each.spec, "http"):
        timeout = duration(text(http, "timeout"))
        matches = [m for m, _ in items(http, "match")] or [None]
        for match in matches:
            uri = mapping(match, "uri")
            path = text(uri, "prefix") or text(uri, "exact") or text(uri, "regex") or "/"
            method = text(match, "method", "exact")
            for route, _ in items(http, "route"):
                host = text(route, "destination", "host")
                origin = Origin.of(at, "VirtualService")
                yield gateways[0], path, method if method in METHODS else None, host, origin, timeout


def _openshift(each: Object) -> Iterator[Found]:
    yield each.name, text(each.spec, "path") or "/", None, text(each.spec, "to", "name"), each.origin, None


READERS: tuple[tuple[Callable[[Object], Iterator[Found]], tuple[str, ...]], ...] = (
    (_ingress, ("Ingress",)),
    (_http_route, ("HTTPRoute", "GRPCRoute")),
    (_virtual_service, ("VirtualService",)),
    (_openshift, ("Route",)),
)


def _jwt(objects: Mapping[str, list[Object]], notes: list[Note]) -> Jwt | None:
    """Whose tokens are accepted at the gateway, as a RequestAuthentication says it."""
    for each in objects.get("RequestAuthentication", ()):
        for rule, at in items(each.spec, "jwtRules"):
            origin = Origin.of(at, "RequestAuthentication")
            issuer, audience = text(rule, "issuer"), next(iter(texts(rule, "audiences")), "")
            if issuer and audience:
                return Jwt(issuer, audience, text(rule, "jwksUri") or None, origin)
            notes.append(
                Note(origin_of(rule, file=each.file, what="RequestAuthentication"), "not read: tokens for no audience")
            )
    return None
