"""The globs of a card: `*`, `?` and `[!x]` stay within a part of a path, `**` crosses any number of them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable


def matcher(globs: Iterable[str]) -> Callable[[str], object]:
    """What says whether a path matches one of the globs."""
    pattern = "|".join(map(_regex, globs))
    return re.compile(pattern).fullmatch if pattern else lambda path: None


def _regex(glob: str) -> str:
    parts = []
    for token in re.split(r"(\*\*/|\*\*|\*|\?|\[!?[\w.-]+\])", glob):
        if token.startswith("[") and token.endswith("]"):
            parts.append(f"[^/{token[2:-1]}]" if token[1] == "!" else token)
        else:
            parts.append({"**/": "(?:[^/]+/)*", "**": ".*", "*": "[^/]*", "?": "[^/]"}.get(token) or re.escape(token))
    return "".join(parts)
