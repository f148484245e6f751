"""What fills the needs of an operation: its entity's fields, its calls' inputs, its events' fields, its answer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from svcforge.frozen import frozen
from svcforge.model.answers import add_answer, alias_of
from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Call, Event, Operation, Verb
from svcforge.model.inputs import Input, Meaning, claim_of
from svcforge.model.record import record
from svcforge.model.scope import Binding, Known, Need, Origin, Scope, Source, fill, fill_literal
from svcforge.model.signature import Shape, Signature, signature
from svcforge.model.types import TEXT, Kind

Bindings = tuple[Binding, ...]


@frozen()
class OperationBindings:
    """What fills an operation's needs.

    `given` are inputs that `with` and `set` give instead of the caller, `fields` what is created or changed of the
    entity, `calls` the inputs of each call in order, `events` the fields of each event that is emitted, `output` the
    new fields of the answer, `unknown` what `with` and `set` name and nothing takes.
    """

    given: Bindings = ()
    fields: Bindings = ()
    calls: tuple[Bindings, ...] = ()
    events: tuple[tuple[Event, Bindings], ...] = ()
    output: Bindings = ()
    unknown: tuple[str, ...] = ()


NONE = OperationBindings()


def of_operation(blueprint: Blueprint, operation: Operation) -> OperationBindings:
    """What fills the needs of a service's operation; without a verb only what `with` and `set` say."""
    plain = not (operation.calls or operation.sources or operation.literals)
    if plain and (operation.verb is None or (_reads(operation) and operation.output is None and not operation.emits)):
        return NONE
    sig = signature(blueprint, operation)
    found = _with_verb(blueprint, operation, sig) if sig.record else _own_code(blueprint, operation, sig)
    named = operation.sources or operation.literals
    return replace(found, unknown=tuple(_unknown(operation, sig, found))) if named else found


def _reads(operation: Operation) -> bool:
    return operation.verb in (Verb.READS, Verb.LISTS, Verb.DELETES)


def _own_code(blueprint: Blueprint, operation: Operation, sig: Signature) -> OperationBindings:
    """The user's own code: nothing is filled in but what `with` and `set` name, on the operation or on a call."""
    scope = _of_inputs(blueprint, sig)
    calls: list[Bindings] = []
    for call in operation.calls:
        callee = blueprint.operation(call.target, call.operation) if call.sources or call.literals else None
        calls.append(tuple(b for b in call_inputs(scope, call, callee) if b.explicit))
    return OperationBindings(tuple(_given(blueprint, operation, sig, scope)), calls=tuple(calls))


def _with_verb(blueprint: Blueprint, operation: Operation, sig: Signature) -> OperationBindings:
    inputs = _of_inputs(blueprint, sig)
    fields = tuple(_fields(inputs, operation, sig))
    # A call cannot be given what only an answer puts into the entity.
    late = frozenset(b.need.name for b in fields if b.source and b.source.origin is Origin.ANSWER)
    scope = _before_calls(inputs, operation, sig, frozenset())
    early = _before_calls(inputs, operation, sig, late) if late else scope
    scopes = (scope,) if early is scope else (scope, early)
    calls: list[Bindings] = []
    for call in operation.calls:
        callee = blueprint.operation(call.target, call.operation)
        calls.append(call_inputs(early, call, callee, base=operation))
        name = alias_of(call, early.roots)
        for each in scopes:
            add_answer(each, name, callee)
    return OperationBindings(
        tuple(_given(blueprint, operation, sig, scope)),
        fields,
        tuple(calls),
        tuple((event, tuple(_event(scope, operation, event))) for event in emitted(blueprint, operation)),
        tuple(_output(scope, operation, sig)),
    )


def emitted(blueprint: Blueprint, operation: Operation) -> Iterator[Event]:
    """Every version of each event that the operation emits: while two live side by side both go out."""
    service = blueprint.services[operation.owner]
    for name in operation.emits:
        yield from (event for event in service.events if event.name == name)


def _before_calls(inputs: Scope, operation: Operation, sig: Signature, hidden: frozenset[str]) -> Scope:
    """What an operation knows before it makes its calls: its entity as it will be, and its input."""
    scope = Scope(inputs.blueprint, roots=dict(inputs.roots))
    if sig.record and operation.verb is not Verb.LISTS:
        scope.add_record(Origin.ENTITY, sig.record, hidden=hidden)
    scope.layers += inputs.layers
    return scope


def _of_inputs(blueprint: Blueprint, sig: Signature) -> Scope:
    """What an operation knows when nothing but its input is there."""
    scope = Scope(blueprint)
    add_inputs(scope, sig)
    return scope


def add_inputs(scope: Scope, sig: Signature) -> None:
    """The inputs by name, `token.x` as the input that carries the claim, and the key under its record's name."""
    by_name = {item.name: item for item in sig.inputs}
    owner = sig.record

    def layer(asked: str) -> Known | None:
        item = by_name.get(asked)
        if item is None and owner is not None and asked == owner.alias:
            item = by_name.get(owner.key)
            item = item if item and item.meaning is Meaning.KEY else None
        return _known(sig, item, asked) if item else None

    scope.layers.append(layer)
    for item in sig.inputs:
        if item.claim:
            scope.roots.setdefault(f"token.{item.claim}", _known(sig, item, item.name))


def _known(sig: Signature, item: Input, asked: str) -> Known:
    missing = not item.required and item.type.default is None and item.type.kind is not Kind.LIST
    type_ = replace(item.type, optional=True) if missing and not item.type.optional else item.type
    source = Source(Origin.INPUT, path=(item.name,), type=type_, home=_home(sig, item.name))
    key = sig.record if item.meaning is Meaning.KEY else None
    return Known(source, id_of=key.name if key and asked == "id" else None)


def _home(sig: Signature, name: str) -> str:
    return sig.record.home(name) if sig.record else sig.operation.owner


def _given(blueprint: Blueprint, operation: Operation, sig: Signature, scope: Scope) -> Iterator[Binding]:
    """Inputs that the operation's own `with` and `set` give; what they give its entity stands in `fields`."""
    declared = _takes(operation, sig) if operation.literals or operation.sources else {}
    for name in (*operation.literals, *operation.sources):
        if name not in declared:
            continue
        need = Need(name, declared[name], declared[name].required, operation.owner)
        if name in operation.literals:
            yield fill_literal(blueprint, need, operation.literals[name])
        elif claim_of(operation.sources[name]) is None:
            yield fill(scope, need, operation.sources[name])


def _takes(operation: Operation, sig: Signature) -> dict[str, Any]:
    """The inputs of an operation that are no fields of what it writes, by name, given or not."""
    declared = {f.name: f.type for f in operation.inputs or () if not isinstance(f, str)}
    if sig.record and _reads(operation):
        names = (*operation.filter, *((sig.key,) if sig.key else ()))
        declared |= {name: sig.record.types[name].bare() for name in names if name in sig.record.types}
    return declared


def _unknown(operation: Operation, sig: Signature, found: OperationBindings) -> Iterator[str]:
    """What `with` and `set` of the operation name, and neither it, its entity, its calls, events nor answer takes."""
    taken = {b.need.name for bindings in (*found.calls, *(b for _, b in found.events), found.output) for b in bindings}
    taken |= {*_takes(operation, sig), *(sig.record.types if sig.record else ())}
    yield from (name for name in (*operation.sources, *operation.literals) if name not in taken)


def _fields(inputs: Scope, operation: Operation, sig: Signature) -> Iterator[Binding]:
    """What is created or changed: by `with` and `set`, else by input, and what is created by any name in scope."""
    found = sig.record
    if found is None or found.entity is None or _reads(operation):
        return
    blueprint = inputs.blueprint
    scope = Scope(blueprint, list(inputs.layers), dict(inputs.roots))
    if operation.verb is Verb.UPDATES:
        scope.add_record(Origin.ENTITY, found)
    for call in operation.calls:
        add_answer(scope, alias_of(call, scope.roots), blueprint.operation(call.target, call.operation))
    own = {i.name for i in sig.inputs if i.meaning in (Meaning.FIELD, Meaning.OWN)}
    own |= {name for name in (b.name for b in sig.inputs) if operation.verb is Verb.CREATES and name == sig.key}
    fixed = {c.field: c for c in sig.where if not c.token and len(c.values) == 1}
    created = operation.verb is Verb.CREATES
    for name, type_ in {"id": found.id, **{f.name: f.type for f in found.entity.fields}}.items():
        if name in found.dead:
            continue
        made = name == "id" and type_.name == "uuid"
        need = Need(name, type_, created and type_.required and not made, operation.owner)
        if name in operation.literals:
            yield fill_literal(blueprint, need, operation.literals[name])
        elif name in operation.sources:
            yield fill(scope, need, operation.sources[name])
        elif name in own:
            yield fill(inputs, need)
        elif created and name in fixed:
            yield fill_literal(blueprint, need, fixed[name].values[0])
        elif created and type_.default is None and not made:
            yield fill(scope, need)


def _event(scope: Scope, operation: Operation, event: Event) -> Iterator[Binding]:
    for field in event.fields:
        if field.deprecated is None:
            yield _own_words(scope, Need(field.name, field.type, field.type.required, event.service), operation)


def _output(scope: Scope, operation: Operation, sig: Signature) -> Iterator[Binding]:
    """The new fields of an answer, or those of the value object that it is; a page's are filled from each item."""
    out, owner = sig.output, operation.owner
    fields = out.fields
    if operation.output is None or out.shape in (Shape.RECORD, Shape.NOTHING) or sig.record is None:
        return
    if out.shape is Shape.TYPE and out.type is not None:
        fields = scope.blueprint.shapes(owner).get(out.type.name, {}) if out.type.kind is Kind.VALUE else {}
        if not fields:
            yield fill(scope, Need(sig.record.alias, out.type, True, owner))
    elif out.shape is Shape.PAGE:
        if all(name in sig.record.types for name in fields):
            return
        scope.add_record(Origin.ENTITY, sig.record)
    for name, type_ in fields.items():
        yield _own_words(scope, Need(name, type_, type_.required, owner), operation)


def _own_words(scope: Scope, need: Need, operation: Operation) -> Binding:
    """By name, where the operation's own `with` and `set` say nothing of that name, or say it of its entity."""
    if need.name in operation.literals and scope.lookup(need.name) is None:
        return fill_literal(scope.blueprint, need, operation.literals[need.name])
    if need.name in operation.sources and scope.lookup(need.name) is None:
        return fill(scope, need, operation.sources[need.name])
    return fill(scope, need)


def call_inputs(
    scope: Scope,
    call: Call,
    callee: Operation | None,
    *,
    direct: bool = False,
    base: Operation | None = None,
) -> Bindings:
    """What fills the inputs of a call.

    Args:
        direct: whether it reaches the operation past its API, as a saga does in its own service.
        base: the operation that makes the call, whose own `with` and `set` hold for it too.
    """
    if callee is None:
        return ()
    by_api = callee.http is not None and not direct and callee.owner in scope.blueprint.services
    return tuple(asked_inputs(scope, callee, call.sources, call.literals, token=by_api, base=base))


def asked_inputs(
    scope: Scope,
    callee: Operation,
    sources: Mapping[str, str],
    literals: Mapping[str, Any],
    *,
    token: bool,
    base: Operation | None = None,
) -> Iterator[Binding]:
    """What an operation asks for, each by `set`, `with` or name; and a problem for what is given and not asked for."""
    asked = signature(scope.blueprint, callee).asked(token=token)
    for item in asked:
        need = _need(scope.blueprint, callee, item)
        if item.name in literals:
            yield fill_literal(scope.blueprint, need, literals[item.name])
        elif item.name in sources:
            yield fill(scope, need, sources[item.name])
        else:
            yield _own_words(scope, need, base) if base else fill(scope, need)
    names = {item.name for item in asked}
    for name in (*sources, *literals):
        if name not in names:
            problem = f'"{callee.owner}.{callee.name}" takes no "{name}"'
            yield Binding(Need(name, TEXT, False), None, problem, explicit=True)


def _need(blueprint: Blueprint, callee: Operation, item: Input) -> Need:
    found = record(blueprint, callee.owner, callee.entity) if item.meaning is Meaning.KEY else None
    return Need(item.name, item.type, item.required, callee.owner, found)
