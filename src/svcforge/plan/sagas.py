"""Sagas as facts of the service that keeps their log: what starts them, their steps, and what undoes those."""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.model.bindings import Bindings
from svcforge.model.elements import Call, Operation, Saga, Step
from svcforge.model.flows import StepBindings, of_saga
from svcforge.model.signature import signature
from svcforge.plan.classes import classes
from svcforge.plan.dependencies import Clients, policy_of
from svcforge.plan.naming import snake
from svcforge.plan.operations import refusal
from svcforge.plan.subject import Subject, answer_type
from svcforge.plan.types import Fact
from svcforge.plan.values import gives

SPARE_LEASE = 5000
"""Milliseconds that a lease outlives the longest call made under it."""


def saga_fact(about: Subject, clients: Clients, saga: Saga) -> Fact:
    """A saga; without a `pivot` its last step is one."""
    filled = of_saga(about.blueprint, saga)
    known = classes(about.blueprint, about.name)
    pivots = [step.pivot for step in saga.steps]
    if pivots and not any(pivots):
        pivots[-1] = True
    steps = [
        _step(about, clients, saga, step, filled.steps[i], pivot=pivots[i])
        for i, step in enumerate(saga.steps)
        if about.blueprint.operation(step.do.target, step.do.operation)
    ]
    event = about.blueprint.event(saga.owner, saga.event)
    policies = [s["policy"] for step in steps for s in (step, step["undo"]) if s and s["policy"]]
    return {
        "name": saga.name,
        "package": snake(saga.name),
        "class": known.sagas[saga.name],
        "about": saga.about or None,
        "starts": {
            "event": saga.event,
            "class": known.events[event.name, event.version] if event else None,
            "operation": saga.operation,
        },
        "state": list(_state(about, saga)),
        "steps": steps,
        "undo": _leg(about, clients, saga, saga.undo, filled.undo) if saga.undo else None,
        "lease_ms": max((p["timeout_ms"] for p in policies), default=0) + SPARE_LEASE,
    }


def _state(about: Subject, saga: Saga) -> Iterator[Fact]:
    """What the start gives: the event's fields, or the operation's inputs and then its entity's."""
    event = about.blueprint.event(saga.owner, saga.event)
    operation = about.blueprint.operation(saga.owner, saga.operation)
    if event:
        for field in event.fields:
            yield about.types.field(field.name, field.type) | {"from": "event"}
    elif operation:
        sig = signature(about.blueprint, operation)
        inputs = sig.asked(token=False)
        for item in inputs:
            yield about.types.field(item.name, item.type) | {"from": "input"}
        row = sig.record.types if sig.record and operation.verb != "lists" else {}
        for name, type_ in row.items():
            if any(name == item.name for item in inputs):
                continue
            yield about.types.field(name, type_, sig.record.home(name) if sig.record else None) | {"from": "entity"}


def _step(about: Subject, clients: Clients, saga: Saga, step: Step, filled: StepBindings, *, pivot: bool) -> Fact:
    do = about.blueprint.operation(step.do.target, step.do.operation)
    found = _leg(about, clients, saga, step.do, filled.do) or {}
    return found | {
        "name": filled.name,
        "expect": step.do.expect,
        "otherwise": refusal(step.do),
        "pivot": pivot,
        "read_only": bool(do and (do.read_only or do.verb in ("reads", "lists"))),
        "undo": _leg(about, clients, saga, step.undo, filled.undo) if step.undo else None,
    }


def _leg(about: Subject, clients: Clients, saga: Saga, call: Call, bindings: Bindings) -> Fact | None:
    """One call of a saga: in its own service a function, elsewhere a client's."""
    callee = about.blueprint.operation(call.target, call.operation)
    if callee is None:
        return None
    local = callee.owner == about.name
    return {
        "local": local,
        "dependency": None if local else callee.owner,
        "client": None if local else snake(callee.owner),
        "operation": callee.name,
        "method": None if local else clients.method(call, callee, f"{saga.name}_{callee.name}"),
        "gives": gives(about.types, bindings, called=not local),
        "policy": None if local else policy_of(about.blueprint, call, callee),
        "answer": _answer(about, clients, callee, local=local),
    }


def _answer(about: Subject, clients: Clients, callee: Operation, *, local: bool) -> Fact:
    return answer_type(about, callee) if local else clients.answer(callee)
