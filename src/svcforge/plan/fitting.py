"""What rows hold by one type and another type does not take."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from svcforge.plan.types import Fact

WIDER = frozenset({("email", "text"), ("url", "text"), ("value", "json"), ("list", "json")})
"""Kinds of which the second takes all that a column of the first holds."""

MEASURED = frozenset({"text", "email", "url", "bytes", "list"})
"""Kinds of which a range is that of the length, which is at least zero."""


def misfit(before: Fact, after: Fact) -> str | None:
    """What of one type another does not take, as the end of a sentence; None where it takes it all.

    A value object is looked into where its fields are recorded, since it is stored as a document: a field that is
    optional, that has a default or that is a list may be missing in it.
    """
    one, other = before["kind"], after["kind"]
    if one == "enum" == other:
        gone = ", ".join(word for word in before["values"] if word not in after["values"])
        return f'is "{gone}" in some rows, and may not be any more' if gone else None
    if one != other and (one, other) not in WIDER:
        return f'was "{one}" and cannot become "{other}"'
    if _narrower(before, after):
        return f'was "{_written(before)}" and cannot become "{_written(after)}": some rows may be outside'
    if one == "list" == other:
        return misfit(before["of"], after["of"])
    if one == "value" == other and "fields" in before and "fields" in after:
        return next(_misfits(before, after), None)
    return None


def _misfits(before: Fact, after: Fact) -> Iterator[str]:
    """What of the fields of a value object does not fit those that it has now."""
    had = {field["name"]: field for field in before["fields"]}
    have = {field["name"]: field for field in after["fields"]}
    for name, field in had.items():
        now = have.get(name)
        if now is None:
            if not field["deprecated"]:
                yield f'has a "{name}" in its rows that "{after["name"]}" has no more'
        elif field["optional"] and not now["optional"]:
            yield f'has an empty "{name}" in some rows, and may not any more'
        elif found := misfit(field["type"], now["type"]):
            yield f'holds a "{name}" that {found}'
    for name, field in have.items():
        if name not in had and field["required"]:
            yield f'has no "{name}" in the rows there are'


def _narrower(before: Fact, after: Fact) -> bool:
    (low, high), (lowest, highest) = _range(before), _range(after)
    return lowest > low or highest < high


def _range(type_: Fact) -> tuple[Decimal, Decimal]:
    least = 0 if type_["kind"] in MEASURED else "-Infinity"
    low, high = type_.get("min"), type_.get("max")
    return Decimal(least if low is None else low), Decimal("Infinity" if high is None else high)


def _written(type_: Fact) -> str:
    """A type with its range, as the blueprint has it."""
    low, high = (type_.get(end) or "" for end in ("min", "max"))
    return f"{type_['kind']} {low}..{high}" if low or high else str(type_["kind"])
