"""RabbitMQ: publishes with confirms, consumes with a bounded prefetch, and declares nothing, only looks."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Any

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractIncomingMessage, AbstractQueue, ConsumerTag
from prometheus_client import Gauge

from .events import CONTENT_TYPE

Take = Callable[[bytes], Awaitable[bool]]
PREFETCH = 16
PAUSE = 1.0  # seconds before the next attempt to connect
PATIENCE = 10.0  # seconds for a confirm, and for handlers to finish on shutdown
GLANCE = 1.0  # seconds to look at a queue, for the metrics
TROUBLE = (OSError, aio_pika.exceptions.AMQPError, asyncio.InvalidStateError)
LAG = Gauge("consumer_lag", "Events in a queue that nobody has taken yet", ["queue"])
log = logging.getLogger("broker")


class Broker:
    """Keeps one connection, and begins anew whenever it is lost.

    `queues` says who takes the events of each queue; what is taken with False goes to its dead letters.
    """

    def __init__(self, url: str, exchange: str, queues: Mapping[str, Take] | None = None) -> None:
        self._url, self._name, self._queues = url, exchange, queues or {}
        self._exchange: AbstractExchange | None = None
        self._tags: list[tuple[AbstractQueue, ConsumerTag]] = []
        self._taking: set[asyncio.Task[Any]] = set()
        self._trouble = "not connected yet"

    async def run(self) -> None:
        while True:
            try:
                await self._session()
            except TROUBLE as error:
                self._trouble = str(error) or type(error).__name__
            finally:
                self._exchange, self._tags = None, []
                LAG.clear()  # without a broker nobody knows
            log.warning("no broker", extra={"reason": self._trouble})
            await asyncio.sleep(PAUSE)

    async def check(self) -> None:
        """Raise unless connected, with the exchange and every queue in place."""
        if self._exchange is None:
            raise ConnectionError(self._trouble)

    async def publish(self, kind: str, event_id: str, body: bytes) -> None:
        """Send an event; returns when the broker has confirmed it."""
        if self._exchange is None:
            raise ConnectionError(self._trouble)
        persistent = aio_pika.DeliveryMode.PERSISTENT
        message = aio_pika.Message(body, content_type=CONTENT_TYPE, message_id=event_id, delivery_mode=persistent)
        await self._exchange.publish(message, kind, mandatory=False, timeout=PATIENCE)

    async def count(self) -> None:
        """Bring the gauge of events that wait to be taken up to date."""
        for queue, _ in self._tags:
            with suppress(*TROUBLE):
                seen = await queue.declare(timeout=GLANCE)
                LAG.labels(queue.name).set(seen.message_count or 0)

    async def drain(self) -> None:
        """Take nothing more, and let what was taken be finished."""
        tags, self._tags = self._tags, []
        for queue, tag in tags:
            with suppress(*TROUBLE):
                await queue.cancel(tag)
        if self._taking:
            await asyncio.wait(self._taking, timeout=PATIENCE)

    async def _session(self) -> None:
        connection = await aio_pika.connect(self._url, timeout=5)
        async with connection:
            ended = asyncio.Event()
            publishing, consuming = await connection.channel(), await connection.channel()
            for closable in (connection, publishing, consuming):
                closable.close_callbacks.add(lambda *_: ended.set())
            exchange = await publishing.get_exchange(self._name, ensure=True)
            await consuming.set_qos(prefetch_count=PREFETCH)
            for name, take in self._queues.items():
                self._tags.append(await self._consume(consuming, name, take))
            self._exchange = exchange
            log.info("connected to the broker")
            await ended.wait()
            self._trouble = "the connection was lost"

    async def _consume(self, channel: AbstractChannel, name: str, take: Take) -> tuple[AbstractQueue, ConsumerTag]:
        async def receive(message: AbstractIncomingMessage) -> None:
            if task := asyncio.current_task():
                self._taking.add(task)
                task.add_done_callback(self._taking.discard)
            done = await take(message.body)
            with suppress(*TROUBLE):  # the connection is gone: the event comes again, and the inbox knows it
                await (message.ack() if done else message.reject(requeue=False))

        queue = await channel.get_queue(name, ensure=True)
        return queue, await queue.consume(receive)
