"""Comments that are addressed to svcforge, found in the texts of a blueprint."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from svcforge.frozen import frozen
from svcforge.source.place import Span
from svcforge.source.tree import Mapping as Node
from svcforge.source.tree import Place, Sequence
from svcforge.source.yaml import BREAK

# It begins with its only fixed character, which is looked for quickly; what stands before it comes after.
_COMMENT = re.compile(r"#(?:(?<=\s#)|(?<![\s\S]#))[ \t]*svcforge:[ \t]*ignore\b[^\r\n\x85\u2028\u2029]*")
_Position = tuple[int, int]


@frozen()
class Comment:
    """A comment that begins with `# svcforge: ignore`: where it stands, its text, and the line it speaks of."""

    span: Span
    text: str
    line: int


def comments(sources: Mapping[str, str], root: Any) -> tuple[Comment, ...]:
    """The comments in the texts, in their order; most texts hold none, and are only searched.

    A comment speaks of its own line, and one that has a line of its own of the next line that is no comment.
    """
    return tuple(
        comment
        for file, text in sources.items()
        for comment in _in_text(file, text)
        if not _in_scalar(root, file, (comment.span.line, comment.span.column))
    )


def _in_text(file: str, text: str) -> Iterator[Comment]:
    found = list(_COMMENT.finditer(text))
    if not found:
        return
    starts = [0, *(end.end() for end in BREAK.finditer(text))]
    rows = BREAK.split(text)
    line = 0
    for match in found:
        while line < len(starts) and starts[line] <= match.start():
            line += 1
        column = match.start() - starts[line - 1] + 1
        said = match[0].rstrip()
        span = Span(file, line, column, line, column + len(said))
        yield Comment(span, said, line if rows[line - 1][: column - 1].strip() else _next(rows, line))


def _next(rows: list[str], line: int) -> int:
    """The first line after a comment's that is none, or the comment's own when a blank line comes first."""
    for number in range(line, len(rows)):
        if not rows[number].strip():
            break
        if not rows[number].lstrip().startswith("#"):
            return number + 1
    return line


def _in_scalar(node: Any, file: str, at: _Position) -> bool:
    """Whether a position is inside a key or a scalar: text that only looks like a comment."""
    inner: tuple[Place, Place, Any] | None = None
    while isinstance(node, Node | Sequence):
        best: _Position = (0, 0)
        inner = None
        for key, place, value in _entries(node):
            if key[0] != file:
                # A mapping that several files share may hold something of this file.
                if isinstance(value, Node) and _in_scalar(value, file, at):
                    return True
            elif best < key[1:3] <= at:
                best, inner = key[1:3], (key, place, value)
        if inner is None:
            return False
        if _holds(inner[0], at):
            return isinstance(node, Node) or not isinstance(inner[2], Node | Sequence)
        node = inner[2]
    return inner is not None and _holds(inner[1], at)


def _holds(place: Place, at: _Position) -> bool:
    return place[1:3] <= at < place[3:5]


def _entries(node: Node | Sequence) -> Iterator[tuple[Place, Place, Any]]:
    """Where each entry of a container begins, where its value stands, and the value."""
    if isinstance(node, Node):
        for key, value in node.items():
            yield node.keys_at[key], node.values_at[key], value
    else:
        for value, place in zip(node, node.values_at, strict=True):
            yield place, place, value
