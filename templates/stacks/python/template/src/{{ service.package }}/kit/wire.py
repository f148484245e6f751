"""Types as they look on the wire."""

import base64
import re
from collections.abc import Collection
from datetime import UTC, date, timedelta
from typing import Annotated, Any, TypeVar

from pydantic import (
    AfterValidator,
    AliasChoices,
    AliasGenerator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    TypeAdapter,
    WithJsonSchema,
)

T = TypeVar("T")
ABSENT: Any = None  # what is left out of a body, and may not be null
UNITS = {"d": 86_400_000, "h": 3_600_000, "m": 60_000, "s": 1_000, "ms": 1}


def sent(name: str) -> str:
    """A field's name on the wire: `key_` is `key` there, where it meets no other name of this code."""
    return name.removesuffix("_")


def _read(name: str) -> str | AliasChoices:
    return AliasChoices(name, sent(name)) if name.endswith("_") else name


aliases = AliasGenerator(validation_alias=_read, serialization_alias=sent)


class Model(BaseModel):
    """A value object, an input or an answer."""

    model_config = ConfigDict(
        alias_generator=aliases,
        serialize_by_alias=True,
        protected_namespaces=(),
        from_attributes=True,
    )


def _read_duration(value: object) -> object:
    if not isinstance(value, str):
        return value
    if not (match := re.fullmatch(r"(\d+)(d|h|ms|m|s)", value)):
        raise ValueError("write a duration as 20ms, 3s, 15m, 2h or 7d")
    return timedelta(milliseconds=int(match[1]) * UNITS[match[2]])


def _write_duration(value: timedelta) -> str:
    total = value // timedelta(milliseconds=1)
    return next(f"{total // size}{unit}" for unit, size in UNITS.items() if total % size == 0)


def _read_bytes(value: object) -> object:
    return base64.b64decode(value, validate=True) if isinstance(value, str) else value


def _write_bytes(value: bytes) -> str:
    return base64.b64encode(value).decode()


Int = Annotated[int, Field(ge=-(2**63), le=2**63 - 1)]
Date = date  # a field may be called date
DateTime = Annotated[AwareDatetime, AfterValidator(lambda value: value.astimezone(UTC))]
Duration = Annotated[
    timedelta,
    BeforeValidator(_read_duration),
    PlainSerializer(_write_duration, str),
    WithJsonSchema({"type": "string", "pattern": "^[0-9]+(ms|s|m|h|d)$"}),
]
Bytes = Annotated[
    bytes,
    BeforeValidator(_read_bytes),
    PlainSerializer(_write_bytes, str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "byte"}),
]
Email = Annotated[str, Field(pattern=r"^[^@\s]+@[^@\s]+\.[^@\s]+$", max_length=254)]
Url = Annotated[str, Field(pattern=r"^https?://\S+$", max_length=2000)]


def fill(row: object, given: BaseModel, without: Collection[str] = ()) -> None:
    """Set the fields that were given, as opposed to left to their defaults."""
    for name in given.model_fields_set.difference(without):
        setattr(row, name, getattr(given, name))


def present(**values: Any) -> dict[str, Any]:
    """The values that there are: what is left out is not sent."""
    return {name: value for name, value in values.items() if value is not None}


def fitted(kind: type[T], value: Any) -> T:
    """`value` as what is asked for: a value object by its fields, text read, a list element by element."""
    return TypeAdapter(kind).validate_python(value, from_attributes=True)
