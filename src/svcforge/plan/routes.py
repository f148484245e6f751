"""The order in which the paths of a service are looked at: a literal one before a template that it fits as well."""

from __future__ import annotations

from collections.abc import Sequence

from svcforge.plan.types import Fact


def routes(reached: Sequence[Fact]) -> list[int]:
    """Those of the operations or endpoints that have a path, by their numbers: as they stand in the file otherwise."""
    found: list[int] = []
    for number, one in enumerate(reached):
        if one["http"] or one.get("internal"):
            hidden = (at for at, other in enumerate(found) if _hides(reached[other], one))
            found.insert(next(hidden, len(found)), number)
    return found


def _hides(first: Fact, second: Fact) -> bool:
    """Whether a request that means the second would be answered by the first."""
    if not first["http"] or not second["http"] or first["http"]["method"] != second["http"]["method"]:
        return False
    ours, theirs = first["http"]["path"].split("/"), second["http"]["path"].split("/")
    pairs = list(zip(ours, theirs, strict=False))
    fits = len(ours) == len(theirs) and all(mine == other or "{" in mine or "{" in other for mine, other in pairs)
    return fits and ["{" in mine for mine in ours] > ["{" in other for other in theirs]
