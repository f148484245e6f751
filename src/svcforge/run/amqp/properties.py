"""A message's properties as they came over the wire: read field by field, edited without touching the other fields.

Dead letters and redeliveries change one header; whatever types the publisher chose for the others stay as they were.
"""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Mapping

from pamqp import common, decode, encode

# Section 4.2.6.1 of AMQP 0-9-1: the fields in the order of their flags, from the highest bit down.
_FIELDS = {
    "content_type": "short",
    "content_encoding": "short",
    "headers": "table",
    "delivery_mode": "octet",
    "priority": "octet",
    "correlation_id": "short",
    "reply_to": "short",
    "expiration": "short",
    "message_id": "short",
    "timestamp": "timestamp",
    "type": "short",
    "user_id": "short",
    "app_id": "short",
    "cluster_id": "short",
}
_FIXED = {b"t": 1, b"b": 1, b"B": 1, b"s": 2, b"u": 2, b"I": 4, b"i": 4, b"l": 8, b"L": 8, b"f": 4, b"d": 8, b"D": 5}
_FIXED |= {b"T": 8, b"V": 0, b"\x00": 0}
_SIZED = (b"S", b"x", b"A", b"F")
_PERSISTENT = 2
_BASIC_CLASS = 60
_LEAD = struct.Struct(">HHQ")

RawTable = dict[str, bytes]
"""A field table with each value as it stands on the wire: a type letter and what follows."""


class Properties:
    """The properties in a content header frame.

    Args:
        fields: the raw bytes of each field that is there, by its name in AMQP.
    """

    __slots__ = ("_fields", "raw_headers")

    def __init__(self, fields: Mapping[str, bytes]) -> None:
        self._fields = fields
        self.raw_headers: Mapping[str, bytes] = raw_table(fields["headers"]) if "headers" in fields else {}
        """The headers as they stand on the wire."""

    @classmethod
    def read(cls, payload: bytes) -> Properties:
        """The properties in a content header's payload.

        Raises:
            ValueError: it is cut short, or a header has a type that AMQP does not know.
        """
        flags = int.from_bytes(payload[12:14], "big")
        fields: dict[str, bytes] = {}
        at = 14
        for bit, (name, kind) in zip(range(15, 1, -1), _FIELDS.items(), strict=True):
            if flags & (1 << bit):
                size = _size(kind, payload, at)
                fields[name] = payload[at : at + size]
                at += size
        if at != len(payload):
            raise ValueError("the content header is not as long as its properties")
        return cls(fields)

    def payload(self, body_size: int) -> bytes:
        """The content header's payload for a body of so many bytes."""
        flags = sum(1 << bit for bit, name in zip(range(15, 1, -1), _FIELDS, strict=True) if name in self._fields)
        lead = _LEAD.pack(_BASIC_CLASS, 0, body_size)
        return (
            lead + flags.to_bytes(2, "big") + b"".join(self._fields[name] for name in _FIELDS if name in self._fields)
        )

    def text(self, name: str) -> str | None:
        """A field of text (expiration, reply_to, user_id ...), or None when it is not there."""
        raw = self._fields.get(name)
        return None if raw is None else raw[1:].decode(errors="replace")

    @property
    def persistent(self) -> bool:
        """Whether the delivery mode is 2."""
        return self._fields.get("delivery_mode") == bytes((_PERSISTENT,))

    @property
    def priority(self) -> int:
        """The priority, 0 when none is given."""
        return self._fields.get("priority", b"\x00")[0]

    @property
    def headers(self) -> common.FieldTable:
        """The headers' values, without those that cannot be decoded."""
        values: common.FieldTable = {}
        for name, raw in self.raw_headers.items():
            with contextlib.suppress(ValueError):
                values[name] = decoded(raw)
        return values

    def with_headers(self, headers: Mapping[str, bytes]) -> Properties:
        """The same with other headers."""
        return Properties({**self._fields, "headers": encoded_table(headers)})

    def with_text(self, name: str, value: str) -> Properties:
        """The same with a field of text set."""
        return Properties({**self._fields, name: encode.short_string(value)})

    def without(self, name: str) -> Properties:
        """The same without a field."""
        return Properties({field: raw for field, raw in self._fields.items() if field != name})


def decoded(raw: bytes) -> common.FieldValue:
    """A raw value as pamqp reads it.

    Raises:
        ValueError: it is broken within, nested too deep, or Python cannot hold it (a timestamp beyond the year 9999).
    """
    try:
        return decode.embedded_value(raw)[1]
    except (OverflowError, OSError, RecursionError) as error:
        raise ValueError(str(error)) from error


def raw_table(table: bytes) -> RawTable:
    """A field table, its length included, as raw values by name.

    Raises:
        ValueError: it is cut short, or has a type that AMQP does not know.
    """
    values: RawTable = {}
    at, end = 4, len(table)
    while at < end:
        name_end = at + 1 + table[at]
        size = 1 + _value_size(table, name_end)
        if name_end + size > end:
            raise ValueError("a field table is cut short")
        values[table[at + 1 : name_end].decode(errors="replace")] = table[name_end : name_end + size]
        at = name_end + size
    return values


def raw_array(value: bytes) -> list[bytes]:
    """The raw values in a raw array value (letter `A`).

    Raises:
        ValueError: it is cut short, or has a type that AMQP does not know.
    """
    values: list[bytes] = []
    at = 5
    while at < len(value):
        size = 1 + _value_size(value, at)
        if at + size > len(value):
            raise ValueError("an array is cut short")
        values.append(value[at : at + size])
        at += size
    return values


def encoded_table(values: Mapping[str, bytes]) -> bytes:
    """A field table, its length included."""
    content = b"".join(encode.short_string(name) + raw for name, raw in values.items())
    return _sized(content)


def encoded_array(values: list[bytes]) -> bytes:
    """A raw array value of raw values."""
    return b"A" + _sized(b"".join(values))


def long_text(value: str) -> bytes:
    """A raw value of text."""
    return b"S" + _sized(value.encode())


def long_integer(value: int) -> bytes:
    """A raw value of a signed 64-bit number."""
    return b"l" + struct.pack(">q", value)


def _sized(content: bytes) -> bytes:
    return len(content).to_bytes(4, "big") + content


def _value_size(data: bytes, at: int) -> int:
    """How many bytes follow the type letter at a place."""
    letter = data[at : at + 1]
    if letter in _SIZED:
        return 4 + int.from_bytes(data[at + 1 : at + 5], "big")
    if letter not in _FIXED:
        raise ValueError(f"a field table has a value of the unknown type {letter!r}")
    return _FIXED[letter]


def _size(kind: str, payload: bytes, at: int) -> int:
    if at >= len(payload):
        raise ValueError("the content header is cut short")
    if kind == "short":
        return 1 + payload[at]
    if kind == "table":
        return 4 + int.from_bytes(payload[at : at + 4], "big")
    return 1 if kind == "octet" else 8
