"""YAML of any kind: several documents, anchors and tags are welcome, a key twice is not."""

from __future__ import annotations

from svcforge.source.yaml import broken


def problem(text: str) -> tuple[int, str] | None:
    """The line and what is wrong there, or None."""
    return broken(text)
