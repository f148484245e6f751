"""A throw-away RabbitMQ node on loopback, from the `rabbitmq-server` that is installed."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.servers import ServerMissing, free_port

DEBIAN_SCRIPT = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
START_LIMIT_S = 90.0
STOP_LIMIT_S = 30.0
GUEST: dict[str, list[dict[str, Any]]] = {
    "vhosts": [{"name": "/"}],
    "users": [{"name": "guest", "password": "guest", "tags": ["administrator"]}],
    "permissions": [{"user": "guest", "vhost": "/", "configure": ".*", "write": ".*", "read": ".*"}],
}


@contextmanager
def rabbitmq(definitions: dict[str, Any] | None = None) -> Iterator[str]:
    """Run a node and yield its AMQP URL (user guest, vhost `/`).

    Args:
        definitions: in the format of RabbitMQ's definitions.json, imported at start besides guest and `/`;
            its users may carry a plain `password`.

    Raises:
        ServerMissing: no rabbitmq-server or Erlang here.
        RuntimeError: the node did not come up in time; the message carries the end of its log.
    """
    script, epmd = _programs()
    home = Path(tempfile.mkdtemp(prefix="svcforge-rabbitmq-"))
    port, epmd_port = free_port(), free_port()
    # An own epmd: the node's would listen on every interface and outlive the node.
    names = subprocess.Popen([epmd, "-port", str(epmd_port), "-address", "127.0.0.1"], stdin=subprocess.DEVNULL)
    node: subprocess.Popen[bytes] | None = None
    try:
        _configure(home, port, definitions or {})
        with (home / "node.log").open("wb") as log:
            node = subprocess.Popen(
                [script],
                env=_environment(home, epmd_port),
                cwd=home,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        _wait_until_it_answers(node, port, home / "node.log")
        yield f"amqp://guest:guest@127.0.0.1:{port}/"
    finally:
        if node:
            _stop(node)
        names.terminate()
        names.wait(STOP_LIMIT_S)
        shutil.rmtree(home, ignore_errors=True)


def _programs() -> tuple[str, str]:
    # Debian's wrapper on the PATH insists on the user rabbitmq and on /var/log; the script behind it does not.
    script = str(DEBIAN_SCRIPT) if DEBIAN_SCRIPT.exists() else shutil.which("rabbitmq-server")
    epmd = shutil.which("epmd")
    if not script or not epmd:
        raise ServerMissing("rabbitmq-server is not installed (Debian: apt-get install rabbitmq-server)")
    return script, epmd


def _configure(home: Path, port: int, definitions: dict[str, Any]) -> None:
    merged = {key: [*GUEST.get(key, []), *definitions.get(key, [])] for key in {**GUEST, **definitions}}
    (home / "definitions.json").write_text(json.dumps(merged))
    (home / "plugins").write_text("[].")
    (home / "rabbitmq.conf").write_text(
        f"listeners.tcp.1 = 127.0.0.1:{port}\n"
        f"load_definitions = {home}/definitions.json\n"
        "disk_free_limit.absolute = 1MB\n"
        "log.file = false\nlog.console = true\nlog.console.level = warning\n"
    )


def _environment(home: Path, epmd_port: int) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "LANG": "C.UTF-8",
        "HOME": str(home),
        "ERL_EPMD_PORT": str(epmd_port),
        "ERL_EPMD_ADDRESS": "127.0.0.1",
        "RABBITMQ_NODENAME": f"svcforge-{home.name.rpartition('-')[2]}@localhost",
        "RABBITMQ_DIST_PORT": str(free_port()),
        "RABBITMQ_CONFIG_FILE": str(home / "rabbitmq.conf"),
        "RABBITMQ_CONF_ENV_FILE": str(home / "none.conf"),
        "RABBITMQ_ENABLED_PLUGINS_FILE": str(home / "plugins"),
        "RABBITMQ_MNESIA_BASE": str(home / "mnesia"),
        "RABBITMQ_LOG_BASE": str(home / "log"),
        "RABBITMQ_PID_FILE": str(home / "pid"),
        # The machine is shared: no schedulers that spin while they wait.
        "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +sbwt none +sbwtdcpu none",
    }


def _wait_until_it_answers(node: subprocess.Popen[bytes], port: int, log: Path) -> None:
    give_up = time.monotonic() + START_LIMIT_S
    while time.monotonic() < give_up and node.poll() is None:
        try:
            with socket.create_connection(("127.0.0.1", port), timeout=1) as probe:
                probe.sendall(b"AMQP\x00\x00\x09\x01")
                if probe.recv(1) == b"\x01":
                    return
        except OSError:
            pass
        time.sleep(0.1)
    raise RuntimeError(f"RabbitMQ did not come up:\n{log.read_text(errors='replace')[-4000:]}")


def _stop(node: subprocess.Popen[bytes]) -> None:
    node.send_signal(signal.SIGTERM)
    try:
        node.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        os.killpg(node.pid, signal.SIGKILL)
        node.wait()
