"""Least privilege: the permissions of a definitions file, on the development broker and on a real RabbitMQ."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from typing import Any

import aio_pika
import pytest
from aio_pika import Message
from aio_pika.abc import AbstractChannel
from aiormq.exceptions import ChannelAccessRefused, ChannelNotFoundEntity
from pamqp import commands
from tests.run.amqp.raw import GREETING, Raw
from tests.servers import ServerMissing, skip_without
from tests.servers.development_broker import development_broker
from tests.servers.rabbitmq import rabbitmq

PLAIN = {"durable": True, "auto_delete": False, "internal": False, "arguments": {}}
PASSWORDS = {"orders": "o", "payments": "p", "binder": "b", "admin": "a"}


def _binding(source: str, destination: str, kind: str, key: str) -> dict[str, Any]:
    ends = {"source": source, "destination": destination, "destination_type": kind}
    return {"vhost": "shop", **ends, "routing_key": key, "arguments": {}}


DEFINITIONS: dict[str, Any] = {
    "vhosts": [{"name": "shop"}],
    "users": [{"name": user, "tags": []} for user in PASSWORDS],
    "permissions": [
        {"user": "orders", "vhost": "shop", "configure": "^$", "write": r"^shop\.events$", "read": r"^orders\..*$"},
        {"user": "payments", "vhost": "shop", "configure": "", "write": r"^amq\.default$", "read": r"^payments\..*$"},
        {"user": "binder", "vhost": "shop", "configure": "^mine", "write": "^mine", "read": "^(mine|shop.unbound$)"},
        {"user": "admin", "vhost": "shop", "configure": ".*", "write": ".*", "read": ".*"},
    ],
    "topic_permissions": [
        {"user": "orders", "vhost": "shop", "exchange": "shop.events", "write": r"^{username}\..*$", "read": "^$"},
        {"user": "binder", "vhost": "shop", "exchange": "shop.unbound", "write": "^$", "read": r"^orders\."},
    ],
    "exchanges": [
        {"name": "shop.events", "vhost": "shop", "type": "topic", **PLAIN},
        {"name": "shop.unbound", "vhost": "shop", "type": "topic", **PLAIN},
        {"name": "shop.audit", "vhost": "shop", "type": "fanout", **PLAIN},
        {"name": "shop.dead", "vhost": "shop", "type": "topic", **PLAIN},
    ],
    "queues": [
        {
            "name": "payments.order-placed",
            "vhost": "shop",
            "durable": True,
            "auto_delete": False,
            "arguments": {"x-queue-type": "quorum", "x-dead-letter-exchange": "shop.dead"},
        },
        {"name": "audit.all", "vhost": "shop", "durable": True, "auto_delete": False, "arguments": {}},
        {"name": "payments.dead", "vhost": "shop", "durable": True, "auto_delete": False, "arguments": {}},
    ],
    "bindings": [
        _binding("shop.events", "payments.order-placed", "queue", "orders.placed"),
        _binding("shop.events", "shop.audit", "exchange", "#"),
        _binding("shop.audit", "audit.all", "queue", ""),
        _binding("shop.dead", "payments.dead", "queue", "orders.placed"),
    ],
}

Url = Callable[[str], str]


@pytest.fixture(scope="module")
def development_shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Url]:
    folder = tmp_path_factory.mktemp("shop")
    with development_broker(folder, DEFINITIONS, {**PASSWORDS, "guest": "guest"}) as broker:
        yield lambda user: broker.url(user, PASSWORDS[user], "shop")


@pytest.fixture(scope="module")
def rabbitmq_shop() -> Iterator[Url]:
    users = [{**user, "password": PASSWORDS[user["name"]]} for user in DEFINITIONS["users"]]
    try:
        with rabbitmq({**DEFINITIONS, "users": users}) as url:
            place = url.rpartition("@")[2].rstrip("/")
            yield lambda user: f"amqp://{user}:{PASSWORDS[user]}@{place}/shop"
    except ServerMissing as missing:
        skip_without(missing)


@pytest.fixture(params=["development", "rabbitmq"])
def shop(request: pytest.FixtureRequest) -> Url:
    """The URL of the shop's virtual host for a user, on each broker in turn."""
    chosen: Url = request.getfixturevalue(f"{request.param}_shop")
    return chosen


async def publish(channel: AbstractChannel, exchange: str, key: str) -> None:
    target = await channel.get_exchange(exchange, ensure=False) if exchange else channel.default_exchange
    await target.publish(Message(b"event"), key, mandatory=False)


async def act(channel: AbstractChannel, queue: str, method: str, *arguments: Any) -> None:
    await getattr(await channel.get_queue(queue, ensure=False), method)(*arguments)


async def bind_own(channel: AbstractChannel, key: str) -> None:
    await (await channel.declare_queue("mine", exclusive=True)).bind("shop.unbound", key)


async def dead_letter_own(channel: AbstractChannel, exchange: str) -> None:
    await channel.declare_queue("mine", exclusive=True, arguments={"x-dead-letter-exchange": exchange})


async def fetch(channel: AbstractChannel, queue: str) -> None:
    await (await channel.get_queue(queue, ensure=False)).get(fail=False)


async def ignore(message: object) -> None:
    """A consumer."""


Action = Callable[[AbstractChannel], Awaitable[object]]
GRANTED: dict[str, tuple[str, Action]] = {
    "looking for an exchange": ("orders", lambda c: c.declare_exchange("shop.events", passive=True)),
    "looking for another's queue": ("orders", lambda c: c.declare_queue("payments.order-placed", passive=True)),
    "publishing to what it may write": ("orders", lambda c: publish(c, "shop.events", "orders.placed")),
    "fetching from what it may read": ("payments", lambda c: fetch(c, "payments.order-placed")),
    "consuming from what it may read": ("payments", lambda c: act(c, "payments.order-placed", "consume", ignore)),
    "purging what it may read": ("payments", lambda c: act(c, "payments.dead", "purge")),
    "publishing to a queue by the default exchange": ("payments", lambda c: publish(c, "", "audit.all")),
    "binding to topics that it may read": ("binder", lambda c: bind_own(c, "orders.#")),
    "dead-lettering to what it may write": ("binder", lambda c: dead_letter_own(c, "mine.dead")),
    "declaring when it may configure": ("admin", lambda c: c.declare_queue("new", exclusive=True)),
}
REFUSED: dict[str, tuple[str, Action]] = {
    "declaring a queue, be it there or not": ("orders", lambda c: c.declare_queue("audit.all", durable=True)),
    "declaring a queue without a name": ("orders", lambda c: c.declare_queue("", exclusive=True)),
    "declaring an exchange": ("orders", lambda c: c.declare_exchange("new")),
    "declaring when an empty pattern grants nothing": ("payments", lambda c: c.declare_exchange("new")),
    "deleting a queue": ("orders", lambda c: c.queue_delete("audit.all")),
    "deleting an exchange": ("orders", lambda c: c.exchange_delete("shop.audit")),
    "publishing to another's exchange": ("orders", lambda c: publish(c, "shop.audit", "")),
    "publishing to an exchange that is not there": ("orders", lambda c: publish(c, "nowhere", "")),
    "publishing to the default exchange": ("orders", lambda c: publish(c, "", "audit.all")),
    "publishing another's topic": ("orders", lambda c: publish(c, "shop.events", "payments.captured")),
    "fetching from another's queue": ("orders", lambda c: fetch(c, "payments.order-placed")),
    "consuming from another's queue": ("orders", lambda c: act(c, "payments.order-placed", "consume", ignore)),
    "purging another's queue": ("orders", lambda c: act(c, "audit.all", "purge")),
    "binding a queue it may not write": ("payments", lambda c: act(c, "payments.dead", "bind", "shop.events", "#")),
    "binding to topics that it may not read": ("binder", lambda c: bind_own(c, "payments.#")),
    "binding to an exchange it may not read": ("binder", lambda c: act(c, "mine", "bind", "shop.events", "#")),
    "dead-lettering to what it may not write": ("binder", lambda c: dead_letter_own(c, "shop.dead")),
    "an alternate exchange that it may not write": (
        "binder",
        lambda c: c.declare_exchange("mine", arguments={"alternate-exchange": "shop.dead"}),
    ),
    "unbinding a queue it may not write": ("payments", lambda c: act(c, "payments.dead", "unbind", "shop.dead", "#")),
}


@pytest.mark.parametrize(("user", "action"), GRANTED.values(), ids=GRANTED)
async def test_what_is_granted(shop: Url, user: str, action: Action) -> None:
    async with await aio_pika.connect(shop(user)) as connection:
        await action(await connection.channel())


@pytest.mark.parametrize(("user", "action"), REFUSED.values(), ids=REFUSED)
async def test_what_is_refused(shop: Url, user: str, action: Action) -> None:
    async with await aio_pika.connect(shop(user)) as connection:
        with pytest.raises(ChannelAccessRefused, match=f"refused for user '{user}'"):
            await action(await connection.channel())


async def test_a_message_passes_from_user_to_user(shop: Url) -> None:
    async with await aio_pika.connect(shop("payments")) as consuming:
        queue = await (await consuming.channel()).get_queue("payments.order-placed")
        await queue.purge()
        async with await aio_pika.connect(shop("orders")) as publishing:
            await publish(await publishing.channel(), "shop.events", "orders.placed")
        async with queue.iterator(timeout=10) as messages:
            message = await anext(messages)
            await message.reject(requeue=False)
        dead = await (await consuming.channel()).get_queue("payments.dead")
        async with dead.iterator(timeout=10) as letters:
            letter = await anext(letters)
            await letter.ack()
    assert (letter.body, letter.headers["x-first-death-queue"]) == (b"event", "payments.order-placed")


async def test_bindings_between_exchanges_are_imported(shop: Url) -> None:
    async with await aio_pika.connect(shop("admin")) as connection:
        channel = await connection.channel()
        queue = await channel.get_queue("audit.all")
        await queue.purge()
        await publish(channel, "shop.events", "anything.at-all")
        message = await queue.get(timeout=10)
        await message.ack()
        assert message.routing_key == "anything.at-all"


async def test_each_virtual_host_has_its_own(shop: Url) -> None:
    async with await aio_pika.connect(shop("admin").replace("admin:a", "guest:guest").removesuffix("shop")) as guest:
        with pytest.raises(ChannelNotFoundEntity, match="in vhost '/'"):
            await (await guest.channel()).declare_queue("audit.all", passive=True)


async def refusal(url: str, user: str, password: str, vhost: str) -> int:
    """The code with which a login ends."""
    raw = await Raw.connected(url)
    raw.bytes(GREETING)
    await raw.expect(commands.Connection.Start)
    properties = {"capabilities": {"authentication_failure_close": True}}
    raw.send(0, commands.Connection.StartOk(properties, "PLAIN", f"\x00{user}\x00{password}", "en_US"))
    answer = await raw.receive()
    if isinstance(answer, commands.Connection.Close):
        return answer.reply_code or 0
    raw.send(0, commands.Connection.TuneOk(2047, 131072, 0), commands.Connection.Open(vhost))
    return await raw.refusal()


@pytest.mark.parametrize(
    ("user", "password", "vhost", "code"),
    [
        ("orders", "wrong", "shop", 403),
        ("nobody", "o", "shop", 403),
        ("orders", "", "shop", 403),
        ("orders", "o", "/", 530),
        ("orders", "o", "nowhere", 530),
    ],
)
async def test_who_does_not_get_in(shop: Url, user: str, password: str, vhost: str, code: int) -> None:
    assert await refusal(shop("orders"), user, password, vhost) == code
