"""Messages on their way in: whole, confirmed, returned, refused."""

from __future__ import annotations

import asyncio
import datetime
from typing import Any

import pytest
from aio_pika import DeliveryMode, Message
from aio_pika.abc import AbstractChannel
from aio_pika.exceptions import DeliveryError, PublishError
from pamqp import body, commands, header
from tests.run.amqp.conformance.steps import QUORUM, fetched, send, taken
from tests.run.amqp.conftest import Name
from tests.run.amqp.raw import Raw


async def test_a_message_arrives_as_it_was_sent(channel: AbstractChannel, name: Name) -> None:
    queue = await channel.declare_queue(name("whole"), exclusive=True)
    sent = Message(
        b"\x00\xffbody",
        headers={"text": "ü", "number": 2**40, "truth": True, "nothing": None, "list": [1, "2"], "table": {"a": 1}},
        content_type="application/cloudevents+json",
        content_encoding="identity",
        delivery_mode=DeliveryMode.PERSISTENT,
        priority=3,
        correlation_id="correlation",
        reply_to="reply",
        expiration=60,
        message_id="message",
        timestamp=datetime.datetime(2024, 2, 29, 12, tzinfo=datetime.UTC),
        type="type",
        user_id="guest",
        app_id="app",
    )
    await channel.default_exchange.publish(sent, queue.name)
    received = await fetched(queue)
    assert (received.body, received.properties) == (sent.body, sent.properties)
    assert (received.exchange, received.routing_key, received.redelivered) == ("", queue.name, False)


@pytest.mark.parametrize("size", [0, 1, 131072 - 8, 131072 - 7, 3_000_000])
async def test_a_body_of_any_size_arrives(channel: AbstractChannel, name: Name, size: int) -> None:
    queue = await channel.declare_queue(name("large"), exclusive=True)
    await send(channel, queue.name, b"x" * size)
    assert (await fetched(queue)).body == b"x" * size


async def test_a_small_frame_max_is_kept(url: str, name: Name) -> None:
    raw = await Raw.opened(url, frame_max=4096)
    queue = name("frames")
    raw.send(1, commands.Queue.Declare(0, queue, exclusive=True))
    await raw.expect(commands.Queue.DeclareOk)
    raw.send(1, commands.Basic.Publish(0, "", queue), header.ContentHeader(0, 10_000, commands.Basic.Properties()))
    raw.send(1, *(body.ContentBody(part) for part in (b"a" * 4088, b"b" * 4088, b"c" * 1824)))
    raw.send(1, commands.Basic.Get(0, queue, True))
    await raw.expect(commands.Basic.GetOk)
    await raw.expect(header.ContentHeader)
    assert [len(await raw.expect(body.ContentBody)) for _ in range(3)] == [4088, 4088, 1824]
    await raw.close()


async def test_a_mandatory_message_without_a_queue_is_returned(channel: AbstractChannel) -> None:
    with pytest.raises(PublishError) as caught:
        await channel.default_exchange.publish(Message(b"lost"), "no such queue", mandatory=True)
    assert caught.value.message.delivery.reply_code == 312


async def test_the_return_comes_before_the_confirm(url: str) -> None:
    raw = await Raw.opened(url)
    raw.send(1, commands.Confirm.Select())
    await raw.expect(commands.Confirm.SelectOk)
    raw.send(1, commands.Basic.Publish(0, "", "no such queue", True))
    raw.send(1, header.ContentHeader(0, 4, commands.Basic.Properties()), body.ContentBody(b"back"))
    assert (await raw.expect(commands.Basic.Return)).reply_text == "NO_ROUTE"
    await raw.expect(header.ContentHeader)
    assert (await raw.expect(body.ContentBody)).value == b"back"
    assert (await raw.expect(commands.Basic.Ack)).delivery_tag == 1
    await raw.close()


async def test_a_message_that_nobody_must_get_is_confirmed_all_the_same(channel: AbstractChannel) -> None:
    confirmed = await channel.default_exchange.publish(Message(b"lost"), "no such queue", mandatory=False)
    assert isinstance(confirmed, commands.Basic.Ack)


@pytest.mark.parametrize(
    ("arguments", "accepted"), [({}, 2), (QUORUM, 3)], ids=["classic", "quorum, which notices one late"]
)
async def test_a_full_queue_that_rejects_nacks(
    channel: AbstractChannel, name: Name, arguments: dict[str, Any], accepted: int
) -> None:
    full = {**arguments, "x-max-length": 2, "x-overflow": "reject-publish"}
    queue = await channel.declare_queue(name("full"), durable=True, arguments=full)
    await send(channel, queue.name, *[b"in"] * accepted)
    with pytest.raises(DeliveryError):
        await send(channel, queue.name, b"out")
    await taken(queue, accepted)
    await send(channel, queue.name, b"in again")


async def test_many_confirms_come_for_many_messages(channel: AbstractChannel, name: Name) -> None:
    queue = await channel.declare_queue(name("many"), durable=True)
    await asyncio.gather(*(send(channel, queue.name, b"%d" % number) for number in range(500)))
    assert await taken(queue, 500) == [b"%d" % number for number in range(500)]
