"""Real servers for the tests that want one: each a context manager that starts a throw-away copy on loopback."""

from __future__ import annotations

import os
import socket
from typing import NoReturn

import pytest


class ServerMissing(Exception):
    """The programs of a real server are not installed on this machine."""


def free_port() -> int:
    """A TCP port on 127.0.0.1 that nobody listened on a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def skip_without(missing: ServerMissing) -> NoReturn:
    """Skip the test with the reason; with CI=true fail it, since there a server that is missing hides what is broken."""
    if os.environ.get("CI") == "true":
        pytest.fail(f"CI must have it: {missing}")
    pytest.skip(str(missing))
