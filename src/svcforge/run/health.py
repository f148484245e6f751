"""Whether a part answers: one small HTTP request, or just a connection where nothing speaks HTTP."""

from __future__ import annotations

import asyncio
import contextlib
import http.client
import socket

LIMIT = 2.0
"""Seconds after which no answer is taken for no."""


async def healthy(port: int, path: str | None) -> bool:
    """Whether GET `path` on the loopback address answers 2xx; without a path, whether something listens."""
    # Ten services that start are asked ten times a second each: where nobody listens, that costs next to nothing.
    if not listens(port):
        return False
    if path is None:
        return True
    try:
        async with asyncio.timeout(LIMIT):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode("ascii"))
                # The first line is enough: who waits for the end of an answer waits a second for Envoy to close.
                words = (await reader.readline()).split()
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError, ValueError):
        return False
    return len(words) > 1 and words[1].startswith(b"2")


def listens(port: int) -> bool:
    """Whether a server takes connections on this port of the loopback address; known at once, yes or no."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
        # Only a server with a full queue makes anybody wait.
        probe.settimeout(0.1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


async def ask(port: int, method: str, path: str) -> tuple[int, str]:
    """The answer to a request without a body: its status and text; 0 and nothing when there is no answer."""
    return await asyncio.to_thread(_ask, port, method, path)


def _ask(port: int, method: str, path: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=LIMIT)
    try:
        connection.request(method, path)
        answer = connection.getresponse()
        return answer.status, answer.read().decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return 0, ""
    finally:
        connection.close()
