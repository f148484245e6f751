"""A throw-away PostgreSQL cluster on loopback, from the server programs that are installed."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.servers import ServerMissing, free_port

DEBIAN_FOLDER = Path("/usr/lib/postgresql")
START_LIMIT_S = 60.0
STOP_LIMIT_S = 20.0
UNSAFE_BUT_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


@contextmanager
def postgres() -> Iterator[str]:
    """Run a cluster and yield the URL of its database `postgres` (superuser postgres, no password asked on loopback).

    Raises:
        ServerMissing: no PostgreSQL server here.
        RuntimeError: the server did not come up in time; the message carries the end of its log.
    """
    programs = _programs()
    home = Path(tempfile.mkdtemp(prefix="svcforge-postgres-"))
    owner = _unprivileged(home)
    port = free_port()
    server: subprocess.Popen[bytes] | None = None
    try:
        _initialise(programs, home, owner)
        settings = [f"port={port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", *UNSAFE_BUT_FAST]
        with (home / "server.log").open("wb") as log:
            server = subprocess.Popen(
                [str(programs / "postgres"), "-D", str(home / "data"), *(part for s in settings for part in ("-c", s))],
                cwd=home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                **owner,
            )
        _wait_until_it_answers(programs, server, port, home / "server.log")
        yield f"postgresql://postgres@127.0.0.1:{port}/postgres"
    finally:
        if server:
            _stop(server)
        shutil.rmtree(home, ignore_errors=True)


def _programs() -> Path:
    versions = [path for path in DEBIAN_FOLDER.glob("*/bin") if (path / "initdb").exists()]
    on_path = shutil.which("initdb")
    if versions:
        return max(versions, key=lambda path: float(path.parent.name))
    if on_path:
        return Path(on_path).resolve().parent
    raise ServerMissing("the PostgreSQL server is not installed (Debian: apt-get install postgresql)")


def _unprivileged(home: Path) -> dict[str, Any]:
    """Who runs the server, as arguments for subprocess: PostgreSQL refuses to run as root."""
    if os.getuid() != 0:
        return {}
    known = {entry.pw_name: entry for entry in pwd.getpwall()}
    user = known.get("postgres") or known["nobody"]
    os.chown(home, user.pw_uid, user.pw_gid)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def _initialise(programs: Path, home: Path, owner: dict[str, Any]) -> None:
    command = [str(programs / "initdb"), "-D", str(home / "data"), "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    done = subprocess.run(
        [*command, "--locale=C", "--no-sync"], cwd=home, capture_output=True, text=True, check=False, **owner
    )
    if done.returncode:
        raise RuntimeError(f"initdb failed:\n{done.stderr[-4000:]}")


def _wait_until_it_answers(programs: Path, server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    ready = [str(programs / "pg_isready"), "-q", "-h", "127.0.0.1", "-p", str(port)]
    give_up = time.monotonic() + START_LIMIT_S
    while time.monotonic() < give_up and server.poll() is None:
        if subprocess.run(ready, check=False).returncode == 0:
            return
        time.sleep(0.05)
    raise RuntimeError(f"PostgreSQL did not come up:\n{log.read_text(errors='replace')[-4000:]}")


def _stop(server: subprocess.Popen[bytes]) -> None:
    server.send_signal(signal.SIGINT)  # "fast": ends sessions, does not wait for them
    try:
        server.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        server.send_signal(signal.SIGQUIT)
        server.wait()
