"""Changes to a blueprint, named by paths: what a fix is made of."""

from __future__ import annotations

from typing import Any

from svcforge.frozen import frozen
from svcforge.source.place import Path, Span


@frozen()
class Put:
    """Adds a key to the mapping at a path, as its last one.

    `value` is plain data: text, number, bool, list or dict. Mappings on the way that are not there are made. `short`
    is for places with a short form: `Put(call, "timeout", "1s", short="to")` makes `{to: orders.get, timeout: 1s}` of
    `orders.get`, and adds `timeout` where the long form is written. A key that is there already is left as it is.
    """

    path: Path
    key: str
    value: Any
    short: str | None = None


@frozen()
class Replace:
    """Writes another scalar or flow value in place of the one at a path.

    With `key`, it is the key that ends the path which gets another name, and `value` is that name. With `old`, only
    this name in the text there gives way, where it stands once: `ref ordrs.Order`; the path may then go on into the
    long form of what is written in its short one.
    """

    path: Path
    value: Any
    key: bool = False
    old: str | None = None


@frozen()
class Delete:
    """Removes the key or the list entry at a path, with the comment at its end; a container left empty stays, as `{}` or `[]`."""

    path: Path


@frozen()
class Rewrite:
    """Writes another text in place of a stretch of a file: for what has no path, like a comment.

    A line that is left without a word goes, and so does the space before a comment that goes.
    """

    span: Span
    text: str = ""


Edit = Put | Replace | Delete | Rewrite
"""One change; a fix is several that are made together or not at all."""
