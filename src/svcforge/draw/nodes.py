"""Elements of the model as nodes and frames, the same in every view."""

from __future__ import annotations

from svcforge.draw.scene import Cluster, Node, NodeKind
from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Bff, Context, External, Gateway, Role, Service


def service_node(blueprint: Blueprint, service: Service) -> Node:
    """A service, with its stack (or the language of one that exists) under its name."""
    kind = NodeKind.SERVICE if service.role is Role.BUSINESS else NodeKind(service.role.value)
    stack = service.language or (blueprint.stack_of(service.name) if service.generated else None)
    role = "" if kind is NodeKind.SERVICE else kind.value
    facts = (
        service.about,
        f"api: {', '.join(service.api)}" if service.api else "",
        f"team: {team}" if (team := blueprint.team_of(service.name)) else "",
        f"owns: {', '.join(service.entities)}" if service.entities else "",
        f"operations: {', '.join(service.operations)}" if service.operations else "",
    )
    return Node(
        id=f"service.{service.name}",
        kind=kind,
        label=service.name,
        sublabel=" · ".join(word for word in (role, stack) if word),
        details=tuple(fact for fact in facts if fact),
        cluster=f"context.{service.context}",
        paths=(service.path,),
    )


def gateway_node(blueprint: Blueprint, gateway: Gateway) -> Node:
    """The gateway, with the pack that plays it."""
    return Node(
        id=f"gateway.{gateway.name}",
        kind=NodeKind.GATEWAY,
        label=gateway.name,
        sublabel=blueprint.platform.gateway or "",
        details=tuple(f"route {route.prefix}" for route in gateway.routes),
        paths=(gateway.path,),
    )


def bff_node(blueprint: Blueprint, bff: Bff) -> Node:
    """A backend for a frontend."""
    stack = blueprint.stack_of(bff.name)
    return Node(
        id=f"bff.{bff.name}",
        kind=NodeKind.BFF,
        label=bff.name,
        sublabel=f"BFF · {stack}" if stack else "BFF",
        details=tuple(f for f in (bff.about, *(f"{e.http.method} {e.http.path}" for e in bff.endpoints)) if f),
        paths=(bff.path,),
    )


def external_node(external: External) -> Node:
    """What the system uses and does not own."""
    return Node(
        id=f"external.{external.name}",
        kind=NodeKind.EXTERNAL,
        label=external.name,
        sublabel="external",
        details=tuple(f for f in (external.about, *external.operations) if f),
        paths=(external.path,),
    )


def context_cluster(context: Context) -> Cluster:
    """The frame around a context's services."""
    facts = (context.about, f"team: {context.team}" if context.team else "")
    return Cluster(
        id=f"context.{context.name}",
        kind=NodeKind.CONTEXT,
        label=context.name,
        sublabel=context.subdomain or "",
        details=tuple(fact for fact in facts if fact),
        paths=(context.path,),
    )
