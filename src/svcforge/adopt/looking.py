"""Looking into data of unknown shape: what is not there, or is something else, is empty."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from svcforge.adopt.system import Note, Origin
from svcforge.source.foreign import Foreign
from svcforge.source.tree import Mapping, Place, Quoted, Sequence

NULLS = ("", "~", "null", "Null", "NULL")
TRUE = ("true", "True", "TRUE", "yes", "Yes", "YES", "on", "On", "ON")


def mapping(node: Any, *keys: str) -> Mapping:
    """The mapping at a path of keys; an empty one when there is none."""
    for key in keys:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node if isinstance(node, Mapping) else Mapping()


def sequence(node: Any, *keys: str) -> Sequence:
    """The list at a path of keys; an empty one when there is none."""
    for key in keys:
        node = node.get(key) if isinstance(node, Mapping) else None
    return node if isinstance(node, Sequence) else Sequence()


def text(node: Any, *keys: str) -> str:
    """The scalar at a path of keys; empty when there is none, or null."""
    for key in keys:
        node = node.get(key) if isinstance(node, Mapping) else None
    if not isinstance(node, str) or (node in NULLS and not isinstance(node, Quoted)):
        return ""
    return str(node)


def texts(node: Any, *keys: str) -> list[str]:
    """The scalars of the list at a path of keys; a single scalar is a list of one."""
    single = text(node, *keys)
    return [single] if single else [t for item in sequence(node, *keys) if (t := text(item))]


def true(node: Any, *keys: str) -> bool:
    """Whether the scalar at a path of keys says yes."""
    return text(node, *keys) in TRUE


def whole(node: Any, *keys: str) -> int | None:
    """The whole number at a path of keys, if it is one of at most nine digits."""
    found = text(node, *keys)
    return int(found) if found.isascii() and found.isdigit() and len(found) <= 9 else None


def origin_of(node: Any, key: str | None = None, *, file: str, what: str = "") -> Origin:
    """The place of a mapping's key, or of its first; the first line of `file` where nothing is."""
    places = node.keys_at if isinstance(node, Mapping) else {}
    place = places.get(key) if key is not None else None
    place = place or next(iter(places.values()), None)
    return Origin.of(place, what) if place else Origin(file, 1, what)


def unread(foreign: Foreign, file: str, lines: list[int] | None = None) -> list[Note]:
    """What ended the reading of a file early; `lines` are those that its own lines come from, if they are others'."""
    if foreign.problem is None:
        return []
    line, problem = foreign.problem
    line = lines[min(line, len(lines)) - 1] if lines else line
    return [Note(Origin(file, line), f"not read, from the start of its document to the end of the file: {problem}")]


def entries(node: Any, *keys: str) -> Iterator[tuple[str, Any, Place]]:
    """Key, value and the key's place of each entry of the mapping at a path of keys."""
    found = mapping(node, *keys)
    for key, value in found.items():
        yield key, value, found.keys_at[key]


def items(node: Any, *keys: str) -> Iterator[tuple[Any, Place]]:
    """Item and place of each item of the list at a path of keys."""
    found = sequence(node, *keys)
    for index, item in enumerate(found):
        yield item, found.values_at[index]


def duration(written: str) -> str | None:
    """A duration as others write it (`1.5s`, `200ms`) in the words of the language; None for none, or no time at all."""
    match = re.fullmatch(r"(\d{1,7})(?:\.(\d{1,6}))?(ms|s|m|h)", written)
    if match is None:
        return None
    size = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000}[match[3]]
    milliseconds = int(match[1]) * size + int((match[2] or "0").ljust(6, "0")) * size // 1_000_000
    if milliseconds == 0:
        return None
    return f"{milliseconds // 1000}s" if milliseconds % 1000 == 0 else f"{milliseconds}ms"
