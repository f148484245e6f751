"""Every dependency of one node on another, in one list: what the rules, the drawings and the plan look at."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from svcforge.frozen import frozen
from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Call, CopyFeed, Subscription
from svcforge.source.finding import Path


class EdgeKind(StrEnum):
    """Where an edge is declared."""

    CALL = "call"
    STEP = "step"
    UNDO = "undo"
    PART = "part"
    ROUTE = "route"
    SUBSCRIPTION = "subscription"
    COPY = "copy"


SYNC = (EdgeKind.CALL, EdgeKind.STEP, EdgeKind.UNDO, EdgeKind.PART, EdgeKind.ROUTE)
"""Kinds whose source speaks first; for the others the source is the subscriber and the target the publisher."""


@frozen(kw_only=True)
class Edge:
    """A resolved dependency.

    `source` declares it: the caller, or the subscriber. `target` is the callee, or the publisher.
    `operation` is the callee's operation, `event` and `version` what is subscribed to; each None while only
    the service is known. `waits` tells whether a request waits for the answer: a saga's step and
    `wait: false` do not.
    """

    kind: EdgeKind
    source: str
    source_operation: str | None = None
    target: str
    operation: str | None = None
    event: str | None = None
    version: int | None = None
    waits: bool = True
    call: Call | None = None
    subscription: Subscription | None = None
    feed: CopyFeed | None = None
    path: Path

    @property
    def sync(self) -> bool:
        """Whether it is a call rather than an event."""
        return self.kind in SYNC


def edges(blueprint: Blueprint) -> tuple[Edge, ...]:
    """All edges whose both ends are declared, in the order of the file; computed once a blueprint."""
    cached: tuple[Edge, ...] | None = blueprint.__dict__.get("_edges")
    if cached is None:
        cached = tuple(_edges(blueprint))
        blueprint.__dict__["_edges"] = cached
    return cached


def _edges(blueprint: Blueprint) -> Iterator[Edge]:
    for service in blueprint.services.values():
        for call in service.calls:
            yield from _call(EdgeKind.CALL, call)
        for operation in service.operations.values():
            for call in operation.calls:
                yield from _call(EdgeKind.CALL, call)
        for subscription in service.subscriptions:
            if subscription.publisher is not None:
                yield Edge(
                    kind=EdgeKind.SUBSCRIPTION,
                    source=service.name,
                    source_operation=subscription.operation,
                    target=subscription.publisher,
                    event=subscription.event,
                    version=subscription.version,
                    waits=False,
                    subscription=subscription,
                    path=subscription.path,
                )
        for copy in service.copies.values():
            for feed in copy.feeds:
                if feed.publisher is not None:
                    yield Edge(
                        kind=EdgeKind.COPY,
                        source=service.name,
                        target=feed.publisher,
                        event=feed.event,
                        version=feed.version,
                        waits=False,
                        feed=feed,
                        path=feed.path,
                    )
    for saga in blueprint.sagas.values():
        for step in saga.steps:
            yield from _call(EdgeKind.STEP, step.do)
            if step.undo:
                yield from _call(EdgeKind.UNDO, step.undo)
        if saga.undo:
            yield from _call(EdgeKind.UNDO, saga.undo)
    for bff in blueprint.bffs.values():
        for endpoint in bff.endpoints:
            for part in endpoint.parts:
                yield from _call(EdgeKind.PART, part.call)
    if blueprint.gateway:
        for route in blueprint.gateway.routes:
            if route.target is not None:
                yield Edge(kind=EdgeKind.ROUTE, source=blueprint.gateway.name, target=route.target, path=route.path)


def _call(kind: EdgeKind, call: Call) -> Iterator[Edge]:
    if call.target is None:
        return
    if kind in (EdgeKind.STEP, EdgeKind.UNDO) and call.target == call.source:
        return  # a saga's step of its own owner is local
    yield Edge(
        kind=kind,
        source=call.source,
        source_operation=call.source_operation,
        target=call.target,
        operation=call.operation,
        waits=call.wait and kind in (EdgeKind.CALL, EdgeKind.PART),
        call=call,
        path=call.path,
    )
