"""Systems to run: small HTTP servers in Python's standard library, laid out as `generate` would."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

from svcforge.run import session, state
from svcforge.run.layout import Layout

SERVER = r"""
import http.server, json, os, signal, sys, time

if os.environ.get("BROKEN"):
    sys.exit(f"cannot start: {os.environ['BROKEN']}")
print("2025-01-01T00:00:00.5Z", "hello from", os.environ["NAME"], flush=True)

class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        sick = os.path.exists("sick")
        self.send_response(503 if sick and self.path == "/health/ready" else 200)
        body = json.dumps(dict(os.environ)).encode()
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *args):
        pass

def ended(*_):
    with open(os.environ["ENDED"], "a") as file:
        file.write(os.environ["NAME"] + "\n")
    os._exit(0)

signal.signal(signal.SIGTERM, ended)
time.sleep(float(os.environ.get("SLOW", "0")))
http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler).serve_forever()
"""
SVCFORGE = [sys.executable, "-m", "svcforge"]
LONGEST = 30.0
"""Seconds that anything in these tests may take."""


class Lab:
    """A folder with a system in it, and the commands run on it."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.layout = Layout(root)
        self.run_json: dict[str, Any] = {
            "version": 1,
            "system": "lab",
            "jwt": {"issuer": "https://auth.lab.test", "audience": "lab"},
            "broker": None,
            "externals": [],
            "parts": [],
        }

    def part(self, name: str, kind: str = "service", **other: Any) -> dict[str, Any]:
        """Add a part whose process is a small HTTP server."""
        folder = self.root / f"{kind}s" / name
        folder.mkdir(parents=True)
        (folder / "server.py").write_text(SERVER.replace("\\\\n", "\n"))
        part = {
            "name": name,
            "kind": kind,
            "folder": f"{kind}s/{name}",
            "port": free_port(),
            "run": ["python", "server.py"],
            "health": "/health/ready",
            "database": None,
            **other,
            "env": {"NAME": name, "PORT": "${port}", "ENDED": str(self.root / "ended"), **other.get("env", {})},
        }
        self.run_json["parts"].append(part)
        return part

    def save(self) -> None:
        (self.root / "run.json").write_text(json.dumps(self.run_json))

    def svcforge(self, *args: str, environ: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, in the system's folder."""
        return subprocess.run(
            [*SVCFORGE, *args],
            cwd=self.root,
            env={**os.environ, **(environ or {})},
            capture_output=True,
            text=True,
            timeout=LONGEST,
        )

    def up(self, *args: str, environ: dict[str, str] | None = None) -> subprocess.Popen[str]:
        """`svcforge up` in the foreground, its output in `up.out`."""
        with (self.root / "up.out").open("w") as out:
            return subprocess.Popen(
                [*SVCFORGE, "up", *args],
                cwd=self.root,
                env={**os.environ, **(environ or {})},
                stdout=out,
                stderr=subprocess.STDOUT,
                text=True,
            )

    @property
    def out(self) -> str:
        return (self.root / "up.out").read_text()

    def status(self) -> session.Status:
        return session.status(self.root)

    def state_of(self, name: str) -> session.PartStatus | None:
        return next((part for part in self.status().parts if part.name == name), None)

    def pids(self) -> set[int]:
        return {part.pid for part in self.status().parts if part.pid}

    def supervisor(self) -> int:
        last = state.read(self.layout)
        assert last is not None
        return last.supervisor.pid

    def ended(self) -> list[str]:
        """The parts that ended because they were asked to, in that order."""
        file = self.root / "ended"
        return file.read_text().split() if file.exists() else []

    def environment_of(self, name: str) -> dict[str, str]:
        """The environment that a part says it has."""
        part = self.state_of(name)
        assert part is not None
        with urllib.request.urlopen(part.url + "/", timeout=5) as answer:
            found: dict[str, str] = json.loads(answer.read())
        return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], Any]) -> Any:
    """What the condition answers, once that is true."""
    limit = time.monotonic() + LONGEST
    while not (answer := condition()):
        assert time.monotonic() < limit, "took too long"
        time.sleep(0.02)
    return answer


def alive(pid: int) -> bool:
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False
