"""How wide words are, for a font that nobody knows yet, and how they are broken and cut."""

from __future__ import annotations

import re
import unicodedata

_WIDTHS = (
    (0.29, "iljI'|"),
    (0.34, ".,:; !/\\"),
    (0.40, "ftr()[]-"),
    (0.46, '"J'),
    (0.55, "csz*_?xvyk"),
    (0.64, "abdeghnopqu0123456789FLTESZ`{}"),
    (0.70, "ABCPRKXYV$"),
    (0.80, "DGHNOQU&^+=<>~#"),
    (0.99, "mwMW%@"),
)
_EMS = {letter: width for width, letters in _WIDTHS for letter in letters}
"""Widths of letters in ems. They are those of the widest common fonts (Verdana, DejaVu Sans): any other one fits too."""

BOLD = 1.13
"""How much wider the same words are in bold."""


_UNPRINTABLE = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def printable(text: str) -> str:
    """The text with what no encoding, no XML and no terminal takes replaced."""
    return _UNPRINTABLE.sub("\ufffd", text)


def one_line(text: str) -> str:
    """The printable text with each run of white space as one space, and none around it."""
    return " ".join(printable(text).split())


def width(text: str, size: float, *, bold: bool = False) -> float:
    """An upper estimate of the text's width in pixels at a font size in pixels."""
    return sum(map(_em, text)) * size * (BOLD if bold else 1.0)


def _em(letter: str) -> float:
    if letter in _EMS:
        return _EMS[letter]
    if unicodedata.combining(letter):
        return 0.0
    return 1.05 if unicodedata.east_asian_width(letter) in "WF" or ord(letter) > 0xFFFF else 0.88


def cut(text: str, size: float, room: float, *, bold: bool = False) -> str:
    """The text if it fits into so many pixels, else its beginning and an ellipsis."""
    scale = size * (BOLD if bold else 1.0)
    used, fitting = 0.0, 0
    for place, letter in enumerate(text):
        used += _em(letter) * scale
        if used > room + 0.5:
            return text[:fitting].rstrip() + "…"
        if used + _em("…") * scale <= room:
            fitting = place + 1
    return text


def wrapped(text: str, size: float, room: float, lines: int) -> tuple[str, ...]:
    """The text in at most so many lines of so many pixels, broken between words; the last one is cut."""
    found: list[str] = []
    words = text.split()
    while words and len(found) < lines - 1:
        line = words.pop(0)
        while words and width(f"{line} {words[0]}", size) <= room:
            line = f"{line} {words.pop(0)}"
        found.append(cut(line, size, room))
    if words:
        found.append(cut(" ".join(words), size, room))
    return tuple(found)
