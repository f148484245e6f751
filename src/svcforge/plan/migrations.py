"""The tables of a service, and the migrations that make them: a shipped one is never edited, a change is a new one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from svcforge.errors import SvcforgeError
from svcforge.plan.evolution import Renames, losses, renamed, steps
from svcforge.plan.types import NO_TYPE, Fact

VERSION = 1
"""Of `migrations/schema.json`."""

FOUND = frozenset({"heads", "following"})
"""What is told of the user's own migrations beside the last model, and is no part of it."""

DATETIME = NO_TYPE | {"kind": "datetime"}


def tables(facts: Fact, kit: Iterable[str]) -> Fact:
    """The model of a service's database, from its entities, copies and the value objects that these hold.

    Args:
        kit: the tables that the stack keeps for itself, by what they are for (`outbox`).
    """
    stored = _Stored(facts)
    found = {e["table"]: _entity(e, stored) for e in facts["entities"]}
    found |= {c["table"]: _copy(c, stored) for c in facts["copies"]}
    return {"tables": found, "kit": sorted(kit)}


class _Stored:
    """Types as they are recorded: a value object with its fields, nothing with the module in which today's code has it."""

    def __init__(self, facts: Fact) -> None:
        self.shapes: dict[tuple[str | None, str], list[Fact]] = {}
        for publisher in facts["publishers"]:
            self.shapes |= {(publisher["name"], value["name"]): value["fields"] for value in publisher["values"]}
        self.shapes |= {(None, value["name"]): value["fields"] for value in facts["values"]}

    def type(self, type_: Fact, within: tuple[str, ...] = ()) -> Fact:
        """A type as it is recorded; a value object inside itself without its fields."""
        kept = {key: value for key, value in type_.items() if key != "module"}
        name = kept["name"]
        if kept["of"]:
            return kept | {"of": self.type(kept["of"], within)}
        if kept["kind"] == "value" and name not in within and (type_["service"], name) in self.shapes:
            fields = self.shapes[type_["service"], name]
            return kept | {"fields": [self._field(field, (*within, name)) for field in fields]}
        return kept

    def _field(self, field: Fact, within: tuple[str, ...]) -> Fact:
        said = {"optional": field["optional"], "required": field["required"]}
        deprecated = field["deprecated"] is not None
        return {"name": field["name"], "type": self.type(field["type"], within), **said, "deprecated": deprecated}


def history(shipped: Sequence[Fact], now: Fact, renames: Renames) -> list[Fact]:
    """The models that migrations were made from, the present one last: what `migrations/schema.json` records.

    Args:
        shipped: the models of the migrations that exist already, in order; the last may say which migrations nothing
            follows yet (`heads`): one of the user's own is followed; and what those of the user's have settled
            (`following`): ours leave it alone.
        now: the model as the blueprint has it.
        renames: by table, what columns were called before.

    Raises SvcforgeError where a new migration would have to follow two.
    """
    if not shipped:
        return [{"number": "0001", "slug": "initial", "renames": {}, **now}]
    heads, said = shipped[-1].get("heads", []), shipped[-1].get("following", ())
    last = {key: value for key, value in shipped[-1].items() if key not in FOUND}
    shipped = [*shipped[:-1], last]
    applied = renamed(last, now, renames)
    settled = sorted({loss.about for loss in losses(last, now, applied)} & set(said))
    if settled or any(True for _ in steps(last, now, applied)):
        follows = _followed(last["number"], heads) | ({"settled": settled} if settled else {})
        return [*shipped, {"number": f"{len(shipped) + 1:04}", "slug": "change", "renames": applied, **now, **follows}]
    return [*shipped[:-1], last | {"tables": {name: _noted(t, now) for name, t in last["tables"].items()}}]


def _followed(number: str, heads: Sequence[str]) -> Fact:
    """Which migration a new one follows, where that is not the last of ours."""
    if len(heads) > 1:
        raise SvcforgeError(
            f"two migrations stand at the end: {' and '.join(heads)}", "join them first: alembic merge heads"
        )
    return {"after": heads[0]} if heads and heads[0] != number else {}


def _noted(table: Fact, now: Fact) -> Fact:
    """A shipped table with what is newly said of its columns and changes nothing in a database."""
    said = {c["name"]: c for t in now["tables"].values() if t["name"] == table["name"] for c in t["columns"]}
    columns = [
        c | {key: said[c["name"]][key] for key in ("type", "deprecated")} if c["name"] in said else c
        for c in table["columns"]
    ]
    return table | {"columns": columns}


def migrations(models: Sequence[Fact]) -> list[Fact]:
    """A migration for each model of the history: the first makes all of it, the others what is new."""
    found = []
    before: Fact = {"number": None, "tables": {}, "kit": []}
    for model in models:
        made = list(steps(before, model, model["renames"], model.get("settled", ())))
        found.append(
            {
                "number": model["number"],
                "slug": model["slug"],
                "down": model.get("after", before["number"]),
                "steps": made,
            }
        )
        before = model
    return found


def schema(models: Sequence[Fact]) -> Fact:
    """The document `migrations/schema.json`."""
    return {"version": VERSION, "migrations": list(models)}


def _entity(entity: Fact, stored: _Stored) -> Fact:
    columns = [_column("id", NO_TYPE | {"kind": entity["id"]}, stored, primary=True)]
    columns += [_of_field(field, stored) for field in entity["fields"]]
    columns += [_column(name, DATETIME, stored) for name in ("created_at", "updated_at")]
    return {
        "kind": "entity",
        "name": entity["name"],
        "columns": columns,
        "unique": entity["unique"],
        "indexes": entity["indexes"],
    }


def _copy(copy: Fact, stored: _Stored) -> Fact:
    """A copy that several events feed has rows of which some fields are still to come."""
    fed = len(copy["feeds"]) > 1
    columns = [_column(copy["key"], copy["key_type"], stored, primary=True)]
    columns += [_of_field(field, stored) | ({"nullable": True} if fed else {}) for field in copy["fields"]]
    columns += [_column(name, DATETIME, stored) for name in ("created_at", "updated_at")]
    return {"kind": "copy", "name": copy["name"], "columns": columns, "unique": [], "indexes": copy["indexes"]}


def _of_field(field: Fact, stored: _Stored) -> Fact:
    deprecated = field["deprecated"] is not None
    column = _column(field["name"], field["type"], stored, nullable=field["optional"] or deprecated)
    return column | {"has_default": field["has_default"], "default": field["default"], "deprecated": deprecated}


def _column(name: str, type_: Fact, stored: _Stored, *, nullable: bool = False, primary: bool = False) -> Fact:
    return {
        "name": name,
        "type": stored.type(type_),
        "nullable": nullable,
        "primary": primary,
        "has_default": False,
        "default": None,
        "deprecated": False,
    }
