"""Ports that running systems have reserved, so that two that start at the same moment never meet on one.

Between choosing a port and listening on it lie migrations and the start of a process; meanwhile nothing shows
that the port is taken, and Envoy would even share it (`SO_REUSEPORT`). So a supervisor locks a byte of one file,
at the offset that is the port's number, for as long as it lives: the kernel gives the lock back with its last
breath, after SIGKILL too, and what its parts then still listen on is seen by trying.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from svcforge.errors import SvcforgeError

Reserve = Callable[[int, Callable[[int], bool]], bool]
"""Reserves a port that passes a test, for this process; whether it did."""


@contextmanager
def reservations(folder: Path | None = None) -> Iterator[Reserve]:
    """What reserves ports until the block is left; once at a time in a process, whose locks are one.

    `folder` is the same for all systems of this user, by default the machine's own for temporary files.
    Raises SvcforgeError when no file can be kept there.
    """
    if sys.platform == "win32":
        raise NotImplementedError("a system runs through WSL")
    import fcntl

    path = (folder or Path(tempfile.gettempdir())) / f"svcforge-ports-{os.getuid()}"
    try:
        # Nobody else's file, and none that a link leads to.
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise SvcforgeError(f'cannot reserve ports in "{path}": {error.strerror}', "remove it, or set TMPDIR") from None

    def reserve(port: int, passes: Callable[[int], bool]) -> bool:
        try:
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
        except OSError:
            return False
        if not passes(port):
            fcntl.lockf(descriptor, fcntl.LOCK_UN, 1, port)
            return False
        return True

    try:
        yield reserve
    finally:
        os.close(descriptor)
