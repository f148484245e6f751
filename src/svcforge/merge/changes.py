"""What a run does, or would do, to the files of one unit: for reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from svcforge.merge.table import CONFLICTS, UNSETTLED, Decision, Verdict

WRITING = frozenset({Verdict.CREATE, Verdict.WRITE, Verdict.REMOVE, Verdict.MERGED, Verdict.CONFLICT, Verdict.BESIDE})
"""Verdicts that touch a file."""


@dataclass(frozen=True, slots=True)
class Change:
    """One file of a change set: path from the unit's folder, what becomes of it, and why when it is refused."""

    path: str
    verdict: Verdict
    why: str = ""


@dataclass(frozen=True, slots=True)
class ChangeSet:
    """The files of a unit by what becomes of them; those that do not change are only counted.

    Args:
        unit: the unit's name.
        folder: where it is, from the root of the output.
        paths: by verdict, sorted; no entry for `UNCHANGED`.
        reasons: for refused paths, what stands there.
        unchanged: how many files stay as they are.
        was: where it is moved from; "" when it stays in its folder.
        ejected: whether it is the user's own, so that nothing is looked at.
    """

    unit: str
    folder: str
    paths: Mapping[Verdict, tuple[str, ...]]
    reasons: Mapping[str, str]
    unchanged: int
    was: str = ""
    ejected: bool = False

    @property
    def changes(self) -> Iterator[Change]:
        """Every change, sorted by path."""
        found = [(path, verdict) for verdict, paths in self.paths.items() for path in paths]
        yield from (Change(path, verdict, self.reasons.get(path, "")) for path, verdict in sorted(found))

    @property
    def writes(self) -> bool:
        """Whether a file is created, written or removed."""
        return bool(self.was) or not WRITING.isdisjoint(self.paths)

    @property
    def conflicts(self) -> tuple[str, ...]:
        """The paths whose conflicts the user has to resolve, sorted."""
        return tuple(sorted(path for verdict, paths in self.paths.items() if verdict in CONFLICTS for path in paths))

    @property
    def settled(self) -> bool:
        """Whether everything offered was accepted, so that the same input need not be looked at again."""
        return UNSETTLED.isdisjoint(self.paths)


def change_set(unit: str, folder: str, decided: Iterable[Decision]) -> ChangeSet:
    """The change set of a unit's decisions."""
    paths: dict[Verdict, list[str]] = {}
    reasons = {}
    for decision in decided:
        paths.setdefault(decision.verdict, []).append(decision.path)
        if decision.why:
            reasons[decision.path] = decision.why
    unchanged = len(paths.pop(Verdict.UNCHANGED, ()))
    return ChangeSet(unit, folder, {verdict: tuple(found) for verdict, found in paths.items()}, reasons, unchanged)
