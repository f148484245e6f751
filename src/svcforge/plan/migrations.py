"""The tables of a service, and the migrations that make them: each is additive, and keeps the model it was made from."""

from __future__ import annotations

from collections.abc import Iterable

from svcforge.plan.types import NO_TYPE, Fact

DATETIME = NO_TYPE | {"kind": "datetime"}


def schema(entities: Iterable[Fact], copies: Iterable[Fact], kit: Iterable[str]) -> Fact:
    """The model of a database: what `migrations/schema.json` records.

    Args:
        kit: the tables that the stack keeps for itself, by what they are for (`outbox`).
    """
    tables = {**{e["table"]: _entity(e) for e in entities}, **{c["table"]: _copy(c) for c in copies}}
    return {"version": 1, "number": "0001", "tables": tables, "kit": sorted(kit)}


def _entity(entity: Fact) -> Fact:
    columns = [_column("id", NO_TYPE | {"kind": entity["id"]}, primary=True)]
    columns += [_of_field(field) for field in entity["fields"]]
    columns += [_column(name, DATETIME) for name in ("created_at", "updated_at")]
    return {
        "kind": "entity",
        "name": entity["name"],
        "columns": columns,
        "unique": entity["unique"],
        "indexes": entity["indexes"],
    }


def _copy(copy: Fact) -> Fact:
    columns = [_column(copy["key"], copy["key_type"], primary=True), *(_of_field(field) for field in copy["fields"])]
    return {"kind": "copy", "name": copy["name"], "columns": columns, "unique": [], "indexes": []}


def _of_field(field: Fact) -> Fact:
    nullable = field["optional"] or field["deprecated"] is not None
    column = _column(field["name"], field["type"], nullable=nullable)
    return column | {"has_default": field["has_default"], "default": field["default"]}


def _column(name: str, type_: Fact, *, nullable: bool = False, primary: bool = False) -> Fact:
    return {
        "name": name,
        "type": type_,
        "nullable": nullable,
        "primary": primary,
        "has_default": False,
        "default": None,
    }


def migrations(model: Fact) -> list[Fact]:
    """The migrations that make a model: the first one makes all of it."""
    steps: list[Fact] = [{"do": "create_kit", "kit": kit} for kit in model["kit"]]
    steps += [
        {
            "do": "create_table",
            "table": name,
            "columns": table["columns"],
            "unique": table["unique"],
            "indexes": table["indexes"],
        }
        for name, table in model["tables"].items()
    ]
    return [{"number": "0001", "slug": "initial", "down": None, "steps": steps}]
