"""The decision table: for each file, what is done with it and which base is remembered."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum

from svcforge.merge.entry import Current, Entry, State, Thing


class Verdict(StrEnum):
    """What becomes of a file."""

    CREATE = "create"
    WRITE = "write"
    REMOVE = "remove"
    ADOPT = "adopt"
    """It is already as it would be written."""
    YOURS = "yours"
    """It is the user's to write, and the user was first."""
    UNCHANGED = "unchanged"
    DIVERGED = "diverged"
    """Base, user's and new one all differ: `merge.meeting` says what becomes of it, and no report knows this verdict."""
    MERGED = "merged"
    """It holds the user's changes and the new ones."""
    CONFLICT = "conflict"
    """Both changed the same lines: it holds all of them, between markers."""
    BESIDE = "beside"
    """It stays as the user has it, and the new one is in a file beside it."""
    WAITING = "waiting"
    """An earlier conflict is not resolved: left as it is."""
    DELETED = "deleted"
    """The user has deleted it: it stays deleted."""
    DETACHED = "detached"
    """No template makes it any more, and the user has changed it: left as it is."""
    REFUSED = "refused"
    """What stands there is no plain file: left as it is."""


CONFLICTS = frozenset({Verdict.CONFLICT, Verdict.BESIDE, Verdict.WAITING})
"""The user has to say what is to be: the exit code is 3 until then."""

UNSETTLED = CONFLICTS | {Verdict.REFUSED}
"""The next run must look again, though nothing new is offered."""

BESIDE = ".svcforge-new"
"""What is added to the name of a file for what is offered instead of it."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is done with one file.

    Args:
        path: from the unit's folder.
        verdict: what becomes of it.
        entry: what the manifest says of it afterwards; None when it says nothing any more.
        executable: whether it is a program once written.
        why: what stands in the way.
    """

    path: str
    verdict: Verdict
    entry: Entry | None
    executable: bool = False
    why: str = ""


def questions(base: Mapping[str, Entry], new: Mapping[str, Entry]) -> Iterator[str]:
    """The paths whose current file matters; where nothing new is offered it is not even read."""
    for path, known in base.items():
        if known.state is State.CONFLICTED:
            yield path + BESIDE
    for path, entry in new.items():
        before = base.get(path)
        if before is None or before.state is State.CONFLICTED or not (_same(before, entry) or _left(before, entry)):
            yield path
    yield from (path for path, known in base.items() if path not in new and known.state is not State.IGNORED)


def decisions(
    base: Mapping[str, Entry], new: Mapping[str, Entry], current: Mapping[str, Current]
) -> Iterator[Decision]:
    """A decision for every path in base or new, in their order; `current` answers the `questions`."""
    for path in sorted(base.keys() | new.keys()):
        known, entry = base.get(path), new.get(path)
        if known is not None and known.state is State.CONFLICTED:
            if current[path].marked or current[path + BESIDE].thing is not Thing.ABSENT:
                yield Decision(path, Verdict.WAITING, known)
                continue
            known = replace(known, state=State.CLEAN)
        if known is not None and _left(known, entry):
            yield Decision(path, Verdict.UNCHANGED, known)
        elif known is not None and entry is not None and _same(known, entry):
            # Nothing new is offered. What was detached is made again: it is ours as before.
            state = State.CLEAN if known.state is State.DETACHED else known.state
            yield Decision(path, Verdict.UNCHANGED, replace(entry, state=state))
        elif entry is not None:
            yield _offered(path, known, entry, current[path])
        elif known is not None:
            yield _dropped(path, known, current[path])


def _offered(path: str, base: Entry | None, new: Entry, current: Current) -> Decision:
    """Something new is offered."""
    if new.kind == "once" and current.thing is not Thing.ABSENT:
        return Decision(path, Verdict.YOURS, new)
    if current.thing is Thing.ABSENT:
        if base is None:
            return Decision(path, Verdict.CREATE, new, new.executable)
        return Decision(path, Verdict.DELETED, replace(new, state=State.DELETED))
    if current.thing is not Thing.FILE:
        return Decision(path, Verdict.REFUSED, base, why=current.thing)
    # The user's bit, turned round when the template turned it.
    executable = current.executable ^ (base is not None and base.executable != new.executable)
    if base is not None and current.hash == base.hash:
        return Decision(path, Verdict.WRITE, new, executable)
    if current.hash == new.hash:
        verdict = Verdict.ADOPT if executable == current.executable else Verdict.WRITE
        return Decision(path, verdict, new, executable)
    return Decision(path, Verdict.DIVERGED, new, executable)


def _dropped(path: str, base: Entry, current: Current) -> Decision:
    """No template makes the file any more."""
    if current.thing is Thing.ABSENT:
        return Decision(path, Verdict.UNCHANGED, None)
    if current.thing is not Thing.FILE:
        return Decision(path, Verdict.REFUSED, base, why=current.thing)
    if current.hash == base.hash:
        return Decision(path, Verdict.REMOVE, None)
    known = base.state is State.DETACHED
    return Decision(path, Verdict.UNCHANGED if known else Verdict.DETACHED, replace(base, state=State.DETACHED))


def _same(base: Entry, new: Entry) -> bool:
    return base.hash == new.hash and base.executable == new.executable


def _left(base: Entry, new: Entry | None) -> bool:
    """Taken over by the user, or written once: whatever is offered now, the file and its base stay."""
    return base.state is State.IGNORED or (new is not None and new.kind == base.kind == "once")
