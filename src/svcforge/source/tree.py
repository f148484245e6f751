"""Text-valued data that knows where each of its keys and values stands, and how a path leads through it."""

from __future__ import annotations

from typing import Any

from svcforge.source.place import Path, Span

Place = tuple[str, int, int, int, int]
"""File, line, column, end line, end column; 1-based, the end exclusive: the fields of a Span."""


class Quoted(str):
    """A scalar that stood in quotes or in a block: text, whatever it looks like."""

    __slots__ = ()


class Mapping(dict[str, Any]):
    """A mapping that knows where its keys and values stand."""

    __slots__ = ("keys_at", "values_at")

    def __init__(self) -> None:
        super().__init__()
        self.keys_at: dict[str, Place] = {}
        self.values_at: dict[str, Place] = {}


class Sequence(list[Any]):
    """A list that knows where its items stand."""

    __slots__ = ("values_at",)

    def __init__(self) -> None:
        super().__init__()
        self.values_at: list[Place] = []


def span_of(root: Any, path: Path) -> Span | None:
    """Where the path stands: a scalar's own place, a container's key; the nearest ancestor when there is none.

    A mapping in a list has no key of its own: its first entry stands for it.
    """
    holder: Any = None
    node = root
    last: str | int = ""
    for part in path:
        if isinstance(node, str):
            break
        try:
            inner = node[part]
        except _NOT_THERE:
            break
        holder, node, last = node, inner, part
    if holder is None:
        return None
    place: Place
    if isinstance(holder, Mapping) and isinstance(node, Mapping | Sequence):
        place = holder.keys_at[str(last)]
    else:
        place = holder.values_at[last]
        if isinstance(node, Mapping):
            place = _first_entry(node) or place
    return Span(*place)


def _first_entry(mapping: Mapping) -> Place | None:
    """A mapping's first key with its value, when they are words on one line."""
    for key, value in mapping.items():
        begin, end = mapping.keys_at[key], mapping.values_at[key]
        on_one_line = begin[1] == end[3] and not isinstance(value, Mapping | Sequence)
        return (*begin[:3], end[3], end[4]) if on_one_line else begin
    return None


def key_span_of(root: Any, path: Path) -> Span | None:
    """Where the key at the end of the path stands; where the path stands when that is a list's item."""
    parent = value_at(root, path[:-1])
    key = path[-1] if path else None
    if isinstance(parent, Mapping) and isinstance(key, str) and key in parent.keys_at:
        return Span(*parent.keys_at[key])
    return span_of(root, path)


def value_at(root: Any, path: Path) -> Any:
    """The data at the path, or None."""
    node = root
    for part in path:
        if isinstance(node, str):
            return None
        try:
            node = node[part]
        except _NOT_THERE:
            return None
    return node


_NOT_THERE = (KeyError, IndexError, TypeError)
"""What a mapping or a list says of a key or an index that it does not have, and of one that is not for its kind."""
