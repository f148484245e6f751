"""What services rely on in RabbitMQ: the same tests against the development broker and against a real one."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import aio_pika
import pytest
from aio_pika import DeliveryMode, ExchangeType, Message
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractIncomingMessage, AbstractQueue
from aio_pika.exceptions import DeliveryError, PublishError
from aiormq import exceptions as refused
from pamqp import body, commands, header, heartbeat
from tests.run.amqp.conftest import Name
from tests.run.amqp.raw import GREETING, Raw

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


# Routing


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


# Publishing


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


# Delivery


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


# Dead letters and limits


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
    [death] = letter.headers["x-death"]
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
    deaths = (await fetched(queue)).headers["x-death"]
    assert [(death["queue"], death["reason"], death["count"]) for death in deaths] == [
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
    [death] = letter.headers["x-death"]
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


# Declarations


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
        ({**QUORUM, "x-max-priority": 5}, {}),
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


# Replies


async def test_direct_replies_need_no_queue(url: str, channel: AbstractChannel, name: Name) -> None:
    async with await aio_pika.connect(url) as server:
        serving = await server.channel()
        requests = await serving.declare_queue(name("requests"), exclusive=True)

        async def answer(message: AbstractIncomingMessage) -> None:
            reply = Message(message.body.upper(), correlation_id=message.correlation_id)
            await serving.default_exchange.publish(reply, message.reply_to or "")

        await requests.consume(answer, no_ack=True)
        replies = await channel.get_queue("amq.rabbitmq.reply-to", ensure=False)
        inbox = Inbox()
        await replies.consume(inbox, no_ack=True)
        question = Message(b"hello", reply_to="amq.rabbitmq.reply-to", correlation_id="7")
        await channel.default_exchange.publish(question, requests.name)
        [reply] = await inbox.first(1)
    assert (reply.body, reply.correlation_id) == (b"HELLO", "7")


async def test_a_direct_reply_to_nobody_is_returned(channel: AbstractChannel) -> None:
    with pytest.raises(PublishError):
        await send(channel, "amq.rabbitmq.reply-to.nobody", b"late")


async def test_direct_replies_want_a_consumer_that_does_not_answer(connection: AbstractConnection) -> None:
    async with other_channel(connection) as channel:
        replies = await channel.get_queue("amq.rabbitmq.reply-to", ensure=False)
        with pytest.raises(refused.ChannelPreconditionFailed):
            await replies.consume(Inbox())
    async with other_channel(connection) as channel:
        with pytest.raises(refused.ChannelPreconditionFailed):
            await send(channel, "anything", b"question", reply_to="amq.rabbitmq.reply-to")


# Errors


async def test_an_unknown_delivery_tag_closes_the_channel_and_no_other(connection: AbstractConnection) -> None:
    neighbour = await connection.channel()
    channel = await connection.channel()
    underlay = await channel.get_underlay_channel()
    await underlay.basic_ack(77)
    with pytest.raises(refused.ChannelPreconditionFailed):
        await channel.declare_queue("", exclusive=True)
    await neighbour.declare_queue("", exclusive=True)


@pytest.mark.parametrize(
    "properties", [commands.Basic.Properties(expiration="soon"), commands.Basic.Properties(user_id="somebody else")]
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


async def test_who_speaks_another_version_is_told_the_right_one(url: str) -> None:
    raw = await Raw.connected(url)
    raw.bytes(b"AMQP\x02\x02\x02\x02")
    async with asyncio.timeout(LIMIT_S):
        assert await raw.rest() == GREETING


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
