"""Standard output, whose reader may go away before we are done (`| head`)."""

from __future__ import annotations

import os
import sys


def put(text: str) -> None:
    """Write to standard output; when nobody reads it any more, the rest goes nowhere and what follows goes on."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        close()


def close() -> None:
    """Let standard output lead nowhere, so that Python does not complain of the lost reader when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
