"""A call as rules speak of it: its two ends, the place that a policy of it comes from, and where a policy is added."""

from __future__ import annotations

from typing import Any

from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge, EdgeKind
from svcforge.model.effective import Effective, call_policy
from svcforge.source.edit import Put
from svcforge.source.finding import Related


def caller(edge: Edge) -> str:
    """Who calls: the operation where it is named, else the service."""
    return f"{edge.source}.{edge.source_operation}" if edge.source_operation else edge.source


def callee(edge: Edge) -> str:
    """Who is called: the operation where it is named, else the service."""
    return f"{edge.target}.{edge.operation}" if edge.operation else edge.target


def origin(edge: Edge, what: str, effective: Effective) -> tuple[Related, ...]:
    """The place of a policy that does not stand on the edge itself; `what` names it ("the timeout")."""
    if effective.origin is None or not effective.beside(edge):
        return ()
    return (Related(effective.origin, f"{what} is set here, in {effective.told_by}"),)


def set_in(edge: Edge, effective: Effective) -> str:
    """Who said a policy that does not stand on the edge itself, to go after its value: `, set in the mesh`."""
    return f", set in {effective.told_by}" if effective.beside(edge) else ""


def hard(blueprint: Blueprint, edge: Edge) -> bool:
    """Whether a request fails when this call does: it waits, has no fallback, and is not optional."""
    if not edge.waits or edge.call is None:
        return False
    return not edge.call.fallback and not call_policy(blueprint, edge, "optional").value


def with_policy(blueprint: Blueprint, edge: Edge, name: str, value: Any) -> Put:
    """The edit that gives an edge a call policy: on the edge, or in its source's defaults where it has no such place."""
    if edge.kind in (EdgeKind.CALL, EdgeKind.STEP):
        return Put(edge.path, name, value, short="to" if edge.kind is EdgeKind.CALL else "do")
    if edge.kind is EdgeKind.ROUTE:
        return Put(edge.path, name, value, short="to")
    element = blueprint.services.get(edge.source) or blueprint.bffs.get(edge.source)
    return Put((*(element.path if element else ()), "defaults", "call"), name, value)


def for_all_calls(name: str, value: Any) -> Put:
    """The edit that gives a call policy that nothing says to the whole system at once, and to the calls to come."""
    return Put(("defaults", "call"), name, value)
