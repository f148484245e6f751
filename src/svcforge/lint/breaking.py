"""How a call between two services can be taken out: what that costs, and what to do instead."""

from __future__ import annotations

from collections.abc import Collection

from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge
from svcforge.model.elements import Verb


def cost(blueprint: Blueprint, between: Collection[Edge]) -> int:
    """What it costs to do without these calls: one for each that reads, since a copy can replace it, else two."""
    return sum(1 if _reads(blueprint, edge) else 2 for edge in between)


def way_out(blueprint: Blueprint, source: str, target: str, between: Collection[Edge]) -> str:
    """What to do instead of the calls of one service to another."""
    if source == target:
        return f'do in the process what "{source}" calls itself for'
    if all(_reads(blueprint, edge) for edge in between):
        return f'let "{target}" publish its changes as events, and "{source}" keep a copy of them (`copies`) instead of calling'
    return f'turn the call into an event: "{source}" publishes what happened, and "{target}" subscribes to it'


def _reads(blueprint: Blueprint, edge: Edge) -> bool:
    operation = blueprint.operation(edge.target, edge.operation)
    return operation is not None and (operation.read_only or operation.verb in (Verb.READS, Verb.LISTS))
