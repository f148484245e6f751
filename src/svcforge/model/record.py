"""What a verb works on: a service's entity, or its copy of others' data, as one kind of row."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from svcforge.frozen import frozen
from svcforge.model.blueprint import Blueprint, field_named
from svcforge.model.elements import Copy, CopyFeed, Entity, Event, Field
from svcforge.model.types import DATETIME, INT, TEXT, UUID, Kind, Type, listed
from svcforge.source.tree import Quoted

BOOL = Type(Kind.SCALAR, "bool")


@frozen(kw_only=True)
class Record:
    """A row by its columns: an entity with its `id` and times, or a copy with its key.

    `types` has every column in order. `homes` names the service whose value objects a column's type means,
    where that is not the service itself (a copy keeps the publisher's). `key` is the column that names a row, `alias`
    the name that its id goes by elsewhere: `order` for an Order (blueprint.md, "Where values come from"). `dead`
    columns are kept and written no more.
    """

    name: str
    service: str
    key: str
    types: Mapping[str, Type]
    homes: Mapping[str, str]
    entity: Entity | None
    copy: Copy | None
    alias: str
    dead: frozenset[str] = frozenset()

    @property
    def id(self) -> Type:
        """The type of the key."""
        return self.types[self.key]

    def home(self, column: str) -> str:
        """The service whose value objects the column's type means."""
        return self.homes.get(column, self.service)


def alias(name: str) -> str:
    """A PascalCase name in snake_case: `order_line` for OrderLine."""
    return _BOUNDARY.sub("_", name).lower()


_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def record(blueprint: Blueprint, service: str, name: str | None) -> Record | None:
    """The entity or copy of that name in the service; None when it has neither. Kept per blueprint."""
    if name is None:
        return None
    kept: dict[tuple[str, str], Record | None] = blueprint.__dict__.setdefault("_records", {})
    if (service, name) not in kept:
        kept[service, name] = _record(blueprint, service, name)
    return kept[service, name]


def _record(blueprint: Blueprint, service: str, name: str) -> Record | None:
    owner = blueprint.services.get(service)
    if owner is None:
        return None
    if entity := owner.entities.get(name):
        types = {"id": entity.id, **{f.name: _kept(f) for f in entity.fields}}
        types |= {"created_at": DATETIME, "updated_at": DATETIME}
        return Record(
            name=name,
            service=service,
            key="id",
            types=types,
            homes={},
            entity=entity,
            copy=None,
            alias=alias(name),
            dead=frozenset(f.name for f in entity.fields if f.deprecated is not None),
        )
    if copy := owner.copies.get(name):
        return _copy(blueprint, service, copy)
    return None


def _kept(field: Field) -> Type:
    """The type of an entity's column; one that is no longer written may be empty."""
    if field.deprecated is None or field.type.kind is Kind.LIST:
        return field.type
    return replace(field.type.bare(), optional=True)


def _copy(blueprint: Blueprint, service: str, copy: Copy) -> Record | None:
    """A copy's row: its key is the first event's subject; what only later events give may be missing."""
    events = [(feed, _event(blueprint, feed)) for feed in copy.feeds]
    first = next((event for _, event in events if event is not None), None)
    if first is None or not first.fields:
        return None
    key = first.fields[0]
    types: dict[str, Type] = {key.name: key.type.bare()}
    homes: dict[str, str] = {key.name: first.service}
    literals: dict[str, list[Any]] = {}
    for feed, event in events:
        if event is None or feed.drop:
            continue
        for column, source in kept_fields(feed, event):
            found = field_named(event.fields, source)
            if found is None or column in types:
                continue
            later = event is not first and found.type.kind is not Kind.LIST
            types[column] = replace(found.type.bare(), optional=found.type.optional or later)
            homes[column] = event.service
        for column, value in feed.literals.items():
            literals.setdefault(column, []).append(value)
    for column, values in literals.items():
        if column not in types:
            types[column] = replace(looks_like(values), optional=True)
    return Record(
        name=copy.name,
        service=service,
        key=key.name,
        types=types,
        homes=homes,
        entity=None,
        copy=copy,
        alias=alias(copy.name),
    )


def kept_fields(feed: CopyFeed, event: Event) -> Iterator[tuple[str, str]]:
    """What a feed keeps as (own column, event's field); all fields when it does not say."""
    if feed.keep is None:
        yield from ((f.name, f.name) for f in event.fields)
    else:
        yield from feed.keep.items()


def _event(blueprint: Blueprint, feed: CopyFeed) -> Event | None:
    return blueprint.event(feed.publisher, feed.event, feed.version)


def looks_like(values: list[Any]) -> Type:
    """The type of a column that only literals fill: bool or int when all of them look so, else text.

    Scalars are text until their place gives them a type; here nothing else does, and `true` means what it looks like.
    """
    if any(isinstance(value, Quoted) for value in values):
        return TEXT
    if all(isinstance(value, list) for value in values):
        return listed(TEXT)
    if all(str(value) in ("true", "false", "True", "False") for value in values):
        return BOOL
    if all(re.fullmatch(r"-?(0|[1-9]\d*)", str(value)) for value in values):
        return INT
    return TEXT


def refers_to(blueprint: Blueprint, type_: Type, home: str | None) -> Type:
    """The type that an id has: what a `ref` holds is the entity's `id`, a uuid unless the entity says text."""
    if type_.kind is not Kind.REF:
        return type_
    owner = blueprint.services.get(type_.service or home or "")
    entity = owner.entities.get(type_.name) if owner else None
    return entity.id if entity else UUID
