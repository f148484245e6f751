"""XML as text: elements, numbers, and words that are legal in it whatever they were."""

from __future__ import annotations

from html import escape

from svcforge.draw.text import printable


def words(text: str) -> str:
    """The text with what XML reserves escaped and what XML forbids replaced."""
    return escape(printable(text))


def number(value: float) -> str:
    """A coordinate with at most two decimals."""
    return f"{round(value, 2) + 0.0:.2f}".rstrip("0").rstrip(".")


def tag(name: str, *children: str, **attributes: str | float) -> str:
    """An element with its children as they are. In names of attributes `_` stands for `-`, `Class` for `class`."""
    written = "".join(
        f' {key.replace("_", "-").replace("Class", "class")}="{words(v) if isinstance(v, str) else number(v)}"'
        for key, v in attributes.items()
    )
    inner = "".join(children)
    return f"<{name}{written}>{inner}</{name}>" if inner else f"<{name}{written}/>"
