"""Places: of an element in the blueprint, and of a stretch of text in a file."""

from __future__ import annotations

from svcforge.frozen import frozen

Path = tuple[str | int, ...]
"""A place in the blueprint, as keys and list indexes: ("contexts", "ordering", "services", "orders", "calls", 0)."""


@frozen()
class Span:
    """A stretch of a file: lines and columns are 1-based, columns count characters, the end is exclusive."""

    file: str
    line: int
    column: int
    end_line: int
    end_column: int
