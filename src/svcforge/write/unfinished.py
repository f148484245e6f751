"""What a run that was cut short has begun: finished before anybody reads what it was about to write."""

from __future__ import annotations

import os
from pathlib import Path

from svcforge.write.journal import JOURNAL
from svcforge.write.workspace import Workspace


def finish(out: Path) -> bool:
    """Finish what an earlier run in a folder began; whether there was something to finish.

    Raises SvcforgeError when another command is at work in there, or the folder cannot be written.
    """
    if not os.path.lexists(out / JOURNAL):
        return False
    with Workspace(out) as workspace:
        return workspace.finished
