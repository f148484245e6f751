"""Doors: what is reached from outside, past a gateway or through one."""

from __future__ import annotations

from collections.abc import Mapping

from svcforge.lint.context import Indexes
from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge
from svcforge.model.effective import call_policy
from svcforge.model.elements import Role
from svcforge.source.finding import Path

ENTRANCES = (Role.GATEWAY, Role.BFF, Role.FRONTEND)
"""Roles that are made to be reached from outside."""


def open_doors(indexes: Indexes) -> Mapping[str, Path]:
    """The services that are `exposed` or that a client calls, each with the place that says so, in the order of the file."""
    called = {name: calls[0].path for name, calls in by_clients(indexes).items()}
    found: dict[str, Path] = {}
    for name, service in indexes.blueprint.services.items():
        if service.role is Role.CLIENT:
            continue
        if service.exposed:
            found[name] = (*service.path, "exposed")
        elif name in called:
            found[name] = called[name]
    return found


def by_clients(indexes: Indexes, *roles: Role) -> Mapping[str, list[Edge]]:
    """The calls of clients, which are outside, and of services of further roles, by the service that they call."""
    services, found = indexes.blueprint.services, dict[str, list[Edge]]()
    callers = {name for name, service in services.items() if service.role in (Role.CLIENT, *roles)}
    for edge in indexes.edges if callers else ():
        if edge.sync and edge.source in callers and edge.target in services:
            found.setdefault(edge.target, []).append(edge)
    return found


def gateways(blueprint: Blueprint) -> frozenset[str]:
    """The gateway, and services of that role."""
    found = {name for name, service in blueprint.services.items() if service.role is Role.GATEWAY}
    return frozenset(found | ({blueprint.gateway.name} if blueprint.gateway else set()))


def behind_gateways(indexes: Indexes) -> frozenset[str]:
    """What a gateway leads to, directly or through a BFF."""
    blueprint = indexes.blueprint
    bffs = {*blueprint.bffs, *(n for n, s in blueprint.services.items() if s.role is Role.BFF)}
    front = gateways(blueprint) | bffs
    return frozenset(edge.target for edge in indexes.edges if edge.sync and edge.source in front)


def identified(indexes: Indexes) -> frozenset[str]:
    """The doors that callers are known to come through with an identity: all clients and frontends send one (`auth`)."""
    return frozenset(
        name
        for name, calls in by_clients(indexes, Role.FRONTEND).items()
        if all(call_policy(indexes.blueprint, call, "auth").value in ("service", "forward", "mesh") for call in calls)
    )
