"""Dead letters, times to live, lengths and counts."""

from __future__ import annotations

import asyncio
import datetime
from typing import Any

import pytest
from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractQueue
from aio_pika.exceptions import DeliveryError
from aiormq import exceptions as refused
from tests.run.amqp.conformance.steps import (
    QUORUM,
    Inbox,
    bodies,
    both_types,
    deaths,
    eventually,
    fetched,
    other_channel,
    ready,
    send,
    taken,
)
from tests.run.amqp.conftest import Name


async def mourning(channel: AbstractChannel, name: Name, kind: dict[str, Any]) -> tuple[AbstractQueue, dict[str, Any]]:
    """A queue of dead letters, and the arguments that lead there."""
    exchange = await channel.declare_exchange(name("dlx"), ExchangeType.FANOUT, durable=True)
    queue = await channel.declare_queue(name("dead"), durable=True, arguments=kind)
    await queue.bind(exchange)
    return queue, {**kind, "x-dead-letter-exchange": exchange.name}


@both_types
async def test_a_rejected_message_becomes_a_dead_letter(
    channel: AbstractChannel, name: Name, kind: dict[str, Any]
) -> None:
    dead, arguments = await mourning(channel, name, kind)
    queue = await channel.declare_queue(name("rejecting"), durable=True, arguments=arguments)
    await send(channel, queue.name, b"bad", headers={"kept": 1}, expiration=60, message_id="m")
    await (await fetched(queue)).reject(requeue=False)
    letter = await fetched(dead)
    [death] = deaths(letter)
    assert isinstance(death.pop("time"), datetime.datetime)
    assert death == {
        "count": 1,
        "reason": "rejected",
        "queue": queue.name,
        "exchange": "",
        "routing-keys": [queue.name],
        "original-expiration": "60000",
    }
    others = {key: value for key, value in letter.headers.items() if key not in ("x-death", "x-delivery-count")}
    assert others == {
        "kept": 1,
        "x-first-death-exchange": "",
        "x-first-death-queue": queue.name,
        "x-first-death-reason": "rejected",
    }
    assert (letter.body, letter.routing_key, letter.message_id, letter.expiration) == (b"bad", queue.name, "m", None)


async def test_deaths_are_counted_by_queue_and_reason(channel: AbstractChannel, name: Name) -> None:
    retry, work = name("retry"), name("work")
    back = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": work, "x-message-ttl": 20}
    away = {"x-dead-letter-exchange": "", "x-dead-letter-routing-key": retry}
    await channel.declare_queue(retry, durable=True, arguments=back)
    queue = await channel.declare_queue(work, durable=True, arguments=away)
    await send(channel, work, b"again and again")
    for _ in range(3):
        await (await fetched(queue)).reject(requeue=False)
    found = deaths(await fetched(queue))
    assert [(death["queue"], death["reason"], death["count"]) for death in found] == [
        (retry, "expired", 3),
        (work, "rejected", 3),
    ]


@both_types
async def test_letters_that_go_round_by_themselves_are_dropped(
    channel: AbstractChannel, name: Name, kind: dict[str, Any]
) -> None:
    own = name("circle")
    arguments = {**kind, "x-dead-letter-exchange": "", "x-dead-letter-routing-key": own, "x-message-ttl": 20}
    await channel.declare_queue(own, durable=True, arguments=arguments)
    await send(channel, own, b"round")

    async def is_gone() -> bool:
        return await ready(channel, own) == 0

    await eventually(is_gone)


async def test_a_quorum_queue_counts_deliveries_up_to_its_limit(channel: AbstractChannel, name: Name) -> None:
    dead, arguments = await mourning(channel, name, QUORUM)
    queue = await channel.declare_queue(name("limited"), durable=True, arguments={**arguments, "x-delivery-limit": 2})
    inbox = Inbox()
    await queue.consume(inbox)
    await send(channel, queue.name, b"poison")
    seen = []
    for number in range(3):
        message = (await inbox.first(number + 1))[-1]
        seen.append((message.redelivered, message.headers.get("x-delivery-count")))
        await message.nack(requeue=True)
    assert seen == [(False, None), (True, 1), (True, 2)]
    assert (await fetched(dead)).headers["x-first-death-reason"] == "delivery_limit"


@both_types
async def test_what_waits_too_long_expires(channel: AbstractChannel, name: Name, kind: dict[str, Any]) -> None:
    dead, arguments = await mourning(channel, name, kind)
    queue = await channel.declare_queue(name("short"), durable=True, arguments={**arguments, "x-message-ttl": 60_000})
    await send(channel, queue.name, b"short", expiration=0.05)
    letter = await fetched(dead)
    [death] = deaths(letter)
    assert (letter.body, death["reason"], death["original-expiration"]) == (b"short", "expired", "50")


@both_types
async def test_only_the_head_of_a_queue_expires(channel: AbstractChannel, name: Name, kind: dict[str, Any]) -> None:
    queue = await channel.declare_queue(name("behind"), durable=True, arguments=kind)
    await send(channel, queue.name, b"stays")
    await send(channel, queue.name, b"expires", expiration=0.02)
    await asyncio.sleep(0.2)
    assert await ready(channel, queue.name) == 2
    assert await taken(queue, 1) == [b"stays"]

    async def is_empty() -> bool:
        return await ready(channel, queue.name) == 0

    await eventually(is_empty)


@both_types
async def test_what_comes_to_the_head_expires_from_there(
    channel: AbstractChannel, name: Name, kind: dict[str, Any]
) -> None:
    dead, arguments = await mourning(channel, name, kind)
    fetching = await channel.declare_queue(name("fetching"), durable=True, arguments=arguments)
    await send(channel, fetching.name, b"stays")
    await send(channel, fetching.name, b"fetched away", expiration=0.2)
    await fetching.get(no_ack=True)
    assert await taken(dead, 1) == [b"fetched away"]
    pushing = await channel.declare_queue(name("pushing"), durable=True, arguments={**arguments, "x-max-length": 1})
    await send(channel, pushing.name, b"stays")
    await send(channel, pushing.name, b"pushed away", expiration=0.2)
    assert await taken(dead, 2) == [b"stays", b"pushed away"]


@both_types
async def test_a_time_to_live_of_nothing_reaches_only_who_waits(
    channel: AbstractChannel, name: Name, kind: dict[str, Any]
) -> None:
    queue = await channel.declare_queue(name("now"), durable=True, arguments={**kind, "x-message-ttl": 0})
    await send(channel, queue.name, b"nobody there")
    await asyncio.sleep(0.1)
    inbox = Inbox()
    await queue.consume(inbox)
    await send(channel, queue.name, b"somebody there")
    assert bodies(await inbox.first(1)) == [b"somebody there"]


@both_types
async def test_a_full_queue_drops_its_head(channel: AbstractChannel, name: Name, kind: dict[str, Any]) -> None:
    dead, arguments = await mourning(channel, name, kind)
    queue = await channel.declare_queue(name("short"), durable=True, arguments={**arguments, "x-max-length": 2})
    await send(channel, queue.name, b"1", b"2", b"3")
    letter = await fetched(dead)
    assert (letter.body, letter.headers["x-first-death-reason"]) == (b"1", "maxlen")
    assert await taken(queue, 2) == [b"2", b"3"]


async def test_a_queue_may_be_full_by_bytes(channel: AbstractChannel, name: Name) -> None:
    queue = await channel.declare_queue(name("bytes"), durable=True, arguments={"x-max-length-bytes": 10})
    await send(channel, queue.name, b"1234", b"5678", b"90ab")
    assert await taken(queue, 2) == [b"5678", b"90ab"]


async def test_a_full_queue_may_reject_and_dead_letter(channel: AbstractChannel, name: Name) -> None:
    dead, arguments = await mourning(channel, name, {})
    full = {**arguments, "x-max-length": 1, "x-overflow": "reject-publish-dlx"}
    queue = await channel.declare_queue(name("full"), durable=True, arguments=full)
    await send(channel, queue.name, b"in")
    with pytest.raises(DeliveryError):
        await send(channel, queue.name, b"out")
    assert await taken(dead, 1) == [b"out"]


async def test_dead_letters_at_least_once(channel: AbstractChannel, name: Name) -> None:
    dead, arguments = await mourning(channel, name, QUORUM)
    careful = {**arguments, "x-dead-letter-strategy": "at-least-once", "x-overflow": "reject-publish"}
    queue = await channel.declare_queue(name("careful"), durable=True, arguments=careful)
    await send(channel, queue.name, b"bad")
    await (await fetched(queue)).reject(requeue=False)
    assert await taken(dead, 1) == [b"bad"]


async def test_an_unused_queue_expires(connection: AbstractConnection, name: Name) -> None:
    async with other_channel(connection) as channel:
        queue = await channel.declare_queue(name("unused"), durable=True, arguments={"x-expires": 100})
        tag = await queue.consume(Inbox())
        await asyncio.sleep(0.3)
        await queue.cancel(tag)
        await asyncio.sleep(0.5)
        with pytest.raises(refused.ChannelNotFoundEntity):
            await ready(channel, queue.name)
