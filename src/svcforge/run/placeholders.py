"""What `run.json` leaves open until a system is started: `${port}`, `${url:orders}` and the like, and how they are filled."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

_HOLE = re.compile(r"\$\{([a-z]+)(?::([^{}]*))?\}")


class Placeholder(NamedTuple):
    """`${kind}` or `${kind:of}`; `of` is empty when the placeholder is about the part itself."""

    kind: str
    of: str = ""

    def __str__(self) -> str:
        return f"${{{self.kind}:{self.of}}}" if self.of else f"${{{self.kind}}}"


def placeholders(text: str) -> set[Placeholder]:
    """Those that stand in a text. Names in capitals, such as `${HOME}`, are not ours and stay as they are."""
    return {Placeholder(kind, of) for kind, of in _HOLE.findall(text)}


def filled(text: str, value: Callable[[Placeholder], str]) -> str:
    """The text with each placeholder's value in its place; a value is never filled again."""
    return _HOLE.sub(lambda hole: value(Placeholder(hole[1], hole[2] or "")), text)
