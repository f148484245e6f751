"""What survives the broker, however it ends."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import resource
from pathlib import Path
from typing import Any

import aio_pika
import pytest
from aio_pika import DeliveryMode, ExchangeType, Message
from aio_pika.abc import AbstractChannel, AbstractIncomingMessage
from aio_pika.exceptions import AMQPError
from aiormq.exceptions import ChannelNotFoundEntity
from tests.servers.development_broker import DevelopmentBroker, development_broker

PERSISTENT, TRANSIENT = DeliveryMode.PERSISTENT, DeliveryMode.NOT_PERSISTENT
QUORUM = {"x-queue-type": "quorum"}


async def everything(channel: AbstractChannel, queue: str) -> list[AbstractIncomingMessage]:
    """All messages of a queue, taken out of it."""
    declared = await channel.get_queue(queue)
    found = []
    while message := await declared.get(fail=False):
        await message.ack()
        found.append(message)
    return found


async def bodies(broker: DevelopmentBroker, queue: str) -> list[bytes]:
    async with await aio_pika.connect(broker.url()) as connection:
        return [message.body for message in await everything(await connection.channel(), queue)]


async def test_what_was_confirmed_survives_kill_9(tmp_path: Path) -> None:
    confirmed: list[bytes] = []

    async def publish(broker: DevelopmentBroker) -> None:
        async with await aio_pika.connect(broker.url()) as connection:
            channel = await connection.channel()
            await channel.declare_queue("kept", durable=True)

            async def one(number: int) -> None:
                content = b"%d" % number
                await channel.default_exchange.publish(Message(content, delivery_mode=PERSISTENT), "kept")
                confirmed.append(content)

            for start in range(0, 100_000, 50):
                await asyncio.gather(*(one(number) for number in range(start, start + 50)))

    with development_broker(tmp_path) as broker:
        publishing = asyncio.create_task(publish(broker))
        while len(confirmed) < 500:
            await asyncio.sleep(0.01)
        broker.kill()
        with contextlib.suppress(AMQPError, ConnectionError, asyncio.CancelledError):
            await publishing
    with development_broker(tmp_path) as broker:
        found = await bodies(broker, "kept")
    assert len(found) == len(set(found))
    assert set(confirmed) <= set(found)
    assert found == sorted(found, key=int)


@pytest.mark.parametrize("end", ["kill", "terminate"])
@pytest.mark.parametrize(
    ("durable", "kind", "mode", "survives"),
    [
        (True, {}, PERSISTENT, True),
        (True, {}, TRANSIENT, False),
        (True, QUORUM, TRANSIENT, True),
        (False, {}, PERSISTENT, None),
    ],
    ids=["persistent", "transient", "transient in a quorum queue", "in a queue that is not durable"],
)
async def test_what_survives_a_restart(
    tmp_path: Path, end: str, durable: bool, kind: dict[str, Any], mode: DeliveryMode, survives: bool | None
) -> None:
    with development_broker(tmp_path) as broker:
        async with await aio_pika.connect(broker.url()) as connection:
            channel = await connection.channel()
            await channel.declare_queue("queue", durable=durable, arguments=kind)
            await channel.default_exchange.publish(Message(b"here", delivery_mode=mode), "queue")
        getattr(broker, end)()
    with development_broker(tmp_path) as broker:
        if survives is None:
            with pytest.raises(ChannelNotFoundEntity):
                await bodies(broker, "queue")
        else:
            assert await bodies(broker, "queue") == ([b"here"] if survives else [])


@pytest.mark.skipif(not hasattr(resource, "prlimit"), reason="the limits of another process are Linux's")
async def test_a_store_that_cannot_be_written_ends_the_broker_before_it_confirms(tmp_path: Path) -> None:
    confirmed: list[bytes] = []
    with development_broker(tmp_path) as broker:
        async with await aio_pika.connect(broker.url()) as connection:
            channel = await connection.channel()
            await channel.declare_queue("kept", durable=True)
            resource.prlimit(broker.process.pid, resource.RLIMIT_FSIZE, (500_000, 500_000))
            with contextlib.suppress(AMQPError, ConnectionError, asyncio.CancelledError):
                for number in range(1000):
                    content = b"%d" % number + b" " * 1000
                    await channel.default_exchange.publish(Message(content, delivery_mode=PERSISTENT), "kept")
                    confirmed.append(content)
        assert broker.process.wait(10) == 1
        assert "cannot write the store" in broker.log.read_text()
    with development_broker(tmp_path) as broker:
        found = await bodies(broker, "kept")
    assert 0 < len(confirmed) < 1000
    assert found[: len(confirmed)] == confirmed


async def test_topology_survives_but_for_what_is_not_durable(tmp_path: Path) -> None:
    with development_broker(tmp_path) as broker:
        async with await aio_pika.connect(broker.url()) as connection:
            channel = await connection.channel()
            first = await channel.declare_exchange("first", ExchangeType.TOPIC, durable=True)
            second = await channel.declare_exchange("second", ExchangeType.HEADERS, durable=True)
            queue = await channel.declare_queue("queue", durable=True, arguments={"x-max-length": 5})
            await second.bind(first, "to.#")
            await queue.bind(second, "", arguments={"x-match": "any", "wanted": "yes"})
            await queue.bind(first, "gone")
            await queue.unbind(first, "gone")
            await channel.declare_queue("exclusive", durable=True, exclusive=True)
            await channel.declare_queue("deleted", durable=True)
            await channel.queue_delete("deleted")
            await queue.bind(await channel.declare_exchange("transient"), "key")
        broker.kill()
    with development_broker(tmp_path) as broker:
        async with await aio_pika.connect(broker.url()) as connection:
            channel = await connection.channel(on_return_raises=True)
            await channel.declare_queue("queue", durable=True, arguments={"x-max-length": 5})
            first = await channel.declare_exchange("first", ExchangeType.TOPIC, durable=True)
            await first.publish(Message(b"routed", headers={"wanted": "yes"}), "to.queue")
            with pytest.raises(aio_pika.exceptions.PublishError):
                await first.publish(Message(b"unbound"), "gone")
            assert [message.body for message in await everything(channel, "queue")] == [b"routed"]
            for missing in ("exclusive", "deleted"):
                with pytest.raises(ChannelNotFoundEntity):
                    await (await connection.channel()).declare_queue(missing, passive=True)
            with pytest.raises(ChannelNotFoundEntity):
                await (await connection.channel()).declare_exchange("transient", passive=True)


async def test_a_message_survives_whole_and_out_for_delivery(tmp_path: Path) -> None:
    sent = Message(
        b"\x00" * 200_000,
        headers={"traceparent": "00-1", "n": 2**40, "t": datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)},
        delivery_mode=PERSISTENT,
        message_id="m",
    )
    with development_broker(tmp_path) as broker:
        async with await aio_pika.connect(broker.url()) as connection:
            channel = await connection.channel()
            queue = await channel.declare_queue("queue", durable=True, arguments={**QUORUM, "x-delivery-limit": 3})
            await channel.default_exchange.publish(sent, "queue")
            await (await queue.get()).nack(requeue=True)
            assert (await queue.get()).headers["x-delivery-count"] == 1
            broker.kill()
    with development_broker(tmp_path) as broker:
        async with await aio_pika.connect(broker.url()) as connection:
            [found] = await everything(await connection.channel(), "queue")
    assert (found.body, found.redelivered, found.message_id) == (sent.body, True, "m")
    assert found.headers == {**sent.headers, "x-delivery-count": 1}


async def test_time_to_live_goes_on_while_the_broker_is_down(tmp_path: Path) -> None:
    with development_broker(tmp_path) as broker:
        async with await aio_pika.connect(broker.url()) as connection:
            channel = await connection.channel()
            await channel.declare_queue("dead", durable=True)
            arguments = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": "dead"}
            await channel.declare_queue("short", durable=True, arguments=arguments)
            message = Message(b"short", delivery_mode=PERSISTENT, expiration=0.3)
            await channel.default_exchange.publish(message, "short")
            await channel.default_exchange.publish(Message(b"long", delivery_mode=PERSISTENT, expiration=60), "short")
        broker.kill()
    await asyncio.sleep(0.4)
    with development_broker(tmp_path) as broker:
        assert (await bodies(broker, "short"), await bodies(broker, "dead")) == ([b"long"], [b"short"])


def shop(*queues: str) -> dict[str, Any]:
    """Definitions with a topic exchange and queues that are bound to it by their names."""
    return {
        "exchanges": [{"name": "events", "vhost": "/", "type": "topic"}],
        "queues": [{"name": queue, "vhost": "/", "arguments": {"x-max-length": 100}} for queue in queues],
        "bindings": [
            {"source": "events", "vhost": "/", "destination": queue, "destination_type": "queue", "routing_key": queue}
            for queue in queues
        ],
    }


async def publish(broker: DevelopmentBroker, key: str) -> None:
    async with await aio_pika.connect(broker.url()) as connection:
        events = await (await connection.channel()).get_exchange("events")
        await events.publish(Message(key.encode(), delivery_mode=PERSISTENT), key)


async def test_a_binding_that_leads_nowhere_is_told_and_left_out(tmp_path: Path) -> None:
    definitions = shop("billing")
    definitions["bindings"][0]["destination"] = "nowhere"
    with development_broker(tmp_path, definitions) as broker:
        await publish(broker, "billing")
        assert await bodies(broker, "billing") == []
        assert "no queue 'nowhere'" in broker.log.read_text()


async def test_definitions_rule_over_what_was_stored(tmp_path: Path) -> None:
    with development_broker(tmp_path, shop("billing", "shipping")) as broker:
        await publish(broker, "billing")
        await publish(broker, "shipping")
    with development_broker(tmp_path, shop("billing")) as broker:
        assert await bodies(broker, "billing") == [b"billing"]
        with pytest.raises(ChannelNotFoundEntity):
            await bodies(broker, "shipping")
    with development_broker(tmp_path, shop("billing", "shipping")) as broker:
        assert (await bodies(broker, "billing"), await bodies(broker, "shipping")) == ([], [b"shipping"])
