"""What may be declared, bound and deleted, and what is refused."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import aio_pika
import pytest
from aio_pika import ExchangeType, Message
from aio_pika.abc import AbstractChannel, AbstractConnection
from aiormq import exceptions as refused
from pamqp import commands, header
from tests.run.amqp.conformance.steps import QUORUM, Inbox, other_channel, ready, send
from tests.run.amqp.conftest import Name
from tests.run.amqp.raw import Raw


async def test_what_is_missing_is_not_found(connection: AbstractConnection, name: Name) -> None:
    missing = name("missing")
    attempts: list[Callable[[AbstractChannel], Awaitable[object]]] = [
        lambda channel: channel.declare_queue(missing, passive=True),
        lambda channel: channel.declare_exchange(missing, passive=True),
        lambda channel: _queue(channel, missing, "purge"),
        lambda channel: _queue(channel, missing, "get"),
        lambda channel: _queue(channel, missing, "bind", "amq.topic", "key"),
        lambda channel: _queue(channel, missing, "consume", Inbox()),
        lambda channel: _publish_to(channel, missing),
    ]
    for attempt in attempts:
        async with other_channel(connection) as channel:
            with pytest.raises(refused.ChannelNotFoundEntity):
                await attempt(channel)


async def _queue(channel: AbstractChannel, name: str, method: str, *arguments: Any) -> None:
    await getattr(await channel.get_queue(name, ensure=False), method)(*arguments)


async def _publish_to(channel: AbstractChannel, exchange: str) -> None:
    await (await channel.get_exchange(exchange, ensure=False)).publish(Message(b""), "key")


@pytest.mark.parametrize(
    ("first", "then"),
    [
        ({"durable": True}, {"durable": False}),
        ({"durable": True}, {"durable": True, "auto_delete": True}),
        ({"arguments": {"x-message-ttl": 5}}, {"arguments": {"x-message-ttl": 6}}),
        ({"arguments": {"x-message-ttl": 5}}, {}),
        ({}, {"arguments": {"x-dead-letter-exchange": "other"}}),
        ({"durable": True}, {"durable": True, "arguments": QUORUM}),
        (
            {"durable": True, "arguments": {**QUORUM, "x-delivery-limit": 3}},
            {"durable": True, "arguments": {**QUORUM, "x-delivery-limit": 4}},
        ),
    ],
)
async def test_a_queue_cannot_be_declared_otherwise(
    connection: AbstractConnection, name: Name, first: dict[str, Any], then: dict[str, Any]
) -> None:
    queue = name("fixed")
    async with other_channel(connection) as channel:
        await channel.declare_queue(queue, **first)
        await channel.declare_queue(queue, **first)
        with pytest.raises(refused.ChannelPreconditionFailed):
            await channel.declare_queue(queue, **then)


async def test_unknown_arguments_and_the_default_type_make_no_difference(channel: AbstractChannel, name: Name) -> None:
    queue = name("same")
    await channel.declare_queue(queue, durable=True, arguments={"x-own": 1})
    await channel.declare_queue(queue, durable=True, arguments={"x-own": 2, "x-queue-type": "classic"})
    await channel.declare_queue(queue, durable=True, arguments={"x-delivery-limit": 3})  # only quorum queues know it


@pytest.mark.parametrize(
    ("arguments", "options"),
    [
        ({"x-message-ttl": -1}, {}),
        ({"x-message-ttl": "soon"}, {}),
        ({"x-expires": 0}, {}),
        ({"x-overflow": "explode"}, {}),
        ({"x-queue-type": "unheard-of"}, {}),
        ({"x-delivery-limit": 3}, {}),
        ({"x-dead-letter-routing-key": "without an exchange"}, {}),
        ({"x-max-priority": 300}, {}),
        ({"x-message-ttl": 2**40}, {}),
        ({"x-queue-version": 3}, {}),
        ({"x-max-in-memory-length": 3}, {}),
        ({**QUORUM, "x-max-priority": 5}, {}),
        ({**QUORUM, "x-queue-version": 2}, {}),
        ({**QUORUM, "x-dead-letter-strategy": "perhaps"}, {}),
        (QUORUM, {"durable": False}),
        (QUORUM, {"exclusive": True}),
        (QUORUM, {"auto_delete": True}),
    ],
)
async def test_a_queue_that_makes_no_sense_is_refused(
    connection: AbstractConnection, name: Name, arguments: dict[str, Any], options: dict[str, bool]
) -> None:
    async with other_channel(connection) as channel:
        with pytest.raises(refused.ChannelPreconditionFailed):
            await channel.declare_queue(name("senseless"), arguments=arguments, **{"durable": True, **options})


async def test_an_exchange_cannot_be_declared_otherwise(connection: AbstractConnection, name: Name) -> None:
    exchange = name("fixed")
    for then in ({"type": ExchangeType.FANOUT}, {"durable": True}, {"internal": True}):
        async with other_channel(connection) as channel:
            await channel.declare_exchange(exchange, ExchangeType.TOPIC)
            with pytest.raises(refused.ChannelPreconditionFailed):
                await channel.declare_exchange(exchange, **{"type": ExchangeType.TOPIC, **then})  # type: ignore[arg-type]


async def test_reserved_names_are_refused(connection: AbstractConnection) -> None:
    attempts: list[Callable[[AbstractChannel], Awaitable[object]]] = [
        lambda channel: channel.declare_queue("amq.mine"),
        lambda channel: channel.declare_exchange("amq.mine"),
        lambda channel: channel.exchange_delete("amq.topic"),
    ]
    for attempt in attempts:
        async with other_channel(connection) as channel:
            with pytest.raises(refused.ChannelAccessRefused):
                await attempt(channel)


async def test_an_internal_exchange_is_not_published_to(connection: AbstractConnection, name: Name) -> None:
    async with other_channel(connection) as channel:
        exchange = await channel.declare_exchange(name("internal"), internal=True)
        underlay = await channel.get_underlay_channel()
        with pytest.raises(refused.ChannelAccessRefused):
            await underlay.basic_publish(b"", exchange=exchange.name, routing_key="key")


async def test_an_exclusive_queue_is_for_its_connection_and_ends_with_it(
    url: str, connection: AbstractConnection, name: Name
) -> None:
    queue = name("exclusive")
    async with await aio_pika.connect(url) as owner:
        await (await owner.channel()).declare_queue(queue, exclusive=True)
        async with other_channel(connection) as channel:
            with pytest.raises(refused.ChannelLockedResource):
                await channel.declare_queue(queue, exclusive=True)
    await asyncio.sleep(0.2)
    async with other_channel(connection) as channel:
        with pytest.raises(refused.ChannelNotFoundEntity):
            await ready(channel, queue)


async def test_an_auto_delete_queue_ends_with_its_last_consumer(connection: AbstractConnection, name: Name) -> None:
    async with other_channel(connection) as channel:
        queue = await channel.declare_queue(name("fleeting"), auto_delete=True)
        tags = [await queue.consume(Inbox()) for _ in range(2)]
        await queue.cancel(tags[0])
        assert await ready(channel, queue.name) == 0
        await queue.cancel(tags[1])
        with pytest.raises(refused.ChannelNotFoundEntity):
            await ready(channel, queue.name)


async def test_an_auto_delete_exchange_ends_with_its_last_binding(connection: AbstractConnection, name: Name) -> None:
    async with other_channel(connection) as channel:
        exchange = await channel.declare_exchange(name("fleeting"), auto_delete=True)
        queue = await channel.declare_queue(name("bound"), exclusive=True)
        await queue.bind(exchange, "key")
        await queue.unbind(exchange, "key")
        with pytest.raises(refused.ChannelNotFoundEntity):
            await channel.declare_exchange(exchange.name, passive=True)


async def test_the_server_names_a_queue_without_a_name(channel: AbstractChannel) -> None:
    queue = await channel.declare_queue("", exclusive=True)
    assert queue.name.startswith("amq.gen-")


async def test_the_server_names_no_quorum_queue(connection: AbstractConnection) -> None:
    async with other_channel(connection) as channel:
        with pytest.raises(refused.ChannelPreconditionFailed):
            await channel.declare_queue("", durable=True, arguments=QUORUM)


async def test_no_name_is_not_the_latest_queue_when_looking_for_one(connection: AbstractConnection) -> None:
    async with other_channel(connection) as channel:
        await channel.declare_queue("", exclusive=True)
        with pytest.raises(refused.ChannelNotFoundEntity):
            await channel.declare_queue("", passive=True)


async def test_the_latest_queue_is_meant_when_none_is_named(url: str) -> None:
    raw = await Raw.opened(url)
    raw.send(1, commands.Queue.Declare(0, "", exclusive=True))
    queue = (await raw.expect(commands.Queue.DeclareOk)).queue or ""
    raw.send(1, commands.Queue.Bind(0, "", "amq.direct", ""))
    await raw.expect(commands.Queue.BindOk)
    raw.send(1, commands.Basic.Publish(0, "amq.direct", queue), header.ContentHeader(0, 0, commands.Basic.Properties()))
    raw.send(1, commands.Basic.Get(0, "", True))
    await raw.expect(commands.Basic.GetOk)
    await raw.close()


async def test_purging_and_deleting_tell_how_many_messages_went(channel: AbstractChannel, name: Name) -> None:
    queue = await channel.declare_queue(name("emptied"), durable=True)
    await send(channel, queue.name, b"1", b"2")
    assert (await queue.purge()).message_count == 2
    await send(channel, queue.name, b"3")
    assert (await channel.queue_delete(queue.name)).message_count == 1
    assert (await channel.queue_delete(queue.name)).message_count == 0


async def test_what_is_in_use_is_not_deleted_when_so_asked(connection: AbstractConnection, name: Name) -> None:
    async with other_channel(connection) as owner:
        queue = await owner.declare_queue(name("used"), durable=True)
        exchange = await owner.declare_exchange(name("used"))
        await queue.bind(exchange, "key")
        await queue.consume(Inbox())
        attempts: list[Callable[[AbstractChannel], Awaitable[object]]] = [
            lambda channel: channel.queue_delete(queue.name, if_unused=True),
            lambda channel: channel.exchange_delete(exchange.name, if_unused=True),
        ]
        for attempt in attempts:
            async with other_channel(connection) as channel:
                with pytest.raises(refused.ChannelPreconditionFailed):
                    await attempt(channel)


async def test_a_queue_that_is_not_empty_is_not_deleted_when_so_asked(
    connection: AbstractConnection, name: Name
) -> None:
    async with other_channel(connection) as channel:
        queue = await channel.declare_queue(name("filled"), durable=True)
        await send(channel, queue.name, b"1")
        with pytest.raises(refused.ChannelPreconditionFailed):
            await channel.queue_delete(queue.name, if_empty=True)
