"""On a terminal a table stays below the logs, in colour unless NO_COLOR is set."""

from __future__ import annotations

import os
import pty
import re
import signal
import subprocess
import threading
from collections.abc import Callable

import pytest
from tests.run.lab import SVCFORGE, Lab, until

COLOUR = re.compile(r"\x1b\[[\d;]*m")


class Terminal:
    """A command on a terminal of its own, 80 characters wide."""

    def __init__(self, lab: Lab, *args: str, **environ: str) -> None:
        ours, theirs = pty.openpty()
        env = {**os.environ, "TERM": "xterm-256color", "COLUMNS": "80", "LINES": "24", **environ}
        self.process = subprocess.Popen([*SVCFORGE, *args], cwd=lab.root, env=env, stdout=theirs, stderr=theirs)
        os.close(theirs)
        self.out = ""
        self._reader = threading.Thread(target=self._read, args=(ours,))
        self._reader.start()

    def _read(self, terminal: int) -> None:
        try:
            while data := os.read(terminal, 65536):
                self.out += data.decode()
        except OSError:
            # So a terminal tells that nobody writes to it any more.
            pass
        finally:
            os.close(terminal)

    def until(self, condition: Callable[[str], bool]) -> None:
        until(lambda: condition(COLOUR.sub("", self.out)))

    def wait(self) -> int:
        code = self.process.wait(30)
        self._reader.join(30)
        return code


def test_up_shows_the_table_and_the_logs_until_ctrl_c(shop: Lab) -> None:
    terminal = Terminal(shop, "up")
    terminal.until(lambda out: re.search(r"gateway +healthy +\d+ +\d+ MB", out) is not None)
    terminal.process.send_signal(signal.SIGINT)
    assert terminal.wait() == 130
    assert "hello from orders" in terminal.out
    assert "lab is stopped" in COLOUR.sub("", terminal.out)


@pytest.mark.parametrize(("environ", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_status_is_coloured_where_colour_is_wanted(shop: Lab, environ: dict[str, str], coloured: bool) -> None:
    assert shop.svcforge("up", "--detach", "--no-gateway").returncode == 0
    terminal = Terminal(shop, "status", **environ)
    assert terminal.wait() == 0
    assert re.search(r"orders +healthy +\d+ +\d+ MB", COLOUR.sub("", terminal.out))
    assert ("\x1b[32m" in terminal.out) == coloured
