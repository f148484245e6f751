"""What leads to what between operations: calls, events and their handlers, sagas and their steps."""

from __future__ import annotations

from collections.abc import Iterable

from svcforge.lint.cycles import knots
from svcforge.lint.requests import SAGA
from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge, EdgeKind

Node = tuple[str, str]
"""A service with its operation or its event, or `SAGA` with the saga's name."""


def returns(blueprint: Blueprint, edges: Iterable[Edge]) -> bool:
    """Whether an operation may reach itself: over these edges, and the events that their services' operations emit.

    True where an edge does not name the operations at both ends, since it may then lead from any to any. A saga
    stands for its own steps; the operation or event that starts it leads to it.
    """
    graph: dict[Node, set[Node]] = {}
    services: set[str] = set()
    for edge in edges:
        ends = _ends(edge)
        if ends is None:
            return True
        graph.setdefault(ends[0], set()).add(ends[1])
        services |= {edge.source, edge.target}
        if edge.kind in (EdgeKind.STEP, EdgeKind.UNDO):
            saga = blueprint.sagas[str(edge.path[1])]
            graph.setdefault((edge.source, saga.operation or saga.event or ""), set()).add(ends[0])
    for name in services & blueprint.services.keys():
        for operation in blueprint.services[name].operations.values():
            for event in operation.emits:
                graph.setdefault((name, operation.name), set()).add((name, event))
    return bool(knots(graph))


def _ends(edge: Edge) -> tuple[Node, Node] | None:
    """What an edge leads from and to, in the direction that work takes; None where that is not said."""
    if edge.kind is EdgeKind.SUBSCRIPTION:
        if edge.event is None or edge.source_operation is None:
            return None
        return (edge.target, edge.event), (edge.source, edge.source_operation)
    if edge.operation is None:
        return None
    if edge.kind in (EdgeKind.STEP, EdgeKind.UNDO):
        return (SAGA, str(edge.path[1])), (edge.target, edge.operation)
    return ((edge.source, edge.source_operation), (edge.target, edge.operation)) if edge.source_operation else None
