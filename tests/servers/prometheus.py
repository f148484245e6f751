"""Prometheus' own programs from Debian's packages: promtool and amtool, and a throw-away server on loopback."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers import ServerMissing, free_port

PACKAGES = {"promtool": "prometheus", "prometheus": "prometheus", "amtool": "prometheus-alertmanager"}
START_LIMIT_S = 30.0
STOP_LIMIT_S = 10.0


def program(name: str) -> str:
    """Where a program is; raises ServerMissing where it is not."""
    found = shutil.which(name)
    if found is None:
        raise ServerMissing(f"{name} is not installed (Debian: apt-get install {PACKAGES[name]})")
    return found


def said(name: str, *arguments: str | Path, cwd: Path | None = None) -> tuple[int, str]:
    """How a program ended, and all that it said."""
    command = [program(name), *map(str, arguments)]
    done = subprocess.run(
        command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=120, check=False
    )
    return done.returncode, done.stdout


@contextmanager
def prometheus(config: Path) -> Iterator[str]:
    """Run a server with a configuration and yield its URL.

    Raises:
        ServerMissing: it is not installed.
        RuntimeError: it did not come up in time; the message carries the end of its log.
    """
    server = program("prometheus")
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="svcforge-prometheus-") as home:
        log = Path(home, "log")
        command = [
            server,
            f"--config.file={config}",
            f"--storage.tsdb.path={home}/data",
            f"--web.listen-address=127.0.0.1:{port}",
            "--log.level=warn",
        ]
        with log.open("wb") as out:
            process = subprocess.Popen(command, cwd=home, stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        try:
            _wait_until_it_answers(process, f"http://127.0.0.1:{port}/-/ready", log)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait_until_it_answers(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    give_up = time.monotonic() + START_LIMIT_S
    while time.monotonic() < give_up and process.poll() is None:
        try:
            with urllib.request.urlopen(url, timeout=1):
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    raise RuntimeError(f"Prometheus did not come up:\n{log.read_text(errors='replace')[-4000:]}")
