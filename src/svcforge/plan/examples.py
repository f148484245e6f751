"""Example values of types as facts: always the same, within the bounds, for generated tests and documents."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from svcforge.plan.types import Fact

SIMPLE = {
    "bool": True,
    "date": "2030-01-31",
    "datetime": "2030-01-31T12:00:00Z",
    "duration": "15m",
    "json": {"key": "value"},
}
Fields = Mapping[str, list[Fact]]
"""Fields of value objects, entities' views and records by name."""


def example(type_: Fact, name: str, shapes: Fields, depth: int = 0) -> Any:
    """A value of a type; `name` is its field's, of which text and ids are made."""
    kind = type_["kind"]
    if kind in SIMPLE:
        return SIMPLE[kind]
    match kind:
        case "uuid":
            return uuid_of(name)
        case "enum":
            return type_["values"][0]
        case "int" | "float" | "decimal":
            return _number(type_)
        case "text" | "email" | "url" | "bytes":
            return _text(type_, name)
        case "list":
            few = int(type_["min"] or 1) or 1
            few = min(few, int(type_["max"])) if type_["max"] is not None else few
            return [example(type_["of"], name, shapes, depth + 1)] * few if depth < 4 else []
        case "page":
            return {"items": [example(type_["of"], name, shapes, depth + 1)], "next": None}
        case "none":
            return None
    return of_fields(shapes.get(type_["name"], []), shapes, depth + 1) if depth < 6 else {}


def of_fields(fields: Iterable[Fact], shapes: Fields, depth: int = 0) -> dict[str, Any]:
    """An object with a value for every field; what is deprecated is null, and what may be missing once it is deep."""
    return {
        f["name"]: None
        if f["optional"] and (f["deprecated"] or depth > 3)
        else example(f["type"], f["name"], shapes, depth)
        for f in fields
    }


@lru_cache(4096)
def uuid_of(name: str) -> str:
    """A version 4 uuid that is always the same for a name."""
    digits = hashlib.sha256(name.encode()).hexdigest()
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-8{digits[17:20]}-{digits[20:32]}"


def wrong(type_: Fact) -> Any:
    """A value that is none of the type, or NO_VALUE where everything is one."""
    match type_["kind"]:
        case "text" | "json":
            if type_["max"] is not None:
                return "x" * (int(Decimal(type_["max"])) + 1)
            return NO_VALUE
        case "int" if type_["max"] is not None:
            return int(Decimal(type_["max"])) + 1
        case "int" if type_["min"] is not None:
            return int(Decimal(type_["min"])) - 1
        case "decimal" if type_["min"] is not None:
            return str(Decimal(type_["min"]) - 1)
        case "value" | "entity" | "record":
            return NO_VALUE
        case "list":
            return "no list"
    return "not a value"


NO_VALUE = object()


def _number(type_: Fact) -> Any:
    low = Decimal(type_["min"]) if type_["min"] is not None else None
    high = Decimal(type_["max"]) if type_["max"] is not None else None
    number = Decimal(3) if type_["kind"] == "int" else Decimal("12.50")
    if low is not None and number < low:
        number = low
    if high is not None and number > high:
        number = high
    match type_["kind"]:
        case "int":
            return int(number)
        case "float":
            return float(number)
    return str(number)


def _text(type_: Fact, name: str) -> str:
    low = int(Decimal(type_["min"])) if type_["min"] is not None else 0
    high = int(Decimal(type_["max"])) if type_["max"] is not None else max(low, 200)
    words = f"a {name.replace('_', ' ')}"
    match type_["kind"]:
        case "email":
            words = "ada@example.com"
        case "url":
            words = "https://example.com/"
        case "bytes":
            return "aGVsbG8="
    return words.ljust(low, "x")[: max(high, low)]
