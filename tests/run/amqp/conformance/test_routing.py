"""Which queues a message reaches."""

from __future__ import annotations

from typing import Any

import pytest
from aio_pika import ExchangeType, Message
from aio_pika.abc import AbstractChannel, AbstractQueue
from aio_pika.exceptions import PublishError
from tests.run.amqp.conformance.steps import fetched, ready, send, taken
from tests.run.amqp.conftest import Name


async def routed(channel: AbstractChannel, queue: AbstractQueue, exchange: str, key: str, **properties: Any) -> bool:
    """Whether an exchange brings a message to the queue."""
    source = await channel.get_exchange(exchange)
    try:
        await source.publish(Message(b"routed", **properties), key)
    except PublishError:
        return False
    return await taken(queue, 1) == [b"routed"]


@pytest.mark.parametrize(
    ("pattern", "key", "taken"),
    [
        ("ordering.order-created.v1", "ordering.order-created.v1", True),
        ("ordering.*.v1", "ordering.order-created.v1", True),
        ("ordering.*", "ordering.order-created.v1", False),
        ("ordering.#", "ordering.order-created.v1", True),
        ("ordering.#", "ordering", True),
        ("#.v1", "v1", True),
        ("#", "", True),
        ("*", "", False),
        ("", "", True),
        ("*.*", ".", True),
        ("a.#.b", "a.b", True),
        ("#.a.#", "x.a.y", True),
        ("a*", "ab", False),
    ],
)
async def test_a_topic_exchange_matches_words(
    channel: AbstractChannel, name: Name, pattern: str, key: str, taken: bool
) -> None:
    queue = await channel.declare_queue(name("words"), exclusive=True)
    await queue.bind("amq.topic", pattern)
    assert await routed(channel, queue, "amq.topic", key) == taken


@pytest.mark.parametrize(
    ("wanted", "headers", "taken"),
    [
        ({}, {"a": 1}, True),
        ({"x-match": "any"}, {"a": 1}, False),
        ({"a": 1}, {"a": 1, "b": 2}, True),
        ({"a": 1, "b": 3}, {"a": 1, "b": 2}, False),
        ({"a": 1}, {"a": "1"}, False),
        ({"a": None}, {"a": "anything"}, True),
        ({"a": None}, {}, False),
        ({"x-match": "any", "a": 1, "b": 2}, {"b": 2}, True),
        ({"x-match": "any", "x-a": 1}, {"x-a": 1}, False),
        ({"x-match": "any-with-x", "x-a": 1}, {"x-a": 1}, True),
        ({"x-match": "all-with-x", "x-a": 1}, {"x-a": 2}, False),
        ({"a": True}, {"a": 1}, False),
    ],
)
async def test_a_headers_exchange_matches_headers(
    channel: AbstractChannel, name: Name, wanted: dict[str, Any], headers: dict[str, Any], taken: bool
) -> None:
    queue = await channel.declare_queue(name("headers"), exclusive=True)
    await queue.bind("amq.headers", "", arguments=wanted)
    assert await routed(channel, queue, "amq.headers", "", headers=headers) == taken


async def test_a_direct_exchange_wants_the_very_key(channel: AbstractChannel, name: Name) -> None:
    queue = await channel.declare_queue(name("direct"), exclusive=True)
    await queue.bind("amq.direct", queue.name)
    assert await routed(channel, queue, "amq.direct", queue.name)
    assert not await routed(channel, queue, "amq.direct", f"{queue.name}.more")


async def test_a_binding_holds_from_when_it_is_made_until_it_is_removed(channel: AbstractChannel, name: Name) -> None:
    exchange = await channel.declare_exchange(name("changing"), ExchangeType.TOPIC)
    queue = await channel.declare_queue(name("bound"), exclusive=True)
    assert not await routed(channel, queue, exchange.name, "a.b")
    await queue.bind(exchange, "a.*")
    assert await routed(channel, queue, exchange.name, "a.b")
    await queue.unbind(exchange, "a.*")
    assert not await routed(channel, queue, exchange.name, "a.b")


async def test_a_fanout_exchange_copies_to_every_queue_once(channel: AbstractChannel, name: Name) -> None:
    exchange = await channel.declare_exchange(name("fanout"), ExchangeType.FANOUT)
    queues = [await channel.declare_queue(name("copy"), exclusive=True) for _ in range(2)]
    for queue in queues:
        await queue.bind(exchange, "one")
        await queue.bind(exchange, "two")
    await exchange.publish(Message(b"news"), "whatever")
    assert [await taken(queue, 1) for queue in queues] == [[b"news"], [b"news"]]
    assert [await ready(channel, queue.name) for queue in queues] == [0, 0]


async def test_exchanges_feed_exchanges_and_each_queue_once(channel: AbstractChannel, name: Name) -> None:
    first = await channel.declare_exchange(name("first"), ExchangeType.TOPIC)
    second = await channel.declare_exchange(name("second"), ExchangeType.FANOUT)
    queue = await channel.declare_queue(name("fed"), exclusive=True)
    await second.bind(first, "to.#")
    await first.bind(second, "round")  # a circle must not go round for ever
    await queue.bind(second)
    await queue.bind(first, "to.both")
    await first.publish(Message(b"once"), "to.both")
    assert await taken(queue, 1) == [b"once"]
    assert await ready(channel, queue.name) == 0
    await second.unbind(first, "to.#")
    with pytest.raises(PublishError):
        await first.publish(Message(b"nowhere"), "to.second")


async def test_what_no_binding_takes_goes_to_the_alternate_exchange(channel: AbstractChannel, name: Name) -> None:
    alternate = await channel.declare_exchange(name("alternate"), ExchangeType.FANOUT)
    arguments = {"alternate-exchange": alternate.name}
    exchange = await channel.declare_exchange(name("main"), ExchangeType.DIRECT, arguments=arguments)
    queue = await channel.declare_queue(name("rest"), exclusive=True)
    await queue.bind(alternate)
    await exchange.publish(Message(b"unbound"), "no such key")
    assert await taken(queue, 1) == [b"unbound"]


async def test_a_sender_may_ask_for_copies(channel: AbstractChannel, name: Name) -> None:
    queues = [await channel.declare_queue(name(stem), exclusive=True) for stem in ("to", "cc", "bcc")]
    to, carbon, blind = (queue.name for queue in queues)
    await send(channel, to, b"copied", headers={"CC": [carbon], "BCC": [blind]})
    received = [await fetched(queue) for queue in queues]
    assert [(message.routing_key, message.headers) for message in received] == [(to, {"CC": [carbon]})] * 3


async def test_an_unbound_queue_gets_nothing_more(channel: AbstractChannel, name: Name) -> None:
    queue = await channel.declare_queue(name("unbound"), exclusive=True)
    await queue.bind("amq.topic", queue.name)
    await queue.unbind("amq.topic", queue.name)
    assert not await routed(channel, queue, "amq.topic", queue.name)
    await queue.unbind("amq.topic", "never bound")
