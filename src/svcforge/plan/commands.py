"""A card's argument lists with their holes filled from facts: `{{ service.package }}`."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from svcforge.errors import SvcforgeError

HOLE = re.compile(r"\{\{\s*([a-z_][a-z0-9_]*(?:\.[a-z_][a-z0-9_]*)*)\s*\}\}")


def filled(arguments: Iterable[str], facts: Mapping[str, Any]) -> list[str]:
    """The arguments with every hole filled.

    Raises SvcforgeError when the facts have no such value.
    """
    return [fill(argument, facts) for argument in arguments]


def fill(text: str, facts: Mapping[str, Any]) -> str:
    """A text with every hole filled."""

    def value(hole: re.Match[str]) -> str:
        found: Any = facts
        for key in hole[1].split("."):
            if not isinstance(found, Mapping) or key not in found:
                raise SvcforgeError(f'a pack asks for "{hole[1]}", which is not in the facts', "mend its pack.yaml")
            found = found[key]
        return str(found)

    return HOLE.sub(value, text)
