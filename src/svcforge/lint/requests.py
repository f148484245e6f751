"""Where a request goes on from where it arrives: from operation to operation where they are named, else by service."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge, EdgeKind
from svcforge.model.routes import endpoints_behind, operations_behind

Node = tuple[str, str]
"""A service, BFF or external, and where the request is in it: an operation, an endpoint, or one of the two below."""

UNNAMED = "?"
"""Where a call arrives that names no operation: it may be any."""

OWN = "*"
"""Where calls start that a service makes at its own level: any of its operations may."""

SAGA = "saga:"
"""Where a saga's steps start, with its name: no service is called so."""

Graph = Mapping[Node, Sequence[tuple[Edge | None, Node]]]
"""Node -> the calls that are waited for there, and where they arrive; None passes on inside a service."""


def requests(blueprint: Blueprint, edges: Iterable[Edge]) -> Graph:
    """The calls, parts, routes and saga steps of a system, put together as requests pass through them.

    Nobody waits for a saga, so nothing leads to its steps: each step is a beginning.
    """
    graph: dict[Node, list[tuple[Edge | None, Node]]] = {}
    inside: dict[str, dict[Node, None]] = {}
    for edge in edges:
        step = edge.kind in (EdgeKind.STEP, EdgeKind.UNDO)
        if not edge.waits and not step:
            continue
        start = begins_at(edge)
        for end in _arrivals(blueprint, edge):
            graph.setdefault(start, []).append((edge, end))
            inside.setdefault(end[0], {})[end] = None
        if not step:
            inside.setdefault(start[0], {})[start] = None
    for service, known in inside.items():
        own, unnamed = (service, OWN), (service, UNNAMED)
        named = [node for node in known if node not in (own, unnamed)]
        if own in known:
            for node in (*named, unnamed):
                graph.setdefault(node, []).append((None, own))
        if unnamed in known:
            graph.setdefault(unnamed, []).extend((None, node) for node in named)
    return graph


def begins_at(edge: Edge) -> Node:
    """Where a call starts: its operation, its endpoint, its route, its saga, or its service."""
    match edge.kind:
        case EdgeKind.PART:
            return edge.source, str(edge.path[-2])
        case EdgeKind.ROUTE:
            return edge.source, str(edge.path[-1])
        case EdgeKind.STEP | EdgeKind.UNDO:
            return SAGA, str(edge.path[1])
    return edge.source, edge.source_operation or OWN


def _arrivals(blueprint: Blueprint, edge: Edge) -> list[Node]:
    """Where a call may arrive; a route arrives at what stands behind it."""
    if edge.operation is not None:
        return [(edge.target, edge.operation)]
    if edge.kind is EdgeKind.ROUTE:
        route = blueprint.routes[edge.path]
        behind = [operation.name for operation in operations_behind(blueprint, route)]
        behind += [str(endpoint.path[-1]) for endpoint in endpoints_behind(blueprint, route)]
        if behind or _is_known(blueprint, edge.target):
            return [(edge.target, name) for name in behind]
    return [(edge.target, UNNAMED)]


def _is_known(blueprint: Blueprint, name: str) -> bool:
    """Whether it is known what a service or BFF opens to the gateway."""
    service, bff = blueprint.services.get(name), blueprint.bffs.get(name)
    return bool(bff and bff.endpoints) or bool(service and any(o.http for o in service.operations.values()))
