"""What becomes of a file that the user and the templates have both changed: the texts are merged, or stand side by side."""

from __future__ import annotations

from dataclasses import dataclass, replace

from svcforge.merge.entry import Entry, State
from svcforge.merge.table import Decision, Verdict
from svcforge.merge.threeway import is_text, merge
from svcforge.packs.unit import File
from svcforge.render.codecs import problem


@dataclass(frozen=True, slots=True)
class Met:
    """The decision, and the bytes to write: of the file itself, or of the one beside it."""

    decision: Decision
    data: bytes


def met(diverged: Decision, base: bytes | None, yours: bytes, ours: bytes) -> Met:
    """What becomes of a file of which all three differ.

    A merge is only taken for one where the result can still be read as what its name says; a text that is always ours
    is never merged, since the user's change has no place in it.

    Args:
        diverged: the decision so far; its entry is what is offered now.
        base: what was offered before; None where that is lost or never was.
        yours: the user's.
        ours: what is offered now.
    """
    path, entry = diverged.path, diverged.entry
    assert entry is not None
    if entry.kind == "owned":
        return _beside(diverged, entry, ours, "it is always generated")
    if base is None:
        return _beside(diverged, entry, ours, "there is no older one to compare with")
    if not (is_text(base) and is_text(yours) and is_text(ours)):
        return _beside(diverged, entry, ours, "it is no text")
    found = merge(base, yours, ours)
    if found.conflicts:
        state = replace(entry, state=State.CONFLICTED)
        return Met(replace(diverged, verdict=Verdict.CONFLICT, entry=state), found.data)
    if found.data == yours:
        return Met(replace(diverged, verdict=Verdict.ADOPT), yours)
    if problem(File(path, yours)) is None and (wrong := problem(File(path, found.data))):
        return _beside(diverged, entry, ours, f"merged, line {wrong[0]} would be wrong: {wrong[1]}")
    return Met(replace(diverged, verdict=Verdict.MERGED), found.data)


def _beside(diverged: Decision, entry: Entry, ours: bytes, why: str) -> Met:
    state = replace(entry, state=State.CONFLICTED)
    return Met(replace(diverged, verdict=Verdict.BESIDE, entry=state, why=why), ours)
