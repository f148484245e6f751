"""What an operation takes: the inputs of its verb, those that `in` names, and the claims of a token."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum

from svcforge.frozen import frozen
from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Call, Condition, Field, Operation, Verb
from svcforge.model.record import Record, record
from svcforge.model.types import INT, TEXT, Kind, Type, listed

LIMIT = replace(INT, low=Decimal(1), high=Decimal(100), default="20")
"""`limit` of an operation that lists: 20 unless asked otherwise, at most 100."""


CURSOR = replace(TEXT, optional=True)
"""Where the page before ended."""


class Stand(StrEnum):
    """Where an input stands in a request."""

    PATH = "path"
    QUERY = "query"
    BODY = "body"


class Meaning(StrEnum):
    """What an input is to its operation."""

    KEY = "key"
    FIELD = "field"
    WHERE = "where"
    """A claim that only `where` looks at."""
    FILTER = "filter"
    IDS = "ids"
    LIMIT = "limit"
    CURSOR = "cursor"
    OWN = "own"
    CHECK = "check"
    """A claim that `where` compares with an input of the field's own name; known only when a token came."""


@frozen()
class Input:
    """An input of an operation.

    `type.optional` tells that null is taken; `required` that it may not be left out. `claim` is the token's claim
    that gives it when a user's token came with the call; who calls without one gives it by name.
    """

    name: str
    type: Type
    required: bool
    stand: Stand
    meaning: Meaning
    claim: str | None = None


def claim_of(source: str) -> str | None:
    """The claim that a source like `token.sub` names."""
    return source.removeprefix("token.") if source.startswith("token.") else None


def key_of(operation: Operation, found: Record | None) -> str | None:
    """The field that finds the row: the one that `by` names, else the record's own key; none of what is just made."""
    if found is None:
        return None
    if operation.verb in (Verb.READS, Verb.UPDATES, Verb.DELETES):
        return operation.by or found.key
    return operation.by if operation.verb is Verb.CREATES else None


def declared(operation: Operation, found: Record | None, key: str | None) -> Iterator[Input]:
    """The inputs before `with` and `set` take some away."""
    own = {item.name: item for item in _own(operation)}
    for item in _by_verb(operation, found, key) if found is not None else ():
        # The key stays an input though `in` may name it again.
        own.pop(item.name, None)
        yield item
    yield from own.values()


def _by_verb(operation: Operation, found: Record, key: str | None) -> Iterator[Input]:
    """The inputs that the verb takes of its record."""
    match operation.verb:
        case Verb.CREATES:
            names = {**_listed(operation, found)} if operation.inputs is not None else _taken(found)
            if key is not None and key in found.types:
                names = {**({key: found.types[key]} if key not in names else {}), **names}
            for name, type_ in names.items():
                yield _input(operation, name, type_, type_.required or name == key, Meaning.FIELD)
        case Verb.UPDATES:
            yield from _key_input(operation, found, key)
            if operation.inputs is not None:
                for name, type_ in _listed(operation, found).items():
                    yield _input(operation, name, _stays(type_), type_.required, Meaning.FIELD)
            elif not operation.literals:
                for name, type_ in _taken(found).items():
                    if name != key:
                        yield _input(operation, name, _stays(type_), False, Meaning.FIELD)
        case Verb.LISTS:
            for name in operation.filter:
                if name in found.types:
                    yield _input(operation, name, _optional(found.types[name]), False, Meaning.FILTER)
            yield _input(operation, "ids", listed(found.id.bare()), False, Meaning.IDS)
            yield _input(operation, "limit", LIMIT, False, Meaning.LIMIT)
            yield _input(operation, "cursor", CURSOR, False, Meaning.CURSOR)
        case _:
            yield from _key_input(operation, found, key)


def _key_input(operation: Operation, found: Record, key: str | None) -> Iterator[Input]:
    if key is not None and key in found.types:
        yield _input(operation, key, found.types[key].bare(), True, Meaning.KEY)


def _taken(found: Record) -> dict[str, Type]:
    """What creating a record takes unless `in` says otherwise: the fields without a default, and an `id` that is text."""
    fields = found.entity.fields if found.entity else ()
    own = {"id": found.id} if found.entity and found.id.name == "text" else {}
    return own | {f.name: f.type for f in fields if f.type.default is None and f.deprecated is None}


def _listed(operation: Operation, found: Record) -> dict[str, Type]:
    """The record's fields that `in: [field]` lists."""
    names = [n for n in operation.inputs or () if isinstance(n, str)]
    return {name: found.types[name] for name in names if name in found.types}


def _own(operation: Operation) -> Iterator[Input]:
    """New inputs that `in` maps; without a verb, what stands in the path is one, text unless `in` says more."""
    fields = {f.name: f.type for f in operation.inputs or () if isinstance(f, Field)}
    if operation.verb is None and operation.http:
        fields |= {name: TEXT for name in operation.http.parameters if name not in fields}
    for name, type_ in fields.items():
        yield _input(operation, name, type_, type_.required, Meaning.OWN)


def _input(operation: Operation, name: str, type_: Type, required: bool, meaning: Meaning) -> Input:
    stand = _stand(operation, name)
    plain = replace(type_, unique=False, unique_per=None) if type_.unique or type_.unique_per else type_
    return Input(name, plain, required or stand is Stand.PATH, stand, meaning)


def _stand(operation: Operation, name: str) -> Stand:
    """In the path by name, else in the query for GET and DELETE, else in the body; an internal call is a POST."""
    if operation.http is None:
        return Stand.BODY
    if "{" + name + "}" in operation.http.path:
        return Stand.PATH
    return Stand.QUERY if operation.http.method in ("GET", "DELETE") else Stand.BODY


def _stays(type_: Type) -> Type:
    """The type of a field that an update may leave as it is: absent is no reason to fall back to its default."""
    return type_ if type_.default is None else replace(type_, default=None)


def _optional(type_: Type) -> Type:
    return replace(type_.bare(), optional=type_.kind is not Kind.LIST)


def claims(
    blueprint: Blueprint,
    operation: Operation,
    found: Record | None,
    where: tuple[Condition, ...],
    key: str | None,
    taken: set[str],
) -> Iterator[Input]:
    """An input for each `token.x`: the token gives it if one came, else the caller does, under the field's name."""
    if operation.owner not in blueprint.services:
        return
    named: dict[str, str] = {}
    for sources in (operation.sources, *(call.sources for call in operation.calls)):
        for name, text in sources.items():
            claim = claim_of(text)
            if claim is None or named.get(name) == claim:
                continue
            type_ = _type_of(blueprint, operation, found, name)
            # Two inputs of one name from two claims: the second goes by the claim's.
            own = f"token_{claim}" if name in named or name in taken else name
            named[own] = claim
            meaning = Meaning.KEY if own == key else Meaning.FIELD
            yield Input(own, type_.bare(), not type_.optional, _stand(operation, own), meaning, claim)
    for condition in where:
        name = condition.field
        if not condition.token or found is None or name not in found.types:
            continue
        type_ = replace(found.types[name].bare(), optional=False)
        if name not in taken and name not in named:
            other = Meaning.FIELD if operation.verb is Verb.CREATES else Meaning.WHERE
            meaning = Meaning.KEY if name == key else other
            yield Input(name, type_, True, _stand(operation, name), meaning, condition.token)
        elif operation.http and named.get(name) != condition.token:
            yield Input(f"token_{condition.token}", type_, False, Stand.BODY, Meaning.CHECK, condition.token)


def _type_of(blueprint: Blueprint, operation: Operation, found: Record | None, name: str) -> Type:
    """The type of whatever has that name: a field, an input, an event's field, an input of a call; text if nothing says."""
    if found and name in found.types:
        return found.types[name]
    fields = [f for f in operation.inputs or () if isinstance(f, Field)]
    for emitted in operation.emits:
        event = blueprint.event(operation.owner, emitted.partition(".")[0])
        fields += event.fields if event else ()
    for field in fields:
        if field.name == name:
            return field.type
    for call in operation.calls:
        if name in call.sources and (type_ := _callee_type(blueprint, call, name)):
            return type_
    return TEXT


def _callee_type(blueprint: Blueprint, call: Call, name: str) -> Type | None:
    callee = blueprint.operation(call.target, call.operation)
    if callee is None:
        return None
    found = record(blueprint, callee.owner, callee.entity)
    return next((i.type for i in declared(callee, found, key_of(callee, found)) if i.name == name), None)
