"""Whether a part answers: one small HTTP request, or just a connection where nothing speaks HTTP."""

from __future__ import annotations

import asyncio
import contextlib

LIMIT = 2.0
"""Seconds after which no answer is taken for no."""


async def healthy(port: int, path: str | None) -> bool:
    """Whether GET `path` on the loopback address answers 2xx; without a path, whether something listens."""
    if path is None:
        return await _listens(port)
    status, _ = await ask(port, "GET", path)
    return 200 <= status < 300


async def ask(port: int, method: str, path: str) -> tuple[int, str]:
    """The answer to a request without a body: its status and text; 0 and nothing when there is no answer."""
    request = f"{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    try:
        async with asyncio.timeout(LIMIT):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            try:
                writer.write(request.encode("ascii"))
                answer = await reader.read(-1)
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
    except (OSError, TimeoutError):
        return 0, ""
    head, _, body = answer.partition(b"\r\n\r\n")
    words = head.split(None, 2)
    if len(words) < 2 or not words[1].isdigit():
        return 0, ""
    return int(words[1]), body.decode("utf-8", "replace")


async def _listens(port: int) -> bool:
    try:
        async with asyncio.timeout(LIMIT):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    with contextlib.suppress(OSError):
        await writer.wait_closed()
    return True
