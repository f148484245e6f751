"""What ends a channel, what ends a connection."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import aio_pika
import pytest
from aio_pika.abc import AbstractConnection
from aiormq import exceptions as refused
from pamqp import base, body, commands, header, heartbeat
from tests.run.amqp.conformance.steps import QUORUM, other_channel
from tests.run.amqp.conftest import Name
from tests.run.amqp.raw import GREETING, Raw


async def test_an_unknown_delivery_tag_closes_the_channel_and_no_other(connection: AbstractConnection) -> None:
    neighbour = await connection.channel()
    channel = await connection.channel()
    underlay = await channel.get_underlay_channel()
    await underlay.basic_ack(77)
    with pytest.raises(refused.ChannelPreconditionFailed):
        await channel.declare_queue("", exclusive=True)
    await neighbour.declare_queue("", exclusive=True)


@pytest.mark.parametrize(
    "properties",
    [
        commands.Basic.Properties(expiration="soon"),
        commands.Basic.Properties(expiration="9" * 20),
        commands.Basic.Properties(user_id="somebody else"),
    ],
)
async def test_properties_that_make_no_sense_close_the_channel(
    connection: AbstractConnection, properties: commands.Basic.Properties
) -> None:
    async with other_channel(connection) as channel:
        underlay = await channel.get_underlay_channel()
        with pytest.raises(refused.ChannelPreconditionFailed):
            await underlay.basic_publish(b"", routing_key="anywhere", properties=properties)


CONTENT = header.ContentHeader(0, 0, commands.Basic.Properties())


@pytest.mark.parametrize(
    ("frames", "code"),
    [
        ([commands.Exchange.Declare(0, "odd", "odd")], 503),
        ([commands.Basic.Qos(prefetch_size=10)], 540),
        ([commands.Basic.Publish(0, "", "", immediate=True), CONTENT], 540),
        ([commands.Basic.Recover(False)], 540),
        ([commands.Channel.Flow(False)], 540),
        ([commands.Channel.Open()], 504),
        ([CONTENT], 505),
        ([commands.Basic.Publish(0, "", ""), commands.Basic.Publish(0, "", "")], 505),
        ([commands.Basic.Publish(0, "", ""), body.ContentBody(b"no header")], 505),
    ],
)
async def test_grave_errors_close_the_connection(url: str, frames: list[Any], code: int) -> None:
    raw = await Raw.opened(url)
    raw.send(1, *frames)
    assert await raw.refusal() == code
    raw.send(0, commands.Connection.CloseOk())
    assert await raw.is_dropped()


@pytest.mark.parametrize(
    ("method", "code"),
    [
        (lambda queue: commands.Queue.Delete(0, queue, if_unused=True), 540),
        (lambda queue: commands.Queue.Delete(0, queue, if_empty=True), 540),
        (lambda queue: commands.Basic.Get(0, queue), 405),
    ],
    ids=["deleting if unused", "deleting if empty", "fetching beside a single active consumer"],
)
async def test_what_a_quorum_queue_does_not_do(
    url: str, name: Name, method: Callable[[str], base.Frame], code: int
) -> None:
    raw, queue = await Raw.opened(url), name("quorum")
    arguments = {**QUORUM, "x-single-active-consumer": True}
    raw.send(1, commands.Queue.Declare(0, queue, durable=True, arguments=arguments))
    await raw.expect(commands.Queue.DeclareOk)
    raw.send(1, method(queue))
    ended = await raw.receive()
    assert isinstance(ended, commands.Channel.Close | commands.Connection.Close)
    assert ended.reply_code == code
    await raw.close()


async def test_global_prefetch_is_not_for_quorum_queues(url: str, name: Name) -> None:
    raw, queue = await Raw.opened(url), name("quorum")
    raw.send(1, commands.Queue.Declare(0, queue, durable=True, arguments=QUORUM))
    await raw.expect(commands.Queue.DeclareOk)
    raw.send(1, commands.Basic.Qos(prefetch_count=1, global_=True))
    await raw.expect(commands.Basic.QosOk)
    raw.send(1, commands.Basic.Consume(0, queue))
    assert await raw.refusal() == 540


async def test_a_consumer_tag_is_used_once(url: str) -> None:
    raw = await Raw.opened(url)
    raw.send(1, commands.Queue.Declare(0, "", exclusive=True))
    await raw.expect(commands.Queue.DeclareOk)
    raw.send(1, commands.Basic.Consume(0, "", "me"))
    await raw.expect(commands.Basic.ConsumeOk)
    raw.send(1, commands.Basic.Consume(0, "", "me"))
    assert await raw.refusal() == 530


async def test_a_channel_must_be_opened(url: str) -> None:
    raw = await Raw.opened(url)
    raw.send(2, commands.Basic.Qos(prefetch_count=1))
    assert await raw.refusal() == 504


async def test_a_frame_without_its_end_is_an_error(url: str) -> None:
    raw = await Raw.opened(url)
    raw.bytes(b"\x01\x00\x01\x00\x00\x00\x04\x00\x00\x00\x00\x00")
    assert await raw.refusal() == 501


async def test_an_unknown_virtual_host_is_refused(url: str) -> None:
    raw = await Raw.connected(url)
    raw.bytes(GREETING)
    await raw.expect(commands.Connection.Start)
    raw.send(0, commands.Connection.StartOk({}, "PLAIN", "\x00guest\x00guest", "en_US"))
    await raw.expect(commands.Connection.Tune)
    raw.send(0, commands.Connection.TuneOk(2047, 131072, 0), commands.Connection.Open("nowhere"))
    assert await raw.refusal() == 530


async def test_heartbeats_keep_a_connection_and_their_lack_ends_it(url: str) -> None:
    raw = await Raw.opened(url, heartbeat_s=1)
    await raw.expect(heartbeat.Heartbeat)
    started = asyncio.get_running_loop().time()
    assert await raw.is_dropped()
    assert asyncio.get_running_loop().time() - started < 5
    async with await aio_pika.connect(f"{url}?heartbeat=1") as connection:
        await asyncio.sleep(3.5)
        await (await connection.channel()).declare_queue("", exclusive=True)
