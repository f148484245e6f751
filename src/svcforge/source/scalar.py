"""Plain data as YAML on one line: what an edit writes into a file."""

from __future__ import annotations

import json
import re
from typing import Any

_PLAIN = re.compile(r"[^\W_](?:[\w.$/@+()=%|~<>*;^-]|:(?=[\w/])| (?=[^\s#:]))*|/[\w./-]+")
"""Text that means the same with and without quotes, in a block and between brackets."""

_OTHER = re.compile(
    r"true|false|null|~|[-+]?(0x[0-9a-f]+|0o[0-7]+|\.?\d[\d_]*(\.\d*)?(e[-+]?\d+)?)|[-+]?\.(inf|nan)", re.IGNORECASE
)
"""Text that YAML's core schema reads as something else than text (YAML 1.2.2, 10.3.2)."""


def written(value: Any, quote: str = "") -> str:
    """The value in flow style; a text stands in the quotes given, or in none where it needs none.

    Args:
        value: text, number, bool, list or dict with text as keys.
        quote: `'` or `"` to keep the style of what stood there.
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{written(str(k))}: {written(v)}" for k, v in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(written(item) for item in value) + "]"
    text = str(value)
    if not isinstance(value, str):
        return text
    if quote == "'" and text.isprintable():
        return "'" + text.replace("'", "''") + "'"
    if not quote and _PLAIN.fullmatch(text) and not _OTHER.fullmatch(text) and text.isprintable():
        return text
    return _double_quoted(text)


def _double_quoted(text: str) -> str:
    return '"' + "".join(_escaped(c) for c in text) + '"'


def _escaped(character: str) -> str:
    if character in '"\\\n\t\r':
        return json.dumps(character)[1:-1]
    if character.isprintable():
        return character
    number = ord(character)
    if number < 0x100:
        return f"\\x{number:02X}"
    return f"\\u{number:04X}" if number < 0x10000 else f"\\U{number:08X}"
