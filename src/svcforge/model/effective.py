"""Effective policy: what holds on an edge, and where that was said (blueprint.md, principle 4)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from svcforge.frozen import frozen
from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge, EdgeKind
from svcforge.model.policy import Defaults
from svcforge.source.finding import Path

MESH_TLS = ("istio", "linkerd", "consul")
"""Meshes that give every edge strict mutual TLS and an identity, unless `call` says otherwise."""

BY_MESH = {"tls": "strict", "auth": "mesh"}
"""The policies that a mesh gives, and what it gives."""


@frozen()
class Effective:
    """A policy's value, and the path of the word that set it (None: unset, or given by the mesh)."""

    value: Any
    origin: Path | None = None
    by_mesh: bool = False

    @property
    def told_by(self) -> str:
        """Who said it, in words: `the call`, `the defaults of service "orders"`, `the system's defaults`, `the mesh`."""
        if self.origin is None:
            return "nobody"
        if self.by_mesh:
            return "the mesh"
        found = next((i for i in (0, 2, 4) if self.origin[i : i + 1] == ("defaults",)), None)
        if found is None:
            return "the gateway" if self.origin[:1] == ("gateway",) and len(self.origin) == 2 else "the call"
        if found == 0:
            return "the system's defaults"
        kind = {"contexts": "context", "bffs": "BFF", "services": "service"}[str(self.origin[found - 2])]
        return f'the defaults of {kind} "{self.origin[found - 1]}"'

    def beside(self, edge: Edge) -> bool:
        """Whether it was said elsewhere than on the edge itself."""
        return self.origin is not None and self.origin[: len(edge.path)] != edge.path


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
    if name not in BY_MESH or blueprint.platform.mesh not in MESH_TLS or edge.target in blueprint.externals:
        return UNSET
    # Who calls is proved by the certificate: a call that may be plaintext proves nothing.
    encrypted = name == "tls" or call_policy(blueprint, edge, "tls").value == "strict"
    return Effective(BY_MESH[name], ("platform", "mesh"), by_mesh=True) if encrypted else UNSET


def subscription_policy(blueprint: Blueprint, edge: Edge, name: str) -> Effective:
    """A `subscription` policy on an asynchronous edge, looked up the same way."""
    if edge.subscription is not None and (value := getattr(edge.subscription.policy, name)) is not None:
        return Effective(value, (*edge.path, name))
    return _default(blueprint, edge.source, "subscription", name)


def _default(blueprint: Blueprint, source: str, kind: str, name: str) -> Effective:
    """What the `defaults` blocks around a source say of its edges."""
    return _said(blueprint, source, (kind, name), lambda defaults: getattr(getattr(defaults, kind), name))


def abilities(blueprint: Blueprint, name: str) -> Effective:
    """What a service, BFF or gateway that exists `has`, and where that is said; UNSET for what svcforge generates."""
    gateway = blueprint.gateway if blueprint.gateway and blueprint.gateway.name == name else None
    element = blueprint.services.get(name) or blueprint.bffs.get(name) or gateway
    if element is not None and element.has is not None:
        return Effective(element.has, (*element.path, "has"))
    return _said(blueprint, name, ("has",), lambda defaults: defaults.has)


def availability(blueprint: Blueprint, name: str) -> Effective:
    """The share of requests (0..1) that a service, BFF or external promises to answer."""
    return _promise(blueprint, name, "availability")


def latency(blueprint: Blueprint, name: str) -> Effective:
    """The 99th percentile of its answers that a service, BFF or external promises, in milliseconds."""
    return _promise(blueprint, name, "latency")


def replicas(blueprint: Blueprint, name: str) -> Effective:
    """How many replicas of a service or BFF run at least: `replicas`, else the lower bound of its scale."""
    if (service := blueprint.services.get(name)) is not None and service.replicas is not None:
        return Effective(service.replicas, (*service.path, "replicas"))
    element = service or blueprint.bffs.get(name)
    if element is not None and element.scale.min is not None:
        return Effective(element.scale.min, (*element.path, "scale", "min"))
    return _said(blueprint, name, ("scale", "min"), lambda defaults: defaults.scale.min)


def _promise(blueprint: Blueprint, name: str, what: str) -> Effective:
    external = blueprint.externals.get(name)
    element = blueprint.services.get(name) or blueprint.bffs.get(name) or external
    if element is not None and (value := getattr(element.slo, what)) is not None:
        return Effective(value, (*element.path, "slo", what))
    if external is not None:
        return UNSET
    return _said(blueprint, name, ("slo", what), lambda defaults: getattr(defaults.slo, what))


def _said(blueprint: Blueprint, name: str, keys: tuple[str, ...], value_of: Callable[[Defaults], Any]) -> Effective:
    """What the nearest `defaults` block around a service or BFF says under some keys; kept, since many ask the same."""
    kept: dict[tuple[str, tuple[str, ...]], Effective] = blueprint.__dict__.setdefault("_said", {})
    found = kept.get((name, keys))
    if found is None:
        said = ((value_of(defaults), path) for defaults, path in blueprint.defaults_of(name))
        found = next((Effective(value, (*path, *keys)) for value, path in said if value is not None), UNSET)
        kept[name, keys] = found
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
