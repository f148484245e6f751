"""What text is written on: how wide it is, and whether it has colours."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

COLUMNS = 80
"""The width where none is known: a pipe, a file."""

_ANSI = {
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "strong": "1",
    "frame": "34",
    "faint": "2",
}
"""Styles as SGR parameters (ECMA-48, 8.3.117)."""


@dataclass(frozen=True, slots=True)
class Page:
    """A terminal, or what stands for one; `colour` only where a person is looking."""

    width: int = COLUMNS
    colour: bool = False

    def paint(self, style: str, text: str) -> str:
        """The text in a style, or as it is on a page without colours."""
        return f"\x1b[{_ANSI[style]}m{text}\x1b[0m" if self.colour and text else text


def page_of(*, is_terminal: bool, columns: int, environment: Mapping[str, str]) -> Page:
    """The page of an output: colours on a terminal that knows them, unless `NO_COLOR` is set (no-color.org)."""
    plain = bool(environment.get("NO_COLOR")) or environment.get("TERM") == "dumb"
    return Page(columns if is_terminal else COLUMNS, is_terminal and not plain)


def visible(text: str) -> str:
    """The text on one line, character for character, without what moves a terminal's cursor or turns its direction."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_visible(c) for c in text)


def cells(text: str) -> int:
    """How many columns of a terminal the text takes."""
    return len(text) if text.isascii() else sum(width_of(c) for c in text)


def width_of(character: str) -> int:
    """How many columns a character takes: two for wide ones, none for marks that combine."""
    if unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in ("W", "F") else 1


def wrapped(text: str, width: int, *, first: str = "", indent: str) -> Iterator[str]:
    """The text in lines of at most the width, the first after `first`, the others indented.

    A word that is longer than a line stays whole, so that names and places can be copied.
    """
    if cells(first) + cells(text) <= width:
        yield (first + text).rstrip()
        return
    line, used = first, cells(first)
    begins = True
    for word in text.split(" "):
        room = cells(word)
        if not begins and used + 1 + room > width:
            yield line.rstrip()
            line, used, begins = indent, len(indent), True
        line += word if begins else f" {word}"
        used += room + (not begins)
        begins = False
    yield line.rstrip()


def _visible(character: str) -> str:
    if character in "\t\n\r\x85\u2028\u2029":
        return " "
    return "\ufffd" if unicodedata.category(character) in ("Cc", "Cs") or character in _DIRECTIONS else character


_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""Characters that turn the direction of what follows (Unicode, UAX 9)."""
