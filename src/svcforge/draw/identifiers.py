"""Names for nodes that are safe in any graph language: letters of ASCII, digits and underscores."""

from __future__ import annotations

import re
from collections.abc import Iterable

_OTHER = re.compile(r"[^A-Za-z0-9]+")


def identifiers(ids: Iterable[str]) -> dict[str, str]:
    """Each id with an identifier of its own that looks like it, and never is a word of a language.

    An id of a scene begins with its kind (`service.orders`), so what is made of it contains an underscore.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for id_ in ids:
        if id_ in found:
            continue
        plain = _OTHER.sub("_", id_).strip("_") or "node"
        name, count = plain if "_" in plain else f"{plain}_", 1
        while name in taken:
            count += 1
            name = f"{plain}_{count}"
        taken.add(name)
        found[id_] = name
    return found
