"""What runs is ended in order: the last started first, drained, asked, then killed."""

from __future__ import annotations

import http.server
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.run.lab import until

from svcforge.run import processes
from svcforge.run.ending import Running, end
from svcforge.run.manifest import Drain

POLITE = "import pathlib, signal, sys, time\nsignal.signal(15, lambda *_: (open('ended', 'a').write(sys.argv[1]), sys.exit()))\n"
DEAF = "import pathlib, signal, sys, time\nsignal.signal(15, signal.SIG_IGN)\n"
SLEEP = "pathlib.Path(sys.argv[1] + '.up').touch()\ntime.sleep(600)\n"


class Group:
    """Processes started in a folder, by the letters that they write when they end."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.started: list[subprocess.Popen[bytes]] = []

    def start(self, letter: str, wave: int, program: str = POLITE, admin: int | None = None) -> Running:
        command = [sys.executable, "-c", program + SLEEP, letter]
        process = subprocess.Popen(command, cwd=self.folder, start_new_session=True)
        self.started.append(process)
        until((self.folder / f"{letter}.up").exists)
        identity = processes.identity(process.pid)
        assert identity is not None
        drain = Drain(post="/drain", busy="/busy") if admin else None
        return Running(letter, identity, wave, admin, drain)

    @property
    def ended(self) -> str:
        file = self.folder / "ended"
        return file.read_text() if file.exists() else ""


@pytest.fixture
def group(tmp_path: Path) -> Iterator[Group]:
    """No process yet; whatever is started is gone afterwards."""
    found = Group(tmp_path)
    yield found
    for process in found.started:
        process.kill()
        process.wait()


async def test_the_highest_wave_ends_first(group: Group) -> None:
    running = [group.start("a", 0), group.start("c", 2), group.start("b", 1)]
    await end(running, lambda: 10.0)
    assert group.ended == "cba"
    assert processes.running(one.identity for one in running) == set()


async def test_what_does_not_listen_is_killed_when_its_time_is_up(group: Group) -> None:
    deaf, polite = group.start("d", 1, DEAF), group.start("p", 0)
    began = time.monotonic()
    await end([deaf, polite], lambda: 0.3)
    assert 0.3 <= time.monotonic() - began < 5
    assert group.ended == "p"
    assert processes.running([deaf.identity]) == set()


async def test_nothing_is_asked_to_end_before_it_has_drained(group: Group) -> None:
    asked: list[str] = []
    left = iter([2, 1, 0])

    class Admin(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.answer(f"http.ingress.active: {next(left)}\nhttp.other.active: 0\n".encode())

        def do_POST(self) -> None:
            asked.append(self.path)
            assert group.ended == ""
            self.answer(b"OK\n")

        def answer(self, body: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Admin)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        await end([group.start("g", 0, admin=server.server_address[1])], lambda: 10.0)
    finally:
        server.shutdown()
        server.server_close()
    assert asked == ["/drain", "/busy", "/busy", "/busy"]
    assert group.ended == "g"


async def test_what_cannot_be_drained_is_ended_all_the_same(group: Group) -> None:
    # Nothing listens on port 1.
    await end([group.start("g", 0, admin=1)], lambda: 10.0)
    assert group.ended == "g"
