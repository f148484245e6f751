"""The types of the language: scalars, enumerations, value objects, references and lists (blueprint.md, "Types")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from enum import StrEnum
from typing import Any

from svcforge.frozen import frozen

SCALARS = (
    "text", "int", "float", "decimal", "bool", "uuid", "date", "datetime", "duration", "email", "url", "json", "bytes",
)  # fmt: skip
"""The scalar types."""

NUMBERS = ("int", "float", "decimal")
"""The scalars whose range bounds a value; with text, json, bytes and lists it bounds a length."""


class Kind(StrEnum):
    """What a type is made of."""

    SCALAR = "scalar"
    ENUM = "enum"
    VALUE = "value"
    REF = "ref"
    LIST = "list"
    ENTITY = "entity"


@frozen()
class Type:
    """A type with its modifiers, its range and its default.

    `name` is the scalar's, the value object's or the entity's; `service` the one that a `ref` or an entity
    names (None is the own one); `choices` an enumeration's words; `of` a list's element.
    `default` is text as written; None is no default.
    """

    kind: Kind
    name: str = ""
    service: str | None = None
    choices: tuple[str, ...] = ()
    of: Type | None = None
    optional: bool = False
    unique: bool = False
    unique_per: str | None = None
    low: Decimal | None = None
    high: Decimal | None = None
    default: str | None = None
    secret: bool = False

    @property
    def required(self) -> bool:
        """Whether a value has to be given: no default, not optional, not a list (which is empty)."""
        return self.default is None and not self.optional and self.kind is not Kind.LIST

    def bare(self) -> Type:
        """The type without modifiers and default: what a value of it looks like."""
        if not (self.optional or self.unique or self.unique_per or self.default is not None):
            return self
        return replace(self, optional=False, unique=False, unique_per=None, default=None)

    def __str__(self) -> str:
        match self.kind:
            case Kind.LIST:
                return f"[{self.of}]"
            case Kind.ENUM:
                word = " | ".join(self.choices)
            case Kind.REF:
                word = f"ref {self.service}.{self.name}" if self.service else f"ref {self.name}"
            case _:
                word = self.name
        if self.optional:
            word = f"optional {word}"
        return word


def written(type_: Type) -> str | list[Any]:
    """The type as the language writes it, with its modifiers, range and default; a list is a list of one."""
    bounded = type_.low is not None or type_.high is not None
    span = f" {'' if type_.low is None else type_.low}..{'' if type_.high is None else type_.high}" if bounded else ""
    if type_.kind is Kind.LIST:
        return f"{type_}{span}" if bounded or type_.of is None else [written(type_.of)]
    words = ["secret"] if type_.secret else []
    words += ["optional"] if type_.optional else []
    words += [f"unique per {type_.unique_per}" if type_.unique_per else "unique"] if type_.unique else []
    default = f" = {type_.default}" if type_.default is not None else ""
    return " ".join([*words, str(replace(type_, optional=False))]) + span + default


TEXT = Type(Kind.SCALAR, "text")
UUID = Type(Kind.SCALAR, "uuid")
INT = Type(Kind.SCALAR, "int")
DATETIME = Type(Kind.SCALAR, "datetime")


def listed(of: Type) -> Type:
    """A list of the type."""
    return Type(Kind.LIST, of=of)


Shapes = Mapping[str, Mapping[str, Type]]
"""The fields of value objects by name, for comparing two of them."""


def fits(
    source: Type,
    target: Type,
    sources: Shapes,
    targets: Shapes,
    *,
    textual: bool = False,
    within: frozenset[tuple[str, str]] = frozenset(),
) -> bool:
    """Whether a value of one type may be given where another is asked for.

    Rules of blueprint.md, "Where values come from": equal types; `uuid` and `ref` both ways; an enumeration
    fits text and one that has all its values; int fits decimal; a value object fits one whose fields it has;
    lists element by element; `textual` values (token, path, query) are read as what is asked for;
    optional fits only what is optional or has a default.

    Args:
        sources: the value objects that the source type's names mean.
        targets: the value objects that the target type's names mean.
        within: pairs of value objects being compared: one that holds itself fits only itself.
    """
    if source.optional and not (target.optional or target.default is not None):
        return False
    if textual:
        return target.kind in (Kind.SCALAR, Kind.ENUM, Kind.REF)
    if source.kind is Kind.LIST or target.kind is Kind.LIST:
        if source.of is None or target.of is None:
            return False
        return fits(source.of, target.of, sources, targets, within=within)
    if _is_id(source) and _is_id(target):
        return True
    match source.kind, target.kind:
        case Kind.SCALAR, Kind.SCALAR:
            return source.name == target.name or (source.name, target.name) in _WIDER
        case Kind.ENUM, Kind.SCALAR:
            return target.name == "text"
        case Kind.ENUM, Kind.ENUM:
            return set(source.choices) <= set(target.choices)
        case Kind.VALUE, Kind.VALUE:
            return _object_fits(source, target, sources, targets, within)
        case Kind.VALUE | Kind.ENTITY, Kind.SCALAR:
            return target.name == "json"
        case Kind.ENTITY, Kind.ENTITY:
            return source.name == target.name and source.service == target.service
    return False


def _object_fits(
    source: Type, target: Type, sources: Shapes, targets: Shapes, within: frozenset[tuple[str, str]]
) -> bool:
    """Whether one value object has every field that another asks for."""
    have, want = sources.get(source.name), targets.get(target.name)
    if have is None or want is None or have is want:
        return source.name == target.name
    pair = (source.name, target.name)
    return pair not in within and all(
        fits(have[name], type_, sources, targets, within=within | {pair}) if name in have else not type_.required
        for name, type_ in want.items()
    )


_WIDER = {("int", "decimal"), ("email", "text"), ("url", "text")}


def _is_id(type_: Type) -> bool:
    return type_.kind is Kind.REF or (type_.kind is Kind.SCALAR and type_.name == "uuid")
