"""Entities as facts: their tables, and the indexes that their operations ask for."""

from __future__ import annotations

from svcforge.model.elements import Service
from svcforge.model.record import alias
from svcforge.plan.indexes import indexes
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
                "indexes": indexes(service, entity),
                "event_sourced": entity.event_sourced,
            }
        )
    return found
