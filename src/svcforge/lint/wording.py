"""Names in messages: several of them as one phrase, cut short where they are many."""

from __future__ import annotations

from collections.abc import Sequence

NAMED_AT_MOST = 6
"""Names that a phrase holds; the rest are counted."""


def quoted(names: Sequence[str], most: int = NAMED_AT_MOST) -> str:
    """Names in quotes, as a phrase: `"a"`, `"a" and "b"`, `"a", "b" and 3 more`."""
    words = [f'"{name}"' for name in names]
    if len(words) > most:
        words = [*words[: most - 1], f"{len(words) - most + 1} more"]
    return " and ".join([", ".join(words[:-1]), words[-1]]) if len(words) > 1 else "".join(words)


def counted(number: int, noun: str) -> str:
    """A number of things: `1 service`, `2 services`."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def circle(names: Sequence[str]) -> str:
    """A cycle as a row of arrows that comes back to its first name."""
    return " -> ".join((*names, names[0]))
