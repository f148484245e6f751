"""The standard streams: a reader may go away before we are done (`| head`), and who starts us may have closed them."""

from __future__ import annotations

import io
import os
import sys


def complete() -> None:
    """Put nothing in place of streams that were closed when we were started (`>&-`): Python has None for them."""
    sys.stdin = sys.stdin or _nothing("r")
    sys.stdout = sys.stdout or _nothing("w")
    sys.stderr = sys.stderr or _nothing("w")


def _nothing(mode: str) -> io.TextIOWrapper:
    """What is always empty, and takes everything."""
    stream = open(os.devnull, mode, encoding="utf-8")  # noqa: SIM115 - for as long as the process lives
    assert isinstance(stream, io.TextIOWrapper)
    return stream


def put(text: str) -> None:
    """Write to standard output; when nobody reads it any more, the rest goes nowhere and what follows goes on.

    Raises SvcforgeError when it cannot take the text, like a full disk.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        close()
    except OSError as error:
        from svcforge.errors import SvcforgeError

        close()
        raise SvcforgeError(f"cannot write to standard output: {error.strerror}") from error


def close() -> None:
    """Let standard output lead nowhere, so that Python does not complain of the lost reader when it ends."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)
