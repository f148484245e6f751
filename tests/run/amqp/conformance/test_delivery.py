"""Messages on their way out: who gets them, in which order, and what becomes of those that come back."""

from __future__ import annotations

from typing import Any

import pytest
from aio_pika.abc import AbstractChannel, AbstractConnection
from aiormq import exceptions as refused
from pamqp import commands, header
from tests.run.amqp.conformance.steps import (
    QUORUM,
    Inbox,
    bodies,
    both_types,
    eventually,
    fetched,
    other_channel,
    ready,
    send,
    taken,
)
from tests.run.amqp.conftest import Name
from tests.run.amqp.raw import Raw


@both_types
async def test_prefetch_is_per_consumer(
    connection: AbstractConnection, channel: AbstractChannel, name: Name, kind: dict[str, Any]
) -> None:
    queue = await channel.declare_queue(name("prefetch"), durable=True, arguments=kind)
    await channel.set_qos(prefetch_count=2)
    first, second = Inbox(), Inbox()
    await queue.consume(first)
    await queue.consume(second)
    await send(channel, queue.name, *[b"%d" % number for number in range(6)])
    assert sorted(await first.settled() + await second.settled()) == [b"0", b"1", b"2", b"3"]
    await first.messages[0].ack()
    assert len((await first.first(3)) + second.messages) == 5


async def test_a_global_prefetch_is_for_the_whole_channel(channel: AbstractChannel, name: Name) -> None:
    queue = await channel.declare_queue(name("global"), exclusive=True)
    inbox = Inbox()
    await queue.consume(inbox)
    await channel.set_qos(prefetch_count=3, global_=True)
    await queue.consume(inbox)
    await send(channel, queue.name, *[b"%d" % number for number in range(8)])
    assert await inbox.settled() == [b"0", b"1", b"2"]
    await inbox.messages[2].ack(multiple=True)
    assert bodies(await inbox.first(6)) == [b"%d" % number for number in range(6)]


@both_types
async def test_consumers_take_turns(channel: AbstractChannel, name: Name, kind: dict[str, Any]) -> None:
    queue = await channel.declare_queue(name("turns"), durable=True, arguments=kind)
    inboxes = [Inbox() for _ in range(3)]
    for inbox in inboxes:
        await queue.consume(inbox)
    await send(channel, queue.name, *[b"%d" % number for number in range(6)])
    assert [bodies(await inbox.first(2)) for inbox in inboxes] == [[b"0", b"3"], [b"1", b"4"], [b"2", b"5"]]


@both_types
async def test_the_consumer_of_higher_priority_comes_first(
    channel: AbstractChannel, name: Name, kind: dict[str, Any]
) -> None:
    queue = await channel.declare_queue(name("priority"), durable=True, arguments=kind)
    await channel.set_qos(prefetch_count=2)
    low, high = Inbox(), Inbox()
    await queue.consume(low)
    await queue.consume(high, arguments={"x-priority": 5})
    await send(channel, queue.name, b"1", b"2", b"3")
    assert (bodies(await high.first(2)), bodies(await low.first(1))) == ([b"1", b"2"], [b"3"])


@both_types
async def test_a_single_active_consumer_is_followed_by_the_next(
    channel: AbstractChannel, name: Name, kind: dict[str, Any]
) -> None:
    arguments = {**kind, "x-single-active-consumer": True}
    queue = await channel.declare_queue(name("single"), durable=True, arguments=arguments)
    first, second = Inbox(), Inbox()
    tag = await queue.consume(first)
    await queue.consume(second)
    await send(channel, queue.name, b"1", b"2")
    assert (await first.settled(), second.messages) == ([b"1", b"2"], [])
    await queue.cancel(tag)
    await send(channel, queue.name, b"3")
    assert bodies(await second.first(1)) == [b"3"]


async def test_messages_of_higher_priority_come_first(channel: AbstractChannel, name: Name) -> None:
    queue = await channel.declare_queue(name("urgent"), durable=True, arguments={"x-max-priority": 5})
    for priority in (0, 3, 9, 5):
        await send(channel, queue.name, b"%d" % priority, priority=priority)
    assert await taken(queue, 4) == [b"9", b"5", b"3", b"0"]


async def test_without_acknowledgement_a_message_is_gone_when_it_is_sent(channel: AbstractChannel, name: Name) -> None:
    queue = await channel.declare_queue(name("fire"), durable=True)
    await channel.set_qos(prefetch_count=1)
    inbox = Inbox()
    await queue.consume(inbox, no_ack=True)
    await send(channel, queue.name, b"1", b"2", b"3")
    assert bodies(await inbox.first(3)) == [b"1", b"2", b"3"]
    await channel.close()


async def test_an_exclusive_consumer_is_the_only_one(
    connection: AbstractConnection, channel: AbstractChannel, name: Name
) -> None:
    queue = await channel.declare_queue(name("alone"), durable=True)
    await queue.consume(Inbox(), exclusive=True)
    async with other_channel(connection) as other:
        with pytest.raises(refused.ChannelAccessRefused):
            await (await other.get_queue(queue.name)).consume(Inbox())


async def test_a_cancelled_consumer_may_still_answer(channel: AbstractChannel, name: Name) -> None:
    queue = await channel.declare_queue(name("cancelled"), durable=True)
    inbox = Inbox()
    tag = await queue.consume(inbox)
    await send(channel, queue.name, b"held")
    [message] = await inbox.first(1)
    await queue.cancel(tag)
    assert await ready(channel, queue.name) == 0
    await message.nack(requeue=True)
    again = await fetched(queue)
    assert (again.body, again.redelivered) == (b"held", True)


async def test_deleting_a_queue_cancels_its_consumers(url: str, channel: AbstractChannel, name: Name) -> None:
    raw = await Raw.opened(url, capabilities={"consumer_cancel_notify": True})
    queue = await channel.declare_queue(name("deleted"))
    raw.send(1, commands.Basic.Consume(0, queue.name, "me"))
    await raw.expect(commands.Basic.ConsumeOk)
    await channel.queue_delete(queue.name)
    assert (await raw.expect(commands.Basic.Cancel)).consumer_tag == "me"
    await raw.close()


@both_types
async def test_a_closed_channel_gives_back_in_order(
    connection: AbstractConnection, channel: AbstractChannel, name: Name, kind: dict[str, Any]
) -> None:
    queue = await channel.declare_queue(name("back"), durable=True, arguments=kind)
    await send(channel, queue.name, *[b"%d" % number for number in range(4)])
    async with other_channel(connection) as other:
        inbox = Inbox()
        await other.set_qos(prefetch_count=3)
        await (await other.get_queue(queue.name)).consume(inbox)
        await inbox.first(3)
    inbox = Inbox()
    await queue.consume(inbox)
    again = await inbox.first(4)
    assert [(message.body, message.redelivered) for message in again] == [
        (b"0", True),
        (b"1", True),
        (b"2", True),
        (b"3", False),
    ]


@pytest.mark.parametrize(
    ("arguments", "order"),
    [
        ({}, [b"0", b"1", b"2", b"3"]),
        ({**QUORUM, "x-delivery-limit": 9}, [b"0", b"1", b"2", b"3"]),
        (QUORUM, [b"2", b"3", b"0", b"1"]),
    ],
    ids=["classic: where they were", "quorum with a limit: in front", "quorum: at the end"],
)
async def test_requeued_messages_keep_their_order(
    channel: AbstractChannel, name: Name, arguments: dict[str, Any], order: list[bytes]
) -> None:
    queue = await channel.declare_queue(name("requeued"), durable=True, arguments=arguments)
    await send(channel, queue.name, *[b"%d" % number for number in range(4)])
    held = [await fetched(queue) for _ in range(2)]
    await held[1].nack(multiple=True, requeue=True)

    async def all_are_back() -> bool:
        return await ready(channel, queue.name) == 4

    await eventually(all_are_back)
    assert await taken(queue, 4) == order


async def test_acknowledging_several_at_once(channel: AbstractChannel, name: Name) -> None:
    queue = await channel.declare_queue(name("several"), durable=True)
    await send(channel, queue.name, b"1", b"2", b"3")
    held = [await fetched(queue) for _ in range(3)]
    await held[1].ack(multiple=True)
    await held[2].nack(requeue=True)
    assert await taken(queue, 1) == [b"3"]
    assert await ready(channel, queue.name) == 0


async def test_recover_delivers_again_what_is_not_answered(url: str, name: Name) -> None:
    raw, queue = await Raw.opened(url), name("recovered")
    raw.send(1, commands.Queue.Declare(0, queue, exclusive=True))
    await raw.expect(commands.Queue.DeclareOk)
    raw.send(1, commands.Basic.Publish(0, "", queue), header.ContentHeader(0, 0, commands.Basic.Properties()))
    raw.send(1, commands.Basic.Consume(0, queue, "me"))
    await raw.expect(commands.Basic.ConsumeOk)
    assert not (await raw.expect(commands.Basic.Deliver)).redelivered
    await raw.expect(header.ContentHeader)
    raw.send(1, commands.Basic.Recover(True))
    # The two may come in either order.
    kinds = {type(await raw.receive()) for _ in range(3)}
    assert kinds == {commands.Basic.RecoverOk, commands.Basic.Deliver, header.ContentHeader}
    await raw.close()


async def test_get_says_how_many_are_left(channel: AbstractChannel, name: Name) -> None:
    queue = await channel.declare_queue(name("get"), durable=True)
    assert await queue.get(fail=False) is None
    await send(channel, queue.name, b"1", b"2", b"3")
    assert (await fetched(queue)).message_count == 2
