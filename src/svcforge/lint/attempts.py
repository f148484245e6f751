"""How often calls are made at most, put together as requests pass through them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from svcforge.lint.context import Indexes
from svcforge.lint.requests import OWN, UNNAMED, Node
from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge
from svcforge.model.effective import call_policy

AGAIN = "? again"
"""Where a call arrives that names no operation and is made more than once: at one that may be repeated, or is not known."""

Arc = tuple[Edge | None, int, Node]
"""A call (None passes on inside a service), how often it is made at most, and where it arrives."""


def attempts(blueprint: Blueprint, edge: Edge) -> int:
    """How often a call is made at most: what may not be repeated is not retried (blueprint.md, "Operations")."""
    said = call_policy(blueprint, edge, "retries") if edge.call else None
    if said is None or not said.value:
        return 1
    operation = blueprint.operation(edge.target, edge.operation)
    return 1 + said.value if operation is None or operation.repeatable else 1


def repeated(indexes: Indexes) -> Mapping[Node, Sequence[Arc]]:
    """Where requests go on, with the attempts of each call; linear.

    A call that names no operation goes two ways: once to any operation, and as often as it says to those that may be
    repeated, or to the service as a whole where one of its operations may be or none is known.
    """
    blueprint = indexes.blueprint
    found: dict[Node, list[Arc]] = {}
    asked_again: dict[str, None] = {}
    for node, out in indexes.requests.items():
        for edge, end in out:
            times = attempts(blueprint, edge) if edge else 1
            if edge is not None and times > 1 and end[1] == UNNAMED:
                found.setdefault(node, []).append((edge, 1, end))
                if not _may_be_repeated(blueprint, edge.target):
                    continue
                asked_again[edge.target] = None
                end = (edge.target, AGAIN)
            found.setdefault(node, []).append((edge, times, end))
    for name in asked_again:
        for _, end in indexes.requests.get((name, UNNAMED), ()):
            operation = blueprint.operation(name, end[1])
            if end[1] == OWN or operation is None or operation.repeatable:
                found.setdefault((name, AGAIN), []).append((None, 1, end))
    return found


def _may_be_repeated(blueprint: Blueprint, name: str) -> bool:
    """Whether a service or external has an operation that may be repeated, or it is not known what it has."""
    element = blueprint.services.get(name) or blueprint.externals.get(name)
    operations = element.operations.values() if element else ()
    return not operations or any(operation.repeatable for operation in operations)
