"""Values of templates: YAML as Go would hold it, what is true, how a value is printed, and YAML again."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from svcforge.adopt.looking import NULLS, TRUE
from svcforge.source.tree import Mapping, Quoted, Sequence

UNKNOWN = "unknown-to-svcforge"
"""What stands in a text for what is not known."""
LARGEST = 4_000_000
"""Characters of a text that a template makes."""
MOST = 100_000
"""Items of a list."""
DEEPEST = 60
_BITS = 1 << 63
_INTEGER = re.compile(r"[-+]?(0|[1-9]\d{0,17})")
_FLOAT = re.compile(r"[-+]?(\d{1,17}\.\d{0,17}|\.\d{1,17}|\d{1,17}(\.\d{0,17})?[eE][-+]?\d{1,2})")
_TRUE = (*TRUE, "y", "Y")
_FALSE = ("false", "False", "FALSE", "no", "No", "NO", "off", "Off", "OFF", "n", "N")
_PLAIN = re.compile(r"[A-Za-z/][A-Za-z0-9_./@-]*(?: [A-Za-z0-9_./@-]+)*")


class Unrendered(Exception):
    """What cannot be rendered here, and why."""


class Unknown:
    """A value that only Helm knows, or nobody; `why` is for people."""

    def __init__(self, why: str) -> None:
        self.why = why


def plain(node: Any, done: dict[int, Any] | None = None) -> Any:
    """A tree of texts with the types that YAML gives them; what stands for one anchor stays one object."""
    done = {} if done is None else done
    if isinstance(node, Mapping | Sequence):
        if id(node) not in done:
            made: Any = {} if isinstance(node, Mapping) else []
            done[id(node)] = made
            if isinstance(node, Mapping):
                made.update({key: plain(value, done) for key, value in node.items()})
            else:
                made.extend(plain(value, done) for value in node)
        return done[id(node)]
    return str(node) if isinstance(node, Quoted) else scalar(str(node))


def scalar(text: str) -> Any:
    """What a word without quotes is."""
    if text in NULLS:
        return None
    if text in _TRUE or text in _FALSE:
        return text in _TRUE
    if _INTEGER.fullmatch(text):
        return int(text)
    return float(text) if _FLOAT.fullmatch(text) else text


def number(value: Any) -> int:
    """A value as a whole number of 64 bits; what is none is 0."""
    try:
        found = int(float(value)) if isinstance(value, str | float) else int(value or 0)
    except (ValueError, TypeError, OverflowError):
        return 0
    return int(found + _BITS) % (2 * _BITS) - _BITS


def is_true(value: Any) -> bool:
    """Whether Go takes a value for true: what is not empty and not zero."""
    return bool(value)


def printed(value: Any, depth: int = 0) -> str:
    """A value as Go prints it."""
    if depth > DEEPEST:
        raise Unrendered("a value holds itself")
    if isinstance(value, Unknown):
        return UNKNOWN
    if value is None:
        return "<nil>" if depth else ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dict):
        pairs = (f"{key}:{printed(value[key], depth + 1)}" for key in sorted(value))
        return bounded(f"map[{' '.join(pairs)}]")
    if isinstance(value, list):
        return bounded(f"[{' '.join(printed(item, depth + 1) for item in value)}]")
    return str(value)


def bounded(text: str) -> str:
    """A text, unless it is too large."""
    if len(text) > LARGEST:
        raise Unrendered("it grows too large")
    return text


def as_yaml(value: Any) -> str:
    """A value as YAML in blocks, keys sorted as Helm's `toYaml` does."""
    rows: list[str] = []
    size = 0
    for row in _rows(value, 0):
        size += len(row) + 1
        if size > LARGEST:
            raise Unrendered("it grows too large")
        rows.append(row)
    return "\n".join(rows)


def _rows(value: Any, depth: int) -> Iterator[str]:
    if depth > DEEPEST:
        raise Unrendered("a value holds itself")
    space = "  " * depth
    if isinstance(value, dict) and value:
        for key in sorted(value):
            inner = value[key]
            if isinstance(inner, dict | list) and inner:
                yield f"{space}{_word(str(key))}:"
                # Lists stand as deep as the key that they belong to.
                yield from _rows(inner, depth + isinstance(inner, dict))
            else:
                yield f"{space}{_word(str(key))}: {_word(inner)}"
    elif isinstance(value, list) and value:
        for item in value:
            first, *rest = _rows(item, depth + 1) if isinstance(item, dict | list) and item else [_word(item)]
            yield f"{space}- {first.lstrip()}"
            yield from rest
    else:
        yield f"{space}{_word(value)}"


def _word(value: Any) -> str:
    if isinstance(value, str):
        text = value if _PLAIN.fullmatch(value) and scalar(value) == value else json.dumps(value, ensure_ascii=False)
        return bounded(text)
    if value is None:
        return "null"
    return "{}" if value == {} and isinstance(value, dict) else "[]" if isinstance(value, list) else printed(value)
