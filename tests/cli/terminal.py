"""A command on a terminal of its own: what it prints can be waited for, and keys can be pressed."""

from __future__ import annotations

import os
import pty
import select
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

PATIENCE = 60.0
CTRL_C = "\x03"


class Terminal:
    """`svcforge` with the arguments, in a folder, on a pseudo-terminal; `environment` adds to a small one."""

    def __init__(self, arguments: Sequence[str], folder: Path, environment: Mapping[str, str] | None = None) -> None:
        self.screen = ""
        self._pid, self._fd = pty.fork()
        if self._pid == 0:
            os.chdir(folder)
            os.execve(
                sys.executable,
                [sys.executable, "-m", "svcforge", *arguments],
                {"PATH": os.defpath, "TERM": "xterm", "COLUMNS": "80", **(environment or {})},
            )

    def wait_for(self, text: str) -> None:
        """Read until the text is on the screen, behind what was waited for before."""
        start = len(self.screen)
        while text not in self.screen[start:]:
            before = len(self.screen)
            self._read()
            assert len(self.screen) > before, f"{text!r} never came after {self.screen!r}"

    def press(self, keys: str) -> None:
        """Press keys; a line ends with a newline."""
        if keys == CTRL_C:
            time.sleep(0.5)  # Python misses a signal that comes just before it begins to wait
        os.write(self._fd, keys.encode())

    def ended(self) -> int:
        """Read the rest, and return the exit code."""
        while True:
            before = len(self.screen)
            self._read()
            if len(self.screen) == before:
                break
        _, status = os.waitpid(self._pid, 0)
        os.close(self._fd)
        return os.waitstatus_to_exitcode(status)

    def _read(self) -> None:
        ready, _, _ = select.select([self._fd], [], [], PATIENCE)
        assert ready, f"nothing more came after {self.screen!r}"
        try:
            self.screen += os.read(self._fd, 65536).decode()
        except OSError:
            return  # Linux: the other side is closed
