"""Connections that can be cut: a relay before a real server, and a port at which nobody is served."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

from tests.driving import eventually

BLOCK = 65536
HOST = "127.0.0.1"


class Line:
    """Relays TCP connections to a server on loopback until it is cut."""

    def __init__(self, server: int) -> None:
        self._server = server
        self._open: set[socket.socket] = set()
        self._whole = threading.Event()
        self._whole.set()
        self._listener = socket.create_server((HOST, 0))
        self.port: int = self._listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    @contextmanager
    def cut(self) -> Iterator[None]:
        """No connection lives, and none is made, for as long as the context lasts."""
        self._whole.clear()
        for end in list(self._open):
            _closed(end)
        try:
            yield
        finally:
            self._whole.set()

    def close(self) -> None:
        """Relay nothing more, for good."""
        self._whole.clear()
        _closed(self._listener)
        for end in list(self._open):
            _closed(end)

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                if self._whole.is_set():
                    self._relay(near)
                else:
                    _closed(near)

    def _relay(self, near: socket.socket) -> None:
        try:
            far = socket.create_connection((HOST, self._server))
        except OSError:
            _closed(near)
            return
        self._open |= {near, far}
        for source, target in ((near, far), (far, near)):
            threading.Thread(target=self._pump, args=(source, target), daemon=True).start()

    def _pump(self, source: socket.socket, target: socket.socket) -> None:
        with suppress(OSError):
            while block := source.recv(BLOCK):
                target.sendall(block)
        for end in (source, target):
            _closed(end)
            self._open.discard(end)


@contextmanager
def occupied(port: int) -> Iterator[None]:
    """Take a port that its owner has just left; whoever connects is turned away at once."""
    with eventually(lambda: _server(port), f"port {port} left by who had it") as listener:

        def turn_away() -> None:
            with suppress(OSError):
                while True:
                    _closed(listener.accept()[0])

        threading.Thread(target=turn_away, daemon=True).start()
        try:
            yield
        finally:
            # A listener that is closed while another thread accepts goes on listening until that has ended.
            listener.shutdown(socket.SHUT_RDWR)


def _server(port: int) -> socket.socket | None:
    try:
        return socket.create_server((HOST, port))
    except OSError:
        return None


def _closed(end: socket.socket) -> None:
    with suppress(OSError):
        end.shutdown(socket.SHUT_RDWR)
    end.close()
