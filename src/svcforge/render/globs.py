"""The globs of a card: `*` and `?` stay within a part of a path, `**` crosses any number of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable


def matcher(globs: Iterable[str]) -> Callable[[str], object]:
    """What says whether a path matches one of the globs."""
    pattern = "|".join(map(_regex, globs))
    return re.compile(pattern).fullmatch if pattern else lambda path: None


def _regex(glob: str) -> str:
    parts = []
    for token in re.split(r"(\*\*/|\*\*|\*|\?)", glob):
        parts.append({"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(token) or re.escape(token))
    return "".join(parts)
