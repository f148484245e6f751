"""What a service needs of its stack, and the element that needs it; what no chosen pack can do is a finding there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge, EdgeKind
from svcforge.model.effective import protocol
from svcforge.model.elements import Bff, Call, Service
from svcforge.plan.parts import EMBEDDED, engine_of
from svcforge.plan.subject import callers, sagas_of
from svcforge.source.finding import Path

BROKERS = {"rabbitmq": "amqp", "kafka": "kafka", "nats": "nats", "sqs": "sqs"}
"""What each broker speaks."""

ABILITIES: Mapping[str, str] = {
    "rest": "operations with `http`, endpoints, internal operations that are called",
    "client": "calls, saga steps in other services, parts of endpoints",
    "calls.unawaited": "`wait: false` on a call",
    "calls.broker": "`over: broker` on a call",
    "grpc": "`api: [grpc]`, `over: grpc`",
    "jwt": "`gateway.auth.jwt`: whoever is called checks tokens",
    "signed": "`signed` on an operation",
    "idempotency": "`idempotent` on an operation",
    "jobs": "`long_running: true`",
    "schedule": "`schedule` on an operation",
    "bff": "`endpoints` of a BFF",
    "sqlite": "`owns`, `copies`",
    "postgres": "the same with `store: postgres`",
    "event-sourcing": "`event_sourced`",
    "events": "`emits`, `subscribes` and `copies` in a system without a broker",
    **{f"events.{wire}": f"the same with `platform.broker: {broker}`" for broker, wire in BROKERS.items()},
    "outbox": "`emits`",
    "inbox": "`subscribes`",
    "copies": "`copies`",
    "saga": "a saga that the service owns",
    "saga.dbos": "the same with `platform.saga: dbos`",
    "saga.temporal": "the same with `platform.saga: temporal`",
    "log-file": "`sidecars` that ship logs",
    "discovery.consul": "calls with `platform.discovery: consul`",
    "discovery.eureka": "calls with `platform.discovery: eureka`",
    "discovery.zookeeper": "calls with `platform.discovery: zookeeper`",
}
"""What stacks are asked for, and by what in a blueprint; other engines, APIs and brokers by their own names."""


@dataclass(frozen=True, slots=True)
class Need:
    """An ability that an element asks for."""

    ability: str
    path: Path


def needs_of(blueprint: Blueprint, element: Service | Bff) -> Iterator[Need]:
    """What a service or BFF needs of its stack; the first element that needs it is named."""
    met: set[str] = set()
    for need in _of_service(blueprint, element) if isinstance(element, Service) else _of_bff(blueprint, element):
        if need.ability not in met:
            met.add(need.ability)
            yield need


def _of_bff(blueprint: Blueprint, bff: Bff) -> Iterator[Need]:
    yield Need("rest", bff.path)
    yield from _auth(blueprint, bff.path)
    for endpoint in bff.endpoints:
        yield Need("bff", endpoint.path)
        for part in endpoint.parts:
            yield from _call(blueprint, part.call)


def _of_service(blueprint: Blueprint, service: Service) -> Iterator[Need]:
    for i, api in enumerate(service.api or ()):
        if api != "rest":
            yield Need(api, (*service.path, "api", i))
    yield from _operations(blueprint, service)
    yield from _messages(blueprint, service)
    for entity in service.entities.values():
        if entity.event_sourced:
            yield Need("event-sourcing", (*service.path, "event_sourced"))
    if service.entities or service.copies:
        yield Need("sqlite", (*service.path, "owns" if service.entities else "copies"))
        engine = engine_of(blueprint, service)
        if engine not in (None, EMBEDDED):
            yield Need(str(engine), (*service.path, "store") if service.store else ("platform", "store"))
    for sidecar in service.sidecars:
        if sidecar.image is None:
            yield Need("log-file", sidecar.path)
    for saga in sagas_of(blueprint, service.name):
        engine = blueprint.platform.saga
        yield Need(f"saga.{engine}" if engine else "saga", ("platform", "saga") if engine else saga.path)
        for call in (*(c for step in saga.steps for c in (step.do, step.undo)), saga.undo):
            if call is not None and call.target != service.name:
                yield from _call(blueprint, call)


def _operations(blueprint: Blueprint, service: Service) -> Iterator[Need]:
    for operation in service.operations.values():
        internal = operation.http is None and (service.name, operation.name) in callers(blueprint)
        if operation.http is not None or (internal and "rest" in (service.api or ("rest",))):
            yield Need("rest", operation.path)
            yield from _auth(blueprint, operation.path)
        if operation.idempotent_by_key or operation.idempotent_by is not None:
            yield Need("idempotency", (*operation.path, "idempotent"))
        if operation.signed is not None:
            yield Need("signed", (*operation.path, "signed"))
        if operation.long_running:
            yield Need("jobs", (*operation.path, "long_running"))
        if operation.schedule is not None:
            yield Need("schedule", (*operation.path, "schedule"))
        for call in operation.calls:
            yield from _call(blueprint, call)


def _auth(blueprint: Blueprint, path: Path) -> Iterator[Need]:
    if blueprint.gateway and blueprint.gateway.jwt:
        yield Need("jwt", path)


def _messages(blueprint: Blueprint, service: Service) -> Iterator[Need]:
    broker = blueprint.platform.broker
    wire = f"events.{BROKERS.get(broker, broker)}" if broker else "events"
    for operation in service.operations.values():
        if operation.emits:
            yield Need(wire, (*operation.path, "emits"))
            yield Need("outbox", (*operation.path, "emits"))
    for subscription in service.subscriptions:
        if subscription.operation is not None:
            yield Need(wire, subscription.path)
            yield Need("inbox", subscription.path)
    for copy in service.copies.values():
        yield Need(wire, copy.path)
        yield Need("copies", copy.path)


def _call(blueprint: Blueprint, call: Call) -> Iterator[Need]:
    if call.target is None or call.operation is None:
        return
    yield Need("client", call.path)
    if not call.wait:
        yield Need("calls.unawaited", call.path)
    edge = Edge(
        kind=EdgeKind.CALL,
        source=call.source,
        target=call.target,
        operation=call.operation,
        call=call,
        path=call.path,
    )
    over = protocol(blueprint, edge)
    if over != "rest":
        yield Need("calls.broker" if over == "broker" else over, call.path)
    if blueprint.platform.discovery in ("consul", "eureka", "zookeeper"):
        yield Need(f"discovery.{blueprint.platform.discovery}", ("platform", "discovery"))
