"""An operation as its callers see it: what it takes and answers (blueprint.md, "Operations"), worked out once for all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum

from svcforge.frozen import frozen
from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Condition, Field, Operation, Verb
from svcforge.model.inputs import Input, Meaning, claims, declared, key_of
from svcforge.model.record import Record, record
from svcforge.model.types import Kind, Type


class Shape(StrEnum):
    """What an answer is: a record (or some of its fields), a page of them, new fields, a type, or nothing."""

    RECORD = "record"
    PAGE = "page"
    FIELDS = "fields"
    TYPE = "type"
    NOTHING = "nothing"


@frozen()
class Output:
    """An answer: its fields (of one item, for a page), or its type."""

    shape: Shape
    fields: Mapping[str, Type]
    type: Type | None = None


NOTHING = Output(Shape.NOTHING, {})


@frozen(kw_only=True)
class Signature:
    """An operation's inputs, answer and status; `record` is what its verb works on.

    `where` is the operation's own and its service's; `given` the fields that `with`, `set` or a creating
    operation's `where` give, so that no caller does.
    """

    operation: Operation
    record: Record | None
    key: str | None
    inputs: tuple[Input, ...]
    where: tuple[Condition, ...]
    given: frozenset[str]
    output: Output
    status: int

    def asked(self, *, token: bool) -> tuple[Input, ...]:
        """The inputs that a caller gives: with a user's token all but its claims, without one those by name too."""
        if token:
            return tuple(i for i in self.inputs if i.claim is None)
        return tuple(i for i in self.inputs if i.meaning is not Meaning.CHECK)


def signature(blueprint: Blueprint, operation: Operation) -> Signature:
    """The operation's signature; worked out once per blueprint."""
    kept: dict[tuple[str, str], Signature] = blueprint.__dict__.setdefault("_signatures", {})
    at = (operation.owner, operation.name)
    if at not in kept:
        kept[at] = _signature(blueprint, operation)
    return kept[at]


def _signature(blueprint: Blueprint, operation: Operation) -> Signature:
    found = record(blueprint, operation.owner, operation.entity) if operation.verb else None
    where = _where(blueprint, operation, found)
    key = key_of(operation, found)
    given = frozenset(_given(operation, where, key))
    own = tuple(i for i in declared(operation, found, key) if i.name not in given)
    return Signature(
        operation=operation,
        record=found,
        key=key,
        inputs=(*own, *claims(blueprint, operation, found, where, key, {i.name for i in own})),
        where=where,
        given=given,
        output=_output(operation, found),
        status=_status(operation),
    )


def _where(blueprint: Blueprint, operation: Operation, found: Record | None) -> tuple[Condition, ...]:
    """The operation's conditions, then its service's for the fields that the record has and the operation is silent on."""
    service = blueprint.services.get(operation.owner)
    if found is None or service is None or not service.where:
        return operation.where
    named = {condition.field for condition in operation.where}
    return (*operation.where, *(c for c in service.where if c.field in found.types and c.field not in named))


def _given(operation: Operation, where: tuple[Condition, ...], key: str | None) -> Iterator[str]:
    yield from operation.sources
    yield from operation.literals
    parameters = operation.http.parameters if operation.http else ()
    for condition in where:
        if not condition.token and len(condition.values) != 1:
            continue
        if condition.field == key and operation.verb is not Verb.CREATES:
            # `GET /me` with `where: {id: token.sub}`: the token alone says which one.
            if condition.token and operation.http and key not in parameters:
                yield key
        elif operation.verb in (Verb.CREATES, Verb.UPDATES) and condition.field not in parameters:
            yield condition.field


def _output(operation: Operation, found: Record | None) -> Output:
    out = operation.output
    if isinstance(out, Type):
        if found and out.kind in (Kind.ENTITY, Kind.VALUE) and out.name == found.name:
            return Output(Shape.RECORD, found.types)
        return Output(Shape.TYPE, {}, out)
    if found is None:
        return Output(Shape.FIELDS, _new(out)) if out else NOTHING
    shape = Shape.PAGE if operation.verb is Verb.LISTS else Shape.RECORD
    if out is None:
        return NOTHING if operation.verb is Verb.DELETES else Output(shape, found.types)
    names = [n for n in out if isinstance(n, str)]
    if names:
        return Output(shape, {name: found.types[name] for name in names if name in found.types})
    return Output(Shape.PAGE if shape is Shape.PAGE else Shape.FIELDS, _new(out))


def _new(out: tuple[str, ...] | tuple[Field, ...] | None) -> dict[str, Type]:
    return {f.name: f.type for f in out or () if isinstance(f, Field)}


def _status(operation: Operation) -> int:
    if operation.long_running:
        return 202
    if operation.verb is Verb.CREATES:
        return 201
    if operation.verb in (Verb.READS, Verb.LISTS, Verb.UPDATES):
        return 200
    return 200 if operation.output else 204
