"""A real Envoy with the generated `local.yaml` before stub services, and the client that asks it."""

from __future__ import annotations

import http.client
import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from tests.packs.envoy.stub import Stub, stub
from tests.servers import free_port

from svcforge.packs.shelf import bundled
from svcforge.render.fast import FastRenderer
from svcforge.run import keys
from svcforge.run.manifest import Jwt
from svcforge.run.placeholders import Placeholder, filled

START_LIMIT_S = 30.0
ENVOY = Path(sys.executable).with_name("envoy")


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: headers by lower-case name."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)

    @property
    def problem(self) -> tuple[int, str]:
        """Status and type of a problem; fails when it is none."""
        assert self.headers["content-type"] == "application/problem+json"
        assert self.json["status"] == self.status
        return self.status, self.json["type"]


@dataclass(frozen=True)
class Gateway:
    """A running gateway: its ports, the stubs behind it, its files."""

    port: int
    admin: int
    stubs: Mapping[str, Stub]
    folder: Path
    jwt: Jwt | None
    process: subprocess.Popen[bytes]

    def ask(
        self, method: str, path: str, headers: Mapping[str, str] | None = None, body: bytes | None = None, **more: Any
    ) -> Answer:
        """One request; the path goes out as it is written."""
        return ask(self.port, method, path, headers, body, **more)

    def bearer(self, sub: str = "alice", scope: str = "", ttl: int = 600) -> dict[str, str]:
        """The header with a good token."""
        assert self.jwt
        return {"Authorization": f"Bearer {_token(self.folder, self.jwt, sub, scope, ttl)}"}

    def statistics(self, pattern: str) -> dict[str, int]:
        """Envoy's counters and gauges whose names match."""
        text = ask(self.admin, "GET", f"/stats?filter={pattern}").body.decode()
        pairs = (line.rpartition(": ") for line in text.splitlines())
        return {name: int(value) for name, _, value in pairs if value.isdigit()}


def ask(
    port: int,
    method: str,
    path: str,
    headers: Mapping[str, str] | None = None,
    body: bytes | None = None,
    timeout: float = 20.0,
) -> Answer:
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=timeout)
    try:
        connection.putrequest(method, path, skip_host="host" in (headers or {}), skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("content-length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()


@cache
def _token(folder: Path, jwt: Jwt, sub: str, scope: str, ttl: int) -> str:
    """Signing takes longer than anything else here."""
    return keys.token(folder, jwt, sub, scope, ttl)


def rendered(facts: Mapping[str, Any]) -> dict[str, str]:
    """The gateway's files by path."""
    files = FastRenderer(bundled().find("platform", "envoy")).render(facts)
    return {file.path: file.data.decode() for file in files}


@contextmanager
def gateway(
    facts: Mapping[str, Any],
    folder: Path,
    *,
    change: Callable[[str], str] = lambda text: text,
    jwks: Mapping[str, Any] | None = None,
    ports: Mapping[str, int] | None = None,
) -> Iterator[Gateway]:
    """Envoy with the `local.yaml` of these facts, filled in as `up` does it.

    Args:
        change: what is done to the text before it is filled in.
        jwks: public keys instead of our own.
        ports: those of upstreams that need no stub.
    """
    jwt = facts["gateway"]["jwt"]
    keys.make(folder)
    if jwks:
        (folder / keys.PUBLIC).write_text(json.dumps(jwks))
    with ExitStack() as stack:
        given = ports or {}
        names = [one["name"] for one in facts["gateway"]["upstreams"] if one["name"] not in given]
        stubs = {name: stack.enter_context(stub()) for name in names}
        found = {"": free_port(), "admin": free_port(), **{n: s.port for n, s in stubs.items()}, **given}

        def value(hole: Placeholder) -> str:
            return {"keys": str(folder), "admin": str(found["admin"])}.get(hole.kind) or str(found[hole.of])

        config = folder / "local.yaml"
        config.write_text(filled(change(rendered(facts)["local.yaml"]), value))
        log = (folder / "envoy.log").open("wb")
        stack.callback(log.close)
        command = [str(ENVOY), "--disable-hot-restart", "--concurrency", "1", "--log-level", "warn", "-c", str(config)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        stack.callback(_stop, process)
        whose = Jwt(issuer=jwt["issuer"], audience=jwt["audience"]) if jwt else None
        it = Gateway(found[""], found["admin"], stubs, folder, whose, process)
        _wait(it)
        yield it


def _wait(it: Gateway) -> None:
    give_up = time.monotonic() + START_LIMIT_S
    while time.monotonic() < give_up and it.process.poll() is None:
        try:
            if it.ask("GET", "/health", timeout=1).status == 200:
                return
        except OSError:
            time.sleep(0.02)
    raise RuntimeError(f"the gateway did not come up:\n{(it.folder / 'envoy.log').read_text()[-3000:]}")


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(10)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
