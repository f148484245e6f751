"""What becomes of a value on its way from where it stands to where it is needed."""

from __future__ import annotations

from enum import StrEnum

from svcforge.frozen import frozen
from svcforge.model.blueprint import Blueprint
from svcforge.model.types import Kind, Type


class Change(StrEnum):
    """What becomes of a value on its way."""

    SAME = "same"
    PARSE = "parse"
    """Text from a token, a path or a query is read as what is asked for."""
    WORD = "word"
    """An enumeration's word becomes text, or a word of another enumeration."""
    DECIMAL = "decimal"
    JSON = "json"
    RESHAPE = "reshape"
    """A value object becomes another one, field by field."""
    EACH = "each"
    """A list's elements change, one by one."""


@frozen()
class Conversion:
    """How a value becomes one of the type asked for; `fields` of a reshaped object, `of` a list's elements."""

    change: Change = Change.SAME
    fields: tuple[tuple[str, Conversion], ...] = ()
    of: Conversion | None = None


SAME = Conversion()


def conversion(blueprint: Blueprint, source: Type, target: Type, home: str | None, asked_by: str | None) -> Conversion:
    """How a value that fits becomes one of the target's type; the two homes say whose value objects are meant."""
    if source.kind is Kind.LIST and source.of and target.of:
        inner = conversion(blueprint, source.of, target.of, home, asked_by)
        return SAME if inner is SAME else Conversion(Change.EACH, of=inner)
    if source.kind is Kind.ENUM:
        same = target.kind is Kind.ENUM and source.choices == target.choices and home == asked_by
        return SAME if same else Conversion(Change.WORD)
    if target.kind is Kind.SCALAR and source.kind in (Kind.VALUE, Kind.ENTITY):
        return Conversion(Change.JSON)
    if source.kind is Kind.SCALAR:
        widened = source.name == "int" and target.kind is Kind.SCALAR and target.name == "decimal"
        return Conversion(Change.DECIMAL) if widened else SAME
    if source.kind is Kind.VALUE and not _one_value(blueprint, source.name, target.name, home, asked_by):
        have, want = blueprint.shapes(home)[source.name], blueprint.shapes(asked_by)[target.name]
        parts = ((n, conversion(blueprint, have[n], t, home, asked_by)) for n, t in want.items() if n in have)
        return Conversion(Change.RESHAPE, tuple(parts))
    return SAME


def _one_value(blueprint: Blueprint, name: str, other: str, home: str | None, asked_by: str | None) -> bool:
    """Whether two names mean the same value object of one service: each service has classes of its own, of shared ones too."""
    first, second = blueprint.value(home, name), blueprint.value(asked_by, other)
    return first is None or second is None or (first is second and home == asked_by)
