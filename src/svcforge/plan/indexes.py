"""The indexes that operations ask for."""

from __future__ import annotations

from svcforge.model.elements import Entity, Service, Verb
from svcforge.model.types import Kind, Type
from svcforge.plan.types import unique_sets


def listing(service: Service, name: str, key: str) -> list[list[str]]:
    """The index that a list of an entity or a copy is read along, if some operation lists it."""
    listed = any(o.verb is Verb.LISTS and o.entity == name for o in service.operations.values())
    return [["created_at", key]] if listed else []


def indexes(service: Service, entity: Entity) -> list[list[str]]:
    """Each column that rows are found by (`by`, `filter`, `where`), unless a unique set begins with it; and the list's."""
    covered = {columns[0] for columns in unique_sets(entity.fields)}
    asked: dict[str, None] = {}
    for operation in service.operations.values():
        if operation.entity == entity.name:
            names = (operation.by, *operation.filter, *(c.field for c in (*operation.where, *service.where) if c.token))
            asked |= dict.fromkeys(name for name in names if name)
    columns = {f.name: f.type for f in entity.fields}
    found = [[name] for name in asked if name in columns and name not in covered and _orderable(columns[name])]
    return [*found, *listing(service, entity.name, "id")]


def _orderable(type_: Type) -> bool:
    if type_.kind is Kind.SCALAR:
        return type_.name not in ("json", "bytes")
    return type_.kind in (Kind.ENUM, Kind.REF)
