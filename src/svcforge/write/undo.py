"""`undo`: what the last run replaced comes back, what it made goes, what has been worked on since stays."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from svcforge.write.journal import Put, Remove
from svcforge.write.workspace import Workspace


@dataclass(frozen=True, slots=True)
class Undone:
    """What undoing did; paths from the root of the output, sorted, without the state of units.

    Args:
        back: files that are again as they were before the last run.
        gone: files that it had made.
        left: files that have been worked on since: they stay as they are.
    """

    back: tuple[str, ...]
    gone: tuple[str, ...]
    left: tuple[str, ...]


def undo(out: Path, *, durable: bool = True) -> Undone:
    """Take back the last run in a folder; undone itself, it does that run again.

    Args:
        out: the output.
        durable: put everything onto the disk before and after the change.

    Raises SvcforgeError, and changes nothing, where there is nothing to undo or it cannot be written.
    """
    with Workspace(out, durable) as workspace:
        journal, left = workspace.undo()
    done = [step for unit in journal.units for step in unit.files if step.path not in left]
    return Undone(
        tuple(sorted(step.path for step in done if isinstance(step, Put))),
        tuple(sorted(step.path for step in done if isinstance(step, Remove))),
        tuple(left),
    )
