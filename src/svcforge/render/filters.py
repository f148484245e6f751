"""Filters that print what Jinja's and Copier's print, sooner."""

from __future__ import annotations

from collections.abc import Callable
from json.encoder import encode_basestring, encode_basestring_ascii
from typing import Any

Filter = Callable[..., Any]


def without_waiting(found: Filter) -> Filter:
    """A filter without the wrapper that asks at every call whether templates are asynchronous: none is."""
    plain: Filter = getattr(found, "__wrapped__", found) if hasattr(found, "jinja_async_variant") else found
    return plain


def nice_json(to_nice_json: Filter) -> Filter:
    """`to_nice_json` of plain data; Python's own encoder in C knows no indentation, and the other one is slow."""

    def quick(value: Any, indent: int = 4, sort_keys: bool = True, **options: Any) -> Any:
        if type(indent) is int and options.keys() <= {"ensure_ascii"}:
            text = encode_basestring_ascii if options.get("ensure_ascii", True) else encode_basestring
            try:
                return _json(value, "\n", " " * indent, sort_keys, text)
            except _NotPlainError:
                pass
        return to_nice_json(value, indent, sort_keys, **options)

    return quick


class _NotPlainError(Exception):
    """There is something that JSON has no plain form for."""


def _json(value: Any, line: str, step: str, sort_keys: bool, text: Callable[[str], str]) -> str:
    """JSON over several lines; `line` begins a line at the level around the value."""
    kind = type(value)
    if kind is str:
        return text(value)
    if kind is dict:
        if not value:
            return "{}"
        if {*map(type, value)} != {str}:
            raise _NotPlainError
        inner = line + step
        items = sorted(value.items()) if sort_keys else value.items()
        body = f",{inner}".join([f"{text(key)}: {_json(item, inner, step, sort_keys, text)}" for key, item in items])
        return f"{{{inner}{body}{line}}}"
    if kind is list:
        if not value:
            return "[]"
        inner = line + step
        body = f",{inner}".join([_json(item, inner, step, sort_keys, text) for item in value])
        return f"[{inner}{body}{line}]"
    if kind is bool:
        return "true" if value else "false"
    if value is None:
        return "null"
    if kind is int:
        return str(value)
    raise _NotPlainError
