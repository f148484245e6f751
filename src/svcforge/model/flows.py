"""What fills the needs of a handler, of a copy, of a saga's steps and of a BFF's parts."""

from __future__ import annotations

from dataclasses import replace

from svcforge.frozen import frozen
from svcforge.model.answers import add_answer, alias_of
from svcforge.model.bindings import Bindings, add_inputs, asked_inputs, call_inputs
from svcforge.model.blueprint import Blueprint, field_named
from svcforge.model.elements import CopyFeed, Endpoint, Operation, Saga, Subscription, Verb
from svcforge.model.record import kept_fields, record
from svcforge.model.scope import Binding, Known, Need, Origin, Scope, Source, fill, fill_literal
from svcforge.model.signature import signature
from svcforge.model.tokens import NO_TOKEN


@frozen()
class StepBindings:
    """What fills the inputs of a saga's step and of what undoes it; `name` is the step's, and its answer's."""

    name: str
    do: Bindings
    undo: Bindings


@frozen()
class SagaBindings:
    """What fills the inputs of a saga's steps and of its own `undo`."""

    steps: tuple[StepBindings, ...]
    undo: Bindings


def of_subscription(blueprint: Blueprint, subscription: Subscription) -> Bindings:
    """What fills the inputs of the operation that handles an event; empty while one of the two is unknown."""
    event = blueprint.event(subscription.publisher, subscription.event, subscription.version)
    handler = blueprint.operation(subscription.source, subscription.operation)
    if event is None or handler is None:
        return ()
    scope = Scope(blueprint, closed={"token": NO_TOKEN})
    scope.add_fields(Origin.EVENT, {f.name: f.type for f in event.fields}, event.service)
    return tuple(asked_inputs(scope, handler, subscription.sources, subscription.literals, token=False))


def of_feed(blueprint: Blueprint, service: str, copy: str, feed: CopyFeed) -> Bindings:
    """What an event puts into a copy's row: the key that finds it, the fields it keeps, and literals."""
    found = record(blueprint, service, copy)
    event = blueprint.event(feed.publisher, feed.event, feed.version)
    if found is None or event is None:
        return ()
    scope = Scope(blueprint)
    scope.add_fields(Origin.EVENT, {f.name: f.type for f in event.fields}, event.service)
    filled = [fill(scope, Need(found.key, found.id, True, found.home(found.key)))]
    if feed.drop:
        return tuple(filled)
    for column, source in kept_fields(feed, event):
        known = field_named(event.fields, source)
        if column == found.key and source == found.key:
            continue
        if known is None or column not in found.types:
            filled.append(
                Binding(Need(column, found.id, True), None, f'"{source}" is no field of "{event.name}"', True)
            )
            continue
        type_ = replace(found.types[column], optional=found.types[column].optional or known.type.optional)
        filled.append(fill(scope, Need(column, type_, True, found.home(column)), source))
    for column, value in feed.literals.items():
        filled.append(fill_literal(blueprint, Need(column, found.types[column], True, found.home(column)), value))
    return tuple(filled)


def of_saga(blueprint: Blueprint, saga: Saga) -> SagaBindings:
    """What fills the inputs of a saga's steps, of their undoing, and of its own `undo`.

    A step sees what started the saga and the answers of the steps before it; its undoing sees besides, and first,
    what the step was given and answered; the saga's own `undo`, which runs when all is undone, what started it.
    """
    scope = _start(blueprint, saga)
    start = Scope(blueprint, list(scope.layers), closed=scope.closed)
    steps: list[StepBindings] = []
    for step in saga.steps:
        do = blueprint.operation(step.do.target, step.do.operation)
        name = alias_of(step.do, scope.roots)
        filled = call_inputs(scope, step.do, do, direct=step.do.target == saga.owner)
        undone: Bindings = ()
        if step.undo:
            seen = _undoing(scope, name, filled, do)
            undo = blueprint.operation(step.undo.target, step.undo.operation)
            undone = call_inputs(seen, step.undo, undo, direct=step.undo.target == saga.owner)
        steps.append(StepBindings(name, filled, undone))
        add_answer(scope, name, do)
    last: Bindings = ()
    if saga.undo:
        undo = blueprint.operation(saga.undo.target, saga.undo.operation)
        last = call_inputs(start, saga.undo, undo, direct=saga.undo.target == saga.owner)
    return SagaBindings(tuple(steps), last)


def _start(blueprint: Blueprint, saga: Saga) -> Scope:
    """What starts a saga: the fields of its event, or the input and the entity of its operation."""
    scope = Scope(blueprint, closed={"token": NO_TOKEN})
    if event := blueprint.event(saga.owner, saga.event):
        scope.add_fields(Origin.EVENT, {f.name: f.type for f in event.fields}, event.service)
    elif operation := blueprint.operation(saga.owner, saga.operation):
        sig = signature(blueprint, operation)
        add_inputs(scope, sig)
        if sig.record and operation.verb is not Verb.LISTS:
            scope.add_record(Origin.ENTITY, sig.record)
    return scope


def _undoing(scope: Scope, name: str, filled: Bindings, do: Operation | None) -> Scope:
    """What a step's undoing sees: what the step was given, what it answered, and then what the step itself saw."""
    seen = Scope(scope.blueprint, roots=dict(scope.roots), closed=scope.closed)
    for binding in filled:
        need = binding.need
        if binding.source is None:
            continue
        source = Source(Origin.GIVEN, name, (need.name,), type=need.type, home=need.home)
        seen.add(need.name, Known(source, id_of=need.key_of.name if need.key_of and need.name == "id" else None))
        if need.key_of and need.name == need.key_of.key:
            seen.add(need.key_of.alias, Known(source))
    add_answer(seen, name, do)
    seen.layers += scope.layers
    return seen


def of_endpoint(blueprint: Blueprint, endpoint: Endpoint) -> tuple[Bindings, ...]:
    """What fills the inputs of each part of a BFF's endpoint: only what its arguments say, nothing by name."""
    scope = Scope(blueprint, open={"query": Origin.QUERY, "token": Origin.TOKEN})
    if endpoint.http.method in ("GET", "DELETE"):
        scope.closed["body"] = f'a "{endpoint.http.method}" has no body'
    else:
        scope.open["body"] = Origin.BODY
    for name in endpoint.http.parameters:
        scope.roots[f"path.{name}"] = Known(Source(Origin.PATH, path=(name,)), textual=True)
    parts: list[Bindings] = []
    for part in endpoint.parts:
        callee = blueprint.operation(part.call.target, part.call.operation)
        sources = {a.name: a.source for a in part.arguments if a.source is not None}
        literals = {a.name: a.literal for a in part.arguments if a.source is None}
        by_api = callee is not None and callee.http is not None
        parts.append(tuple(asked_inputs(scope, callee, sources, literals, token=by_api)) if callee else ())
        missing = any(value in (None, "null", "~") for value in part.fallback)
        add_answer(scope, part.name, callee, origin=Origin.PART, by_name=False, missing=missing)
    return tuple(parts)
