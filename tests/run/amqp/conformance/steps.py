"""What the conformance tests do with a broker, in few words."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage, AbstractQueue

LIMIT_S = 10.0
QUORUM = {"x-queue-type": "quorum"}
both_types = pytest.mark.parametrize("kind", [{}, QUORUM], ids=["classic", "quorum"])


class Inbox:
    """Collects what a consumer gets, and does not answer it."""

    def __init__(self) -> None:
        self.messages: list[AbstractIncomingMessage] = []
        self._arrived = asyncio.Condition()

    async def __call__(self, message: AbstractIncomingMessage) -> None:
        async with self._arrived:
            self.messages.append(message)
            self._arrived.notify_all()

    async def first(self, count: int) -> list[AbstractIncomingMessage]:
        """The first so many messages, once they have come."""
        async with asyncio.timeout(LIMIT_S), self._arrived:
            await self._arrived.wait_for(lambda: len(self.messages) >= count)
        return self.messages[:count]

    async def settled(self) -> list[bytes]:
        """The bodies of what came, once nothing comes any more."""
        seen = -1
        while seen != len(self.messages):
            seen = len(self.messages)
            await asyncio.sleep(0.3)
        return bodies(self.messages)


def bodies(messages: list[AbstractIncomingMessage]) -> list[bytes]:
    return [message.body for message in messages]


async def eventually(probe: Callable[[], Awaitable[bool]]) -> None:
    """Wait until it is so; a quorum queue takes its time."""
    async with asyncio.timeout(LIMIT_S):
        while not await probe():
            await asyncio.sleep(0.05)


async def fetched(queue: AbstractQueue) -> AbstractIncomingMessage:
    """The next message of a queue, once there is one."""
    found: list[AbstractIncomingMessage] = []

    async def there_is_one() -> bool:
        message = await queue.get(fail=False)
        if message:
            found.append(message)
        return bool(message)

    await eventually(there_is_one)
    return found[0]


async def taken(queue: AbstractQueue, count: int) -> list[bytes]:
    """The bodies of the next so many messages, which are done with then."""
    taken: list[bytes] = []
    for _ in range(count):
        message = await fetched(queue)
        await message.ack()
        taken.append(message.body)
    return taken


async def ready(channel: AbstractChannel, queue: str) -> int:
    """How many messages wait in a queue."""
    return (await channel.declare_queue(queue, passive=True)).declaration_result.message_count or 0


async def send(channel: AbstractChannel, queue: str, *contents: bytes, **properties: Any) -> None:
    """Publish persistent messages straight to a queue, and wait for the confirms."""
    for content in contents:
        message = Message(content, delivery_mode=DeliveryMode.PERSISTENT, **properties)
        await channel.default_exchange.publish(message, queue)


@contextlib.asynccontextmanager
async def other_channel(connection: AbstractConnection) -> AsyncIterator[AbstractChannel]:
    """A channel whose end the broker may bring about."""
    channel = await connection.channel()
    yield channel
    if not channel.is_closed:
        await channel.close()


def deaths(letter: AbstractIncomingMessage) -> list[dict[str, Any]]:
    """The entries of a dead letter's `x-death`."""
    found: Any = letter.headers["x-death"]
    return list(found)
