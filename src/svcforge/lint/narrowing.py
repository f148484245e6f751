"""Two versions of a type: whether what was given may still be given, and what was answered is still answered."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import Enum

from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Field
from svcforge.model.types import Kind, Type, fits
from svcforge.source.finding import Path


class Way(Enum):
    """Who gives a value to whom: callers to the new version, the new version to callers, or both (an event)."""

    GIVEN = "given"
    ANSWERED = "answered"
    KEPT = "kept"
    """An event is read by those who knew the old one, and is still under way when its new readers begin."""


@dataclass(frozen=True, slots=True)
class Side:
    """One version of a blueprint, and the service whose value objects a type means."""

    blueprint: Blueprint
    home: str

    def fields(self, type_: Type) -> tuple[Field, ...] | None:
        """The fields of a value object; None when it is not declared."""
        value = self.blueprint.value(self.home, type_.name)
        return value.fields if value else None


@dataclass(frozen=True, slots=True)
class Difference:
    """A change that breaks: the field's name, what it is now and was, and its places; None where there is none."""

    name: str
    what: str
    was: str
    before: Path | None
    after: Path | None


@dataclass(frozen=True, slots=True)
class Slot:
    """A field as it is compared: an input, a field of an answer, of an event or of a value object."""

    name: str
    type: Type
    path: Path
    required: bool
    was: str | None = None


def slot(field: Field) -> Slot:
    """A declared field."""
    return Slot(field.name, field.type, field.path, field.type.required, field.was)


def differences(
    old: Iterable[Slot], new: Iterable[Slot], sides: tuple[Side, Side], way: Way, within: frozenset[str] = frozenset()
) -> Iterator[Difference]:
    """What breaks between two versions of some fields, in the order of the old ones, then what is newly asked for.

    Args:
        sides: the old version and the new one.
        within: the value objects that are being compared.
    """
    after = {one.name: one for one in new}
    renamed = {one.was: one for one in after.values() if one.was}
    known: set[str] = set()
    for one in old:
        other = after.get(one.name)
        if other is None and (other := renamed.get(one.name)) is not None:
            yield Difference(one.name, f'is called "{other.name}" now', f'it is "{one.name}"', one.path, other.path)
        elif other is None:
            yield Difference(one.name, "is gone", "it stands", one.path, None)
        else:
            yield from _field(one, other, sides, way, within)
        if other is not None:
            known.add(other.name)
    for other in after.values():
        if other.name not in known and other.required and way is not Way.ANSWERED:
            yield Difference(other.name, "is new and required", f'there is no "{other.name}"', None, other.path)


def _field(old: Slot, new: Slot, sides: tuple[Side, Side], way: Way, within: frozenset[str]) -> Iterator[Difference]:
    def said(what: str, was: str) -> Difference:
        return Difference(old.name, what, was, old.path, new.path)

    if way is not Way.ANSWERED and new.required and not old.required:
        yield said("is required now", "it may be left out")
    if way is not Way.GIVEN and new.type.optional and not old.type.optional:
        yield said("may be empty now", "it always has a value")
    values = _value_names(old.type, new.type)
    if values is not None and not values & within:
        before, after = (side.fields(_inner(type_)) for side, type_ in zip(sides, (old.type, new.type), strict=True))
        if before is not None and after is not None:
            yield from differences(map(slot, before), map(slot, after), sides, way, within | values)
    elif values is None and not _fits(old.type, new.type, way):
        yield said(f'is "{written(new.type)}" now', f'it is "{written(old.type)}"')


def _inner(type_: Type) -> Type:
    while type_.kind is Kind.LIST and type_.of is not None:
        type_ = type_.of
    return type_


def _value_names(old: Type, new: Type) -> frozenset[str] | None:
    """The value objects of two types that have the same form but for what is in them; None for anything else."""
    while old.kind is new.kind is Kind.LIST and old.of and new.of and _range_fits(old, new):
        old, new = old.of, new.of
    return frozenset((old.name, new.name)) if old.kind is new.kind is Kind.VALUE else None


def _fits(old: Type, new: Type, way: Way) -> bool:
    """Whether the new type takes what the old one took, and answers what the old one answered."""
    if old.bare() == new.bare():
        return True
    if old.of and new.of:
        ranges = way is Way.ANSWERED or _range_fits(old, new)
        return ranges and _fits(old.of, new.of, way)
    taken = _takes(old, new) and _range_fits(old, new)
    return (taken or way is Way.ANSWERED) and (way is Way.GIVEN or _reads(old, new))


def _takes(old: Type, new: Type) -> bool:
    return fits(old.bare(), new.bare(), {}, {})


def _reads(old: Type, new: Type) -> bool:
    """Whether readers of the old type can read the new one; that an enumeration gains a word they have to bear."""
    if old.kind is new.kind is Kind.ENUM:
        return True
    if old.kind is new.kind is Kind.SCALAR and "decimal" in (old.name, new.name):
        return old.name == new.name  # a text on the wire, where other numbers are none
    return fits(new.bare(), old.bare(), {}, {})


def _range_fits(old: Type, new: Type) -> bool:
    low = new.low is None or (old.low is not None and old.low >= new.low)
    return low and (new.high is None or (old.high is not None and old.high <= new.high))


def written(type_: Type) -> str:
    """A type as the language writes it, with its range."""
    word = f"[{written(type_.of)}]" if type_.of else str(type_)
    if type_.low is None and type_.high is None:
        return word
    low, high = ("" if bound is None else str(bound) for bound in (type_.low, type_.high))
    return f"{word} {low}..{high}"
