"""A service of the tests' own: remembers what it is asked, answers what the test says."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

LIVE = "/health/live"


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


def slow(seconds: float) -> Callable[[Request], tuple[int, bytes]]:
    """The answer of a service that takes its time."""

    def answer(_: Request) -> tuple[int, bytes]:
        time.sleep(seconds)
        return 200, b"{}"

    return answer


@dataclass
class Stub:
    """A service behind the gateway: remembers what it is asked, answers what the test says."""

    port: int
    answer: Callable[[Request], tuple[int, bytes]] = ok
    live: bool = True
    asked: list[Request] = field(default_factory=list)

    def reset(self) -> None:
        """Nothing has happened, and nothing will."""
        self.asked.clear()
        self.answer, self.live = ok, True

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
