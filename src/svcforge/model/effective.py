"""Effective policy: what holds on an edge, and where that was said (blueprint.md, principle 4)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge, EdgeKind
from svcforge.source.finding import Path

MESH_TLS = ("istio", "linkerd", "consul")
"""Meshes that give every edge strict mutual TLS and an identity, unless `call` says otherwise."""


@dataclass(frozen=True, slots=True)
class Effective:
    """A policy's value, and the path of the word that set it (None: unset, or given by the mesh)."""

    value: Any
    origin: Path | None = None
    by_mesh: bool = False


UNSET = Effective(None)


def call_policy(blueprint: Blueprint, edge: Edge, name: str) -> Effective:
    """A `call` policy on a synchronous edge: the edge's, else the defaults of service, context, system, else the mesh's.

    Args:
        name: a field of CallPolicy: `timeout`, `retries`, `breaker`, `tls`, `auth` ...
    """
    call = edge.call
    if call is not None and (value := getattr(call.policy, name)) is not None:
        return Effective(value, (*call.path, name))
    default = _default(blueprint, edge.source, "call", name)
    if default is not UNSET:
        return default
    if blueprint.platform.mesh in MESH_TLS and (edge.target in blueprint.services or edge.target in blueprint.bffs):
        if name == "tls":
            return Effective("strict", ("platform", "mesh"), by_mesh=True)
        if name == "auth":
            return Effective("mesh", ("platform", "mesh"), by_mesh=True)
    return UNSET


def subscription_policy(blueprint: Blueprint, edge: Edge, name: str) -> Effective:
    """A `subscription` policy on an asynchronous edge, looked up the same way."""
    if edge.subscription is not None and (value := getattr(edge.subscription.policy, name)) is not None:
        return Effective(value, (*edge.path, name))
    return _default(blueprint, edge.source, "subscription", name)


def _default(blueprint: Blueprint, source: str, kind: str, name: str) -> Effective:
    """What the `defaults` blocks around a source say, nearest first; kept, since all its edges ask the same."""
    kept: dict[tuple[str, str, str], Effective] = blueprint.__dict__.setdefault("_defaults", {})
    found = kept.get((source, kind, name))
    if found is None:
        said = ((getattr(getattr(d, kind), name), path) for d, path in blueprint.defaults_of(source))
        found = next((Effective(value, (*path, kind, name)) for value, path in said if value is not None), UNSET)
        kept[source, kind, name] = found
    return found


def timeout(blueprint: Blueprint, edge: Edge) -> Effective:
    """The effective timeout of a synchronous edge in milliseconds; a route has its own or the gateway's."""
    if edge.kind is EdgeKind.ROUTE and blueprint.gateway:
        route = blueprint.routes.get(edge.path)
        if route is not None and route.timeout is not None:
            return Effective(route.timeout, (*route.path, "timeout"))
        if blueprint.gateway.timeout is not None:
            return Effective(blueprint.gateway.timeout, (*blueprint.gateway.path, "timeout"))
        return UNSET
    return call_policy(blueprint, edge, "timeout")


def protocol(blueprint: Blueprint, edge: Edge) -> str:
    """What a synchronous edge is spoken over: the edge's word, else the first of the target's `api` (rest)."""
    if edge.call and (over := call_policy(blueprint, edge, "over").value):
        return str(over)
    service = blueprint.services.get(edge.target)
    return service.api[0] if service and service.api else "rest"
