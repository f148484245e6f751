"""Edges of the model as edges of a scene: what goes between the same two nodes in the same way is one arrow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from svcforge.draw.scene import Edge, EdgeKind
from svcforge.model import edges as model
from svcforge.model.blueprint import Blueprint
from svcforge.model.effective import protocol
from svcforge.source.finding import Path

PROTOCOLS = {"rest": "REST", "grpc": "gRPC"}
"""How protocols are spelled in a picture; others as they are written."""

Place = Callable[[str], str | None]
"""The node that stands for a service, BFF, external or gateway; None leaves its edges out."""


@dataclass
class _Bundle:
    """What has been gathered for one arrow; dicts are ordered sets."""

    kind: EdgeKind
    source: str
    target: str
    lines: dict[str, None] = field(default_factory=dict)
    details: dict[str, None] = field(default_factory=dict)
    paths: list[Path] = field(default_factory=list)
    steps: list[int] = field(default_factory=list)
    saga: str = ""

    def edge(self) -> Edge:
        """The finished arrow. A saga's has the saga's name and the numbers of its steps as label."""
        word = f"saga.{self.saga}" if self.saga else self.kind.value
        numbers = ", ".join(str(n) for n in dict.fromkeys(self.steps))
        return Edge(
            id=f"{word}:{self.source}->{self.target}",
            kind=self.kind,
            source=self.source,
            target=self.target,
            label=(f"{self.saga} {numbers}".strip(),) if self.saga else tuple(self.lines),
            details=tuple(self.details),
            paths=tuple(self.paths),
        )


def arrows(blueprint: Blueprint, place: Place, *, loops: bool = True) -> tuple[Edge, ...]:
    """The model's edges between the nodes that `place` names, joined, in the order of the file.

    Calls go from the caller to the callee, events from the publisher to the subscriber. Synchronous arrows are
    labelled with their protocols, asynchronous ones with their events, sagas' with the numbers of their steps.

    Args:
        loops: whether an edge from a node to itself is drawn.
    """
    steps = _saga_steps(blueprint)
    bundles: dict[tuple[EdgeKind, str, str, str], _Bundle] = {}
    for edge in model.edges(blueprint):
        ends = (edge.source, edge.target) if edge.sync else (edge.target, edge.source)
        source, target = place(ends[0]), place(ends[1])
        if source is None or target is None or (source == target and not loops):
            continue
        saga, number = steps.get(edge.path, ("", None))
        kind = EdgeKind.SAGA if saga else EdgeKind.SYNC if edge.sync else EdgeKind.ASYNC
        bundle = bundles.setdefault((kind, source, target, saga), _Bundle(kind, source, target, saga=saga))
        bundle.paths.append(edge.path)
        bundle.details[_detail(blueprint, edge)] = None
        if number is not None:
            bundle.steps.append(number)
        if line := _line(blueprint, edge):
            bundle.lines[line] = None
    return tuple(bundle.edge() for bundle in bundles.values())


def event_name(blueprint: Blueprint, service: str, event: str, version: int | None) -> str:
    """An event's name, with its version where more than one lives."""
    found = blueprint.services.get(service)
    several = found is not None and len([e for e in found.events if e.name == event]) > 1
    return f"{event} v{version}" if several and version is not None else event


def _saga_steps(blueprint: Blueprint) -> dict[Path, tuple[str, int | None]]:
    """Path of a step's call -> its saga, and its number counted from 1 (None for the saga's own undo)."""
    found: dict[Path, tuple[str, int | None]] = {}
    for saga in blueprint.sagas.values():
        for number, step in enumerate(saga.steps, 1):
            found[step.do.path] = (saga.name, number)
            if step.undo:
                found[step.undo.path] = (saga.name, number)
        if saga.undo:
            found[saga.undo.path] = (saga.name, None)
    return found


def _line(blueprint: Blueprint, edge: model.Edge) -> str:
    if not edge.sync:
        return event_name(blueprint, edge.target, edge.event, edge.version) if edge.event else ""
    over = "rest" if edge.kind is model.EdgeKind.ROUTE else protocol(blueprint, edge)
    return PROTOCOLS.get(over, over)


def _detail(blueprint: Blueprint, edge: model.Edge) -> str:
    """One line of the tooltip: what exactly is called or handled."""
    match edge.kind:
        case model.EdgeKind.ROUTE:
            return f"route {edge.path[-1]}"
        case model.EdgeKind.SUBSCRIPTION:
            handler = f", handled by {edge.source_operation}" if edge.source_operation else ""
            return f"{edge.event or 'events'}{handler}"
        case model.EdgeKind.COPY:
            return f"{edge.event or 'events'}, kept in {edge.path[-2]}"
        case model.EdgeKind.STEP:
            return f"do {edge.operation or edge.target}"
        case model.EdgeKind.UNDO:
            return f"undo {edge.operation or edge.target}"
        case _:
            source = f"{edge.source_operation} calls " if edge.source_operation else ""
            return f"{source}{edge.operation or edge.target}"
