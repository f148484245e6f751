"""From one model of a database to the next: additive steps, and what would lose data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from svcforge.plan.types import Fact

Renames = Mapping[str, Mapping[str, str]]
"""By table: what a column is called now -> what it was called."""

STORED_ALIKE = (frozenset({"text", "email", "url"}), frozenset({"list", "value", "json", "entity"}))
"""Kinds that one column holds alike."""

FILLABLE = frozenset({"text", "email", "url", "enum", "int", "float", "decimal", "bool", "list"})
"""Kinds of which a default can be written into the rows that are there."""


class Loss(NamedTuple):
    """A change that would lose data or fail on rows that are there: what it is about, and what to do instead."""

    table: str
    column: str | None
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


def steps(before: Fact, after: Fact, renames: Renames) -> Iterator[Fact]:
    """What a migration has to do, in order; nothing that loses data."""
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
            yield from _table_steps(name, known, table, renames.get(name, {}))


def _table_steps(name: str, before: Fact, after: Fact, renames: Mapping[str, str]) -> Iterator[Fact]:
    had = {c["name"]: c for c in before["columns"]}
    have = {c["name"]: c for c in after["columns"]}
    for new, old in renames.items():
        yield {"do": "rename_column", "table": name, "column": new, "was": old}
    for column in have.values():
        known = had.get(renames.get(column["name"], column["name"]))
        if known is None:
            yield {"do": "add_column", "table": name, "column": column}
        elif column["nullable"] and not known["nullable"]:
            yield {"do": "make_optional", "table": name, "column": column}
    for column in had.values():
        if column["name"] not in have and column["name"] not in renames.values() and column["deprecated"]:
            yield {"do": "drop_column", "table": name, "column": column}
    for columns in after["indexes"]:
        if columns not in before["indexes"]:
            yield {"do": "create_index", "table": name, "columns": columns}
    for columns in before["indexes"]:
        if columns not in after["indexes"] and set(columns) <= set(have):
            yield {"do": "drop_index", "table": name, "columns": columns}
    for columns in before["unique"]:
        if columns not in after["unique"]:
            yield {"do": "drop_unique", "table": name, "columns": columns}


def losses(before: Fact, after: Fact, renames: Renames) -> Iterator[Loss]:
    """The changes that no step makes, since rows would be lost or would not fit.

    Args:
        renames: those still to be made.
    """
    for name, table in before["tables"].items():
        now = after["tables"].get(name)
        if now is None:
            yield Loss(
                name, None, f'"{table["name"]}" is gone from the blueprint, and its rows are not',
                "keep it, or drop its table in a migration of your own and take it out of migrations/schema.json",
            )  # fmt: skip
        else:
            yield from _table_losses(name, table, now, renames.get(name, {}))


def _table_losses(name: str, before: Fact, after: Fact, renames: Mapping[str, str]) -> Iterator[Loss]:
    had = {c["name"]: c for c in before["columns"]}
    have = {c["name"]: c for c in after["columns"]}
    new_name = {old: new for new, old in renames.items()}
    for column in had.values():
        now = have.get(new_name.get(column["name"], column["name"]))
        called = f'"{before["name"]}.{column["name"]}"'
        if now is None:
            if not column["deprecated"]:
                hint = "write `deprecated: <reason>` on it first, or `was:` on its new name"
                yield Loss(name, None, f"{called} is gone from the blueprint, and its values are not", hint)
        elif not _alike(column["type"], now["type"]):
            hint = "add a field of another name, and deprecate this one"
            message = f'{called} was "{column["type"]["kind"]}" and cannot become "{now["type"]["kind"]}"'
            yield Loss(name, now["name"], message, hint)
        elif column["nullable"] and not now["nullable"]:
            hint = "keep it optional, or fill the rows in a migration of your own first"
            yield Loss(name, now["name"], f"{called} is empty in some rows, and may not be any more", hint)
    for column in have.values():
        if column["name"] not in had and column["name"] not in renames and not _fillable(column):
            hint = "give it a default, or make it optional"
            yield Loss(
                name, column["name"], f'"{after["name"]}.{column["name"]}" has no value in the rows there are', hint
            )
    for columns in after["unique"]:
        if columns not in before["unique"]:
            hint = "add the constraint in a migration of your own, once no two rows are alike"
            message = f'"{after["name"]}" may have rows that are alike in "{", ".join(columns)}"'
            yield Loss(name, columns[-1], message, hint)


def _alike(before: Fact, after: Fact) -> bool:
    one, other = before["kind"], after["kind"]
    if one == "enum" == other:
        return set(before["values"]) <= set(after["values"])
    return one == other or any({one, other} <= group for group in STORED_ALIKE)


def _fillable(column: Fact) -> bool:
    if column["nullable"]:
        return True
    kind = column["type"]["kind"]
    return kind in FILLABLE and (column["has_default"] or kind == "list")
