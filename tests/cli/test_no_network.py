"""`init`, `lint`, `graph`, `facts` and `generate` never open a socket."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

WATCHED = """
import sys
def refuse(event, arguments):
    if event.startswith("socket.") and event != "socket.gethostname":
        raise SystemExit(f"{event} {arguments}")  # which nothing on the way takes for a failure of its own
sys.addaudithook(refuse)
from svcforge.__main__ import main
sys.exit(main())
"""


def watched(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", WATCHED, *arguments], cwd=folder, capture_output=True, text=True, check=False
    )


@pytest.mark.parametrize("arguments", ["lint", "graph --format svg", "facts orders", "generate", "rules", "schema"])
def test_a_command_opens_no_socket(tmp_path: Path, arguments: str) -> None:
    made = watched(tmp_path, "init", "--from", "shop", ".")
    assert (made.returncode, made.stderr) == (0, "")
    done = watched(tmp_path, *arguments.split())
    assert done.returncode == 0, done.stderr


def test_a_socket_would_be_seen(tmp_path: Path) -> None:
    script = WATCHED.partition("from svcforge")[0] + "import socket; socket.socket()"
    done = subprocess.run([sys.executable, "-c", script], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.stderr.startswith("socket.__new__")
