"""From one model of a database to the next: additive steps, and what would lose data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from svcforge.plan.fitting import misfit
from svcforge.plan.types import Fact

Renames = Mapping[str, Mapping[str, str]]
"""By table: what a column is called now -> what it was called."""

FILLABLE = frozenset({"text", "email", "url", "enum", "int", "float", "decimal", "bool", "list"})
"""Kinds of which a default can be written into the rows that are there."""


class Loss(NamedTuple):
    """A change that would lose data or fail on rows that are there: where the blueprint makes it, and what to do.

    `about` is what a migration of the user's own names to settle it: an entity, or one of its fields.
    """

    table: str
    column: str | None
    about: str
    message: str
    hint: str


def renamed(before: Fact, after: Fact, renames: Renames) -> Renames:
    """The renamings that are still to be made: the old column is there, the new one is not."""
    found = {}
    for name, columns in renames.items():
        had = {c["name"] for c in before["tables"].get(name, {}).get("columns", ())}
        have = {c["name"] for c in after["tables"].get(name, {}).get("columns", ())}
        if still := {new: old for new, old in columns.items() if new in have - had and old in had - have}:
            found[name] = still
    return found


def steps(before: Fact, after: Fact, renames: Renames, settled: Sequence[str] = ()) -> Iterator[Fact]:
    """What a migration has to do, in order; nothing that loses data.

    Args:
        settled: the entities and fields that a migration of the user's own has brought from the one to the other.
    """
    for kit in after["kit"]:
        if kit not in before["kit"]:
            yield {"do": "create_kit", "kit": kit}
    for name, table in after["tables"].items():
        known = before["tables"].get(name)
        if known is None:
            yield {
                "do": "create_table",
                "table": name,
                **{k: table[k] for k in ("kind", "columns", "unique", "indexes")},
            }
        else:
            done = {column for of, _, column in (one.partition(".") for one in settled) if of == table["name"]}
            yield from _table_steps(name, known, table, renames.get(name, {}), done)


def _table_steps(
    name: str, before: Fact, after: Fact, renames: Mapping[str, str], done: AbstractSet[str]
) -> Iterator[Fact]:
    # What stands on columns goes before them and comes after them: its name is made of theirs.
    for kind in ("index", "unique"):
        had, have = before[_listed(kind)], after[_listed(kind)]
        for columns in had:
            if columns not in have and not done & set(columns):
                yield {"do": f"drop_{kind}", "table": name, "columns": columns}
    yield from _column_steps(name, before, after, renames, done)
    kept = _carried(before["unique"], renames)
    for columns in after["indexes"]:
        if columns not in before["indexes"]:
            yield {"do": "create_index", "table": name, "columns": columns}
    for columns in after["unique"]:
        if columns not in before["unique"] and columns in kept and not done & set(columns):
            yield {"do": "create_unique", "table": name, "columns": columns}


def _listed(kind: str) -> str:
    return "indexes" if kind == "index" else kind


def _carried(unique: Sequence[Sequence[str]], renames: Mapping[str, str]) -> list[list[str]]:
    """The constraints that hold already, by what their columns are called now."""
    new_name = {old: new for new, old in renames.items()}
    return [[new_name.get(column, column) for column in columns] for columns in unique]


def _column_steps(
    name: str, before: Fact, after: Fact, renames: Mapping[str, str], done: AbstractSet[str]
) -> Iterator[Fact]:
    had = {c["name"]: c for c in before["columns"]}
    have = {c["name"]: c for c in after["columns"]}
    for new, old in renames.items():
        yield {"do": "rename_column", "table": name, "column": new, "was": old}
    for column in have.values():
        known = had.get(renames.get(column["name"], column["name"]))
        if column["name"] in done:
            continue
        if known is None:
            yield {"do": "add_column", "table": name, "column": column}
        elif column["nullable"] and not known["nullable"]:
            yield {"do": "make_optional", "table": name, "column": column}
    for column in had.values():
        if column["name"] not in {*have, *renames.values(), *done} and column["deprecated"]:
            yield {"do": "drop_column", "table": name, "column": column}


def losses(before: Fact, after: Fact, renames: Renames) -> Iterator[Loss]:
    """The changes that no step makes, since rows would be lost or would not fit.

    Args:
        renames: those still to be made.
    """
    for name, table in before["tables"].items():
        now = after["tables"].get(name)
        if now is None:
            about = table["name"]
            message = f'"{about}" is gone from the blueprint, and its rows are not'
            yield Loss(name, None, about, message, f"keep it, or drop its table {_own(about)}")
        else:
            yield from _lost_columns(name, table, now, renames.get(name, {}))
            yield from _unmet(name, table, now, renames.get(name, {}))


def _instead(before: Fact, after: Fact) -> str:
    """What does not lose anything where a type was changed."""
    while before["kind"] == after["kind"] == "list":
        before, after = before["of"], after["of"]
    if before["kind"] == after["kind"] == "value":
        return "make what is new optional or give it a default, write `deprecated: <reason>` on what is to go"
    return "leave it and add a field of another name"


def _own(about: str) -> str:
    """How one insists."""
    return f'in a migration of your own that says settles = ["{about}"]'


def _lost_columns(name: str, before: Fact, after: Fact, renames: Mapping[str, str]) -> Iterator[Loss]:
    """What the columns that are there hold and may not hold any more."""
    have = {c["name"]: c for c in after["columns"]}
    new_name = {old: new for new, old in renames.items()}
    for column in before["columns"]:
        now = have.get(new_name.get(column["name"], column["name"]))
        called = f"{before['name']}.{column['name']}"
        if now is None:
            if not column["deprecated"]:
                hint = f"write `deprecated: <reason>` on it first, or `was:` on its new name; or drop it {_own(called)}"
                yield Loss(name, None, called, f'"{called}" is gone from the blueprint, and its values are not', hint)
            continue
        about = f"{after['name']}.{now['name']}"
        if unlike := misfit(column["type"], now["type"]):
            hint = f"{_instead(column['type'], now['type'])}, or change the rows {_own(about)}"
            yield Loss(name, now["name"], about, f'"{called}" {unlike}', hint)
        if column["nullable"] and not now["nullable"]:
            hint = f"keep it optional, or fill the rows and forbid null {_own(about)}"
            yield Loss(name, now["name"], about, f'"{called}" is empty in some rows, and may not be any more', hint)


def _unmet(name: str, before: Fact, after: Fact, renames: Mapping[str, str]) -> Iterator[Loss]:
    """What is new and what the rows that are there may not meet."""
    had = {c["name"] for c in before["columns"]}
    for column in after["columns"]:
        if column["name"] not in had and column["name"] not in renames and not _fillable(column):
            about = f"{after['name']}.{column['name']}"
            default = "give it a default, " if column["type"]["kind"] in FILLABLE else ""
            hint = f"{default}make it optional, or add and fill it {_own(about)}"
            yield Loss(name, column["name"], about, f'"{about}" has no value in the rows there are', hint)
    for columns in after["unique"]:
        if columns not in before["unique"] and columns not in _carried(before["unique"], renames):
            about = f"{after['name']}.{columns[-1]}"
            message = f'"{after["name"]}" may have rows that are alike in "{", ".join(columns)}"'
            hint = f'add the constraint "uq_{name}_{"_".join(columns)}", once no two rows are alike, {_own(about)}'
            yield Loss(name, columns[-1], about, message, hint)


def _fillable(column: Fact) -> bool:
    if column["nullable"]:
        return True
    kind = column["type"]["kind"]
    return kind in FILLABLE and (column["has_default"] or kind == "list")
