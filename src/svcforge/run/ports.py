"""Which port each part listens on: the one its blueprint gives it, or the next that is free on this machine."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Collection, Mapping
from pathlib import Path

from svcforge.errors import SvcforgeError
from svcforge.run.layout import write_private

LAST = 65535
FIRST_AGAIN = 20000
"""Where the search goes on after the last port: above the well-known ones."""

Chosen = dict[str, tuple[int, int]]
"""By name: the preferred port and the one taken."""


def is_free(port: int) -> bool:
    """Whether a server could listen on this port of the loopback address now."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # As servers do: a connection that is winding down takes nothing from the next server.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


def choose(
    preferred: Mapping[str, int], before: Mapping[str, tuple[int, int]], take: Callable[[str, int], bool]
) -> Chosen:
    """A port for each name, no two alike: the one it had, else the preferred one, else the next one to be had.

    `take` gets a name and a port, and says whether the port is the name's from now on.
    """
    chosen: Chosen = {}
    taken: set[int] = set()
    # Those whose first wish can be met come first, so that nobody is given another's stable port.
    for name, wish in preferred.items():
        had = before.get(name)
        port = had[1] if had and had[0] == wish else wish
        if port not in taken and take(name, port):
            chosen[name] = (wish, port)
            taken.add(port)
    for name, wish in preferred.items():
        if name not in chosen:
            port = _next(name, wish, taken, take)
            chosen[name] = (wish, port)
            taken.add(port)
    return {name: chosen[name] for name in preferred}


def _next(name: str, port: int, taken: Collection[int], take: Callable[[str, int], bool]) -> int:
    for _ in range(LAST - FIRST_AGAIN + 1):
        if port not in taken and take(name, port):
            return port
        port = port + 1 if port < LAST else FIRST_AGAIN
    raise SvcforgeError("no port is free on this machine")


def remembered(path: Path) -> Chosen:
    """The ports of the last run; none when there was none, or its file is damaged."""
    try:
        data = json.loads(path.read_bytes())
        return {str(name): (int(pair["preferred"]), int(pair["port"])) for name, pair in data.items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def remember(path: Path, chosen: Chosen) -> None:
    """Keep them for the next run."""
    data = {name: {"preferred": wish, "port": port} for name, (wish, port) in sorted(chosen.items())}
    write_private(path, json.dumps(data, indent=2) + "\n")
