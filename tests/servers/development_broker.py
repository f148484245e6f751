"""The development broker as a process of its own, as `svcforge up` starts it."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

STOP_LIMIT_S = 10.0


class DevelopmentBroker:
    """A running broker, which ends at `kill` or `terminate` or when its context does; `log` is what it complains of."""

    def __init__(self, process: subprocess.Popen[str], port: int, log: Path) -> None:
        self.process, self.port, self.log = process, port, log

    def url(self, user: str = "guest", password: str = "guest", vhost: str = "") -> str:
        """Its AMQP URL; no vhost is `/`."""
        return f"amqp://{user}:{password}@127.0.0.1:{self.port}/{vhost}"

    def kill(self) -> None:
        """kill -9."""
        self.process.kill()
        self.process.wait()

    def terminate(self) -> int:
        """SIGTERM; its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_LIMIT_S)


def command(
    folder: Path, definitions: Mapping[str, Any] | None = None, users: Mapping[str, str] | None = None
) -> list[str]:
    """The command line of a broker on a free port whose store and files are in the folder."""
    arguments = [sys.executable, "-m", "svcforge.run.amqp", "--port", "0", "--store", str(folder / "broker.db")]
    for option, content in (("definitions", definitions), ("users", users)):
        if content is not None:
            file = folder / f"{option}.json"
            file.write_text(json.dumps(content))
            arguments += [f"--{option}", str(file)]
    return arguments


@contextmanager
def development_broker(
    folder: Path, definitions: Mapping[str, Any] | None = None, users: Mapping[str, str] | None = None
) -> Iterator[DevelopmentBroker]:
    """Run a broker whose store is in the folder; a second one on the same folder finds what the first left there."""
    log = folder / "broker.log"
    with log.open("a") as complaints:
        process = subprocess.Popen(
            command(folder, definitions, users), stdout=subprocess.PIPE, stderr=complaints, text=True
        )
    try:
        assert process.stdout is not None
        line = process.stdout.readline()
        assert line.startswith("listening on 127.0.0.1:"), log.read_text()
        yield DevelopmentBroker(process, int(line.rpartition(":")[2]), log)
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
