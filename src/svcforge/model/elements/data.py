"""What services keep and tell: fields, value objects, entities, events."""

from __future__ import annotations

from svcforge.frozen import frozen
from svcforge.model.types import Type
from svcforge.source.finding import Path


@frozen()
class Field:
    """A named, typed field of an entity, a value object, an event, an input or an output."""

    name: str
    type: Type
    path: Path
    was: str | None = None
    deprecated: str | None = None


Fields = tuple[Field, ...]


@frozen(kw_only=True)
class Value:
    """A value object; `service` is None for one that all share."""

    name: str
    fields: Fields
    service: str | None
    path: Path


@frozen(kw_only=True)
class Entity:
    """An entity that a service owns; `id`, `created_at` and `updated_at` are not among its fields."""

    name: str
    fields: Fields
    id: Type
    event_sourced: bool
    path: Path


@frozen(kw_only=True)
class Event:
    """One version of an event; the first field is the subject. `latest` is the highest version."""

    name: str
    service: str
    version: int
    latest: bool
    fields: Fields
    path: Path
