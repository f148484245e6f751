"""Where values come from, as facts: sources, conversions, and what is given to whom."""

from __future__ import annotations

from collections.abc import Iterable

from svcforge.model.conversion import Change, Conversion
from svcforge.model.scope import EACH, Binding, Origin, Source, fields_of
from svcforge.model.types import Kind, Type
from svcforge.plan.types import Fact, Types


def source_fact(
    types: Types, source: Source, target: Type, name: str, home: str | None, *, called: bool = False
) -> Fact:
    """A source as a fact; `target`, `name` and `home` are of what it fills, `called` if that is a call's input."""
    steps = [step for step in source.path if step != EACH]
    asked = source.origin in (Origin.ANSWER, Origin.GIVEN, Origin.PART)
    here = types.type(source.type, steps[-1] if steps else name, source.home or types.own, called=asked)
    wanted = types.type(target.bare(), name, home, called=called)
    return {
        "from": source.origin.value,
        "of": source.name or None,
        "name": steps[0] if steps else None,
        "path": _path(source),
        "value": source.value,
        "type": here,
        "optional": source.type.optional,
        "convert": _convert(types, source.conversion, source, here, target, name, home, wanted),
    }


def _path(source: Source) -> list[Fact]:
    found: list[Fact] = []
    for step in source.path:
        if step != EACH:
            found.append({"name": step, "each": False})
        elif found:
            found[-1]["each"] = True
    return found


def _convert(
    types: Types,
    conversion: Conversion,
    source: Source,
    here: Fact,
    target: Type,
    name: str,
    home: str | None,
    wanted: Fact,
) -> Fact | None:
    if source.origin is Origin.LITERAL:
        return None
    if conversion.change is not Change.SAME:
        return _conversion(types, conversion, target, name, home) | {"type": wanted}
    inner = here["of"] if here["kind"] == "list" else here
    return _renamed(here, wanted) if inner["kind"] in ("enum", "list") else None


def _renamed(here: Fact, wanted: Fact) -> Fact | None:
    """Enumerations with the same words are two classes where their names differ."""
    if here["kind"] == "list" and wanted["kind"] == "list":
        inner = _renamed(here["of"], wanted["of"])
        return {"how": "each", "type": wanted, "fields": [], "of": inner} if inner else None
    both = here["kind"] == wanted["kind"] == "enum"
    same = (here["name"], here["module"]) == (wanted["name"], wanted["module"])
    return {"how": "word", "type": wanted, "fields": [], "of": None} if both and not same else None


def _conversion(types: Types, conversion: Conversion, target: Type, name: str, home: str | None) -> Fact:
    wanted = types.type(target.bare(), name, home)
    found: Fact = {"how": conversion.change.value, "type": wanted, "fields": [], "of": None}
    if conversion.of is not None and target.of is not None:
        found["of"] = _conversion(types, conversion.of, target.of, name, home)
    within = fields_of(types.blueprint, target, home) if target.kind is Kind.VALUE else None
    for field, inner in conversion.fields:
        type_ = (within or {})[field]
        same = inner.change is Change.SAME
        found["fields"].append(
            {
                "name": field,
                "optional": type_.optional,
                "convert": None if same else _conversion(types, inner, type_, field, home),
            }
        )
    return found


def gives(types: Types, bindings: Iterable[Binding], *, called: bool = False) -> list[Fact]:
    """What is filled: one entry for each binding that has a source; `called` if it is what a call is given."""
    return [give(types, binding, called=called) for binding in bindings if binding.source is not None]


def give(types: Types, binding: Binding, *, called: bool = False) -> Fact:
    """One filled input, field or column."""
    need = binding.need
    source = binding.source or Source(Origin.LITERAL)
    return {
        "name": need.name,
        "type": types.type(need.type.bare(), need.name, need.home, called=called),
        "optional": need.type.optional,
        "required": need.required,
        "source": source_fact(types, source, need.type, need.name, need.home, called=called),
    }
