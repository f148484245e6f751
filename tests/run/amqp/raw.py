"""An AMQP client that does only what it is told, for what no decent client would send."""

from __future__ import annotations

import asyncio
from typing import TypeVar
from urllib.parse import unquote, urlsplit

from pamqp import base, body, commands, common, frame, header, heartbeat

GREETING = b"AMQP\x00\x00\x09\x01"
LIMIT_S = 10.0
Frame = base.Frame | body.ContentBody | header.ContentHeader | heartbeat.Heartbeat
Kind = TypeVar("Kind", bound=Frame)


class Raw:
    """A socket that speaks in frames."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    @classmethod
    async def connected(cls, url: str) -> Raw:
        """Connected, and nothing said."""
        parts = urlsplit(url)
        return cls(*await asyncio.open_connection(parts.hostname, parts.port))

    @classmethod
    async def opened(
        cls,
        url: str,
        *,
        heartbeat_s: int = 0,
        frame_max: int = 131072,
        capabilities: common.FieldTable | None = None,
    ) -> Raw:
        """Connected and logged in, with channel 1 open."""
        raw = await cls.connected(url)
        parts = urlsplit(url)
        raw.bytes(GREETING)
        await raw.expect(commands.Connection.Start)
        response = f"\x00{unquote(parts.username or '')}\x00{unquote(parts.password or '')}"
        raw.send(0, commands.Connection.StartOk({"capabilities": capabilities or {}}, "PLAIN", response, "en_US"))
        await raw.expect(commands.Connection.Tune)
        raw.send(0, commands.Connection.TuneOk(2047, frame_max, heartbeat_s))
        raw.send(0, commands.Connection.Open(unquote(parts.path[1:]) or "/"))
        await raw.expect(commands.Connection.OpenOk)
        raw.send(1, commands.Channel.Open())
        await raw.expect(commands.Channel.OpenOk)
        return raw

    def bytes(self, data: bytes) -> None:
        """Send bytes as they are."""
        self._writer.write(data)

    def send(self, channel: int, *frames: Frame) -> None:
        """Send frames on a channel."""
        for each in frames:
            self.bytes(frame.marshal(each, channel))

    async def receive(self) -> Frame:
        """The next frame; raises asyncio.IncompleteReadError when the other side has closed."""
        async with asyncio.timeout(LIMIT_S):
            prefix = await self._reader.readexactly(7)
            rest = await self._reader.readexactly(int.from_bytes(prefix[3:], "big") + 1)
        received: Frame = frame.unmarshal(prefix + rest)[2]
        return received

    async def expect(self, kind: type[Kind]) -> Kind:
        """The next frame, which must be of that kind."""
        received = await self.receive()
        assert isinstance(received, kind), vars(type(received)).get("name")
        return received

    async def rest(self) -> bytes:
        """All bytes until the other side closes."""
        async with asyncio.timeout(LIMIT_S):
            return await self._reader.read()

    async def refusal(self) -> int:
        """The code of the connection's end, which must come next."""
        return (await self.expect(commands.Connection.Close)).reply_code or 0

    async def is_dropped(self) -> bool:
        """Whether the other side ends the connection, whatever it says before."""
        try:
            async with asyncio.timeout(LIMIT_S):
                while True:
                    await self.receive()
        except (asyncio.IncompleteReadError, ConnectionError):
            return True
        except TimeoutError:
            return False

    def pause(self) -> None:
        """Read no more."""
        self._writer.transport.pause_reading()  # type: ignore[attr-defined]

    def resume(self) -> None:
        """Read again."""
        self._writer.transport.resume_reading()  # type: ignore[attr-defined]

    async def close(self) -> None:
        """Drop the socket."""
        self._writer.close()
