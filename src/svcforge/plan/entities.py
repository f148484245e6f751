"""Entities as facts: their tables, and the indexes that their operations ask for."""

from __future__ import annotations

from svcforge.model.elements import Entity, Service
from svcforge.model.record import alias
from svcforge.model.types import Kind, Type
from svcforge.plan.messages import KIT_TABLES
from svcforge.plan.naming import free, plural, title
from svcforge.plan.subject import Subject
from svcforge.plan.types import Fact, unique_sets


def entity_facts(about: Subject, service: Service) -> list[Fact]:
    """The entities of a service, each with a table of its own."""
    tables: set[str] = set(KIT_TABLES)
    found = []
    for entity in service.entities.values():
        table = free(plural(alias(entity.name)), tables, "_rows")
        tables.add(table)
        found.append(
            {
                "name": entity.name,
                "alias": alias(entity.name),
                "table": table,
                "title": title(entity.name).lower(),
                "id": entity.id.name,
                "fields": about.types.fields(entity.fields),
                "unique": unique_sets(entity.fields),
                "indexes": _indexes(service, entity),
                "event_sourced": entity.event_sourced,
            }
        )
    return found


def _indexes(service: Service, entity: Entity) -> list[list[str]]:
    """A column that rows are found by (`by`, `filter`, `where`), unless a unique set begins with it."""
    covered = {columns[0] for columns in unique_sets(entity.fields)}
    asked: dict[str, None] = {}
    for operation in service.operations.values():
        if operation.entity == entity.name:
            names = (operation.by, *operation.filter, *(c.field for c in (*operation.where, *service.where) if c.token))
            asked |= dict.fromkeys(name for name in names if name)
    columns = {f.name: f.type for f in entity.fields}
    return [[name] for name in asked if name in columns and name not in covered and _orderable(columns[name])]


def _orderable(type_: Type) -> bool:
    if type_.kind is Kind.SCALAR:
        return type_.name not in ("json", "bytes")
    return type_.kind in (Kind.ENUM, Kind.REF)
