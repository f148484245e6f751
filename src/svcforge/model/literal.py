"""A literal of the blueprint as a value of the type that its place asks for (`set`, a default, a fallback, an argument)."""

from __future__ import annotations

import base64
import datetime
import math
import re
import uuid
from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

from svcforge.model.types import NUMBERS, Kind, Shapes, Type
from svcforge.source.tree import Quoted

_DURATION = re.compile(r"\d{1,12}(ms|s|m|h|d)")
_INT = re.compile(r"[-+]?\d{1,19}")


class Misfit(ValueError):
    """A literal that is no value of its place's type; the message says of which."""


def typed(value: Any, type_: Type, shapes: Shapes) -> Any:
    """The literal as JSON data: an int, float or bool as such, a decimal, date, duration or id as text.

    Args:
        value: text as written, a list or a mapping of such.
        shapes: the value objects that the type's names mean.

    Raises:
        Misfit: it is none of that type, or outside its range.
    """
    if value is None or (type_.optional and value in ("null", "~") and not isinstance(value, Quoted)):
        if type_.optional:
            return None
        raise Misfit(f"null is no {type_}")
    if type_.kind is Kind.LIST:
        items = _items(value, type_)
        _bounded(Decimal(len(items)), type_, value)
        return [typed(item, type_.of, shapes) for item in items] if type_.of else items
    if type_.kind is Kind.SCALAR and type_.name == "json":
        return plain(value)
    if type_.kind is Kind.VALUE:
        return _object(value, type_, shapes)
    if isinstance(value, Mapping | list):
        raise Misfit(f"a {'list' if isinstance(value, list) else 'mapping'} is no {type_}")
    text = {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)
    if type_.kind is Kind.ENUM:
        if text not in type_.choices:
            raise Misfit(f'"{text}" is none of {", ".join(type_.choices)}')
        return text
    if type_.kind is not Kind.SCALAR:
        return text
    try:
        found = _scalar(text, type_.name)
    except (ValueError, InvalidOperation):
        raise Misfit(f'"{text}" is no {type_.name}') from None
    _bounded(Decimal(text) if type_.name in NUMBERS else Decimal(len(text)), type_, text)
    return found


def _scalar(text: str, name: str) -> Any:
    match name:
        case "int":
            if not _INT.fullmatch(text) or not -(2**63) <= int(text) < 2**63:
                raise ValueError(text)
            return int(text)
        case "float" | "decimal":
            number = Decimal(text)
            if not number.is_finite() or (name == "float" and not math.isfinite(float(number))):
                raise ValueError(text)
            return float(number) if name == "float" else text
        case "bool":
            return {"true": True, "false": False}[text] if text in ("true", "false") else _refuse(text)
        case "uuid":
            return str(uuid.UUID(text))
        case "date":
            return datetime.date.fromisoformat(text).isoformat()
        case "datetime":
            moment = datetime.datetime.fromisoformat(text)
            zoned = moment if moment.tzinfo else moment.replace(tzinfo=datetime.UTC)
            return zoned.astimezone(datetime.UTC).isoformat().replace("+00:00", "Z")
        case "duration":
            return text if _DURATION.fullmatch(text) else _refuse(text)
        case "email":
            return text if re.fullmatch(r"[^@\s]+@[^@\s]+", text) else _refuse(text)
        case "url":
            return text if re.match(r"[a-z][a-z0-9+.-]*:", text, re.IGNORECASE) else _refuse(text)
        case "bytes":
            base64.b64decode(text, validate=True)
    return text


def _refuse(text: str) -> str:
    raise ValueError(text)


def _bounded(number: Decimal, type_: Type, text: Any) -> None:
    if (type_.low is not None and number < type_.low) or (type_.high is not None and number > type_.high):
        low, high = ("" if bound is None else str(bound) for bound in (type_.low, type_.high))
        raise Misfit(f'"{text}" is outside {low}..{high}')


def _items(value: Any, type_: Type) -> list[Any]:
    if isinstance(value, list):
        return value
    if value == "[]":
        return []
    raise Misfit(f'"{value}" is no {type_}')


def _object(value: Any, type_: Type, shapes: Shapes) -> dict[str, Any]:
    fields = shapes.get(type_.name)
    if not isinstance(value, Mapping) or fields is None:
        raise Misfit(f'"{value}" is no {type_.name}')
    unknown = next((name for name in value if name not in fields), None)
    if unknown is not None:
        raise Misfit(f'"{unknown}" is no field of {type_.name}')
    missing = next((name for name, field in fields.items() if field.required and name not in value), None)
    if missing is not None:
        raise Misfit(f'"{missing}" of {type_.name} is missing')
    given = {name: typed(value[name], field, shapes) for name, field in fields.items() if name in value}
    defaults = {n: typed(f.default, f, shapes) for n, f in fields.items() if n not in value and f.default is not None}
    return given | defaults


def plain(value: Any) -> Any:
    """A literal whose place gives it no type: scalars that stand unquoted are what they look like in YAML 1.2's core schema."""
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if not isinstance(value, str) or isinstance(value, Quoted):
        return str(value) if isinstance(value, str) else value
    if value in ("null", "~", ""):
        return None
    if value in ("true", "false"):
        return value == "true"
    if re.fullmatch(r"-?(0|[1-9]\d{0,18})", value):
        return int(value)
    if re.fullmatch(r"-?(0|[1-9]\d*)\.\d+([eE][-+]?\d+)?", value):
        return float(value)
    return value
