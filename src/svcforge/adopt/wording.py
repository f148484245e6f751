"""Texts of a source as YAML on one line, and lines with the place that they come from behind them."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable

from svcforge.adopt.system import Fact, Origin

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9_./-]*|\d{1,9}")


class Lines:
    """The lines of a blueprint so far."""

    def __init__(self) -> None:
        self.rows: list[str] = []

    def add(self, depth: int, content: str, origin: Origin | str) -> None:
        """A line at a depth, and where it comes from."""
        self.rows.append(f"{'  ' * depth}{content}  # {clean(str(origin))}")

    def comment(self, *rows: str) -> None:
        """Lines for people alone."""
        self.rows += [f"# {clean(row)}".rstrip() for row in rows]


def clean(text: str | None) -> str:
    """Text in one line that everybody can see: other characters become a question mark."""
    if text is None or text.isprintable():
        return (text or "").strip()
    return "".join(c if c.isprintable() else " " if c.isspace() else "?" for c in text).strip()


def scalar(text: str) -> str:
    """A text as a YAML scalar that is the same text."""
    return text if _PLAIN.fullmatch(text) else json.dumps(text, ensure_ascii=False)


def flow(texts: Iterable[str]) -> str:
    """Texts as a YAML list on a line."""
    return f"[{', '.join(scalar(text) for text in texts)}]"


def policy(word: str, fact: Fact) -> str:
    """A policy's value as it is written."""
    if word == "breaker":
        return f"{{{', '.join(f'{key}: {value}' for key, value in fact.value.items())}}}"
    return str(fact.value)
