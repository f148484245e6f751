"""The shop's definitions, on the development broker and on a real RabbitMQ: what each service may do, and no more."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aio_pika
import pytest
from aio_pika import Message
from aio_pika.abc import AbstractChannel, AbstractQueue
from aiormq.exceptions import ChannelAccessRefused, ProbableAuthenticationError
from tests.servers import ServerMissing, rabbitmq, skip_without
from tests.servers.development_broker import development_broker

from svcforge.load import load_file
from svcforge.packs.shelf import blueprints_folder, bundled
from svcforge.plan.plan import facts_of
from svcforge.render.fast import FastRenderer

CONFIRMED, CREATED = "ordering.order-confirmed.v1", "ordering.order-created.v1"
SHIPPING = "shipping.plan-shipment-on-order-confirmed"
NOTIFICATIONS = "notifications.notify-on-order-confirmed"


def rendered() -> dict[str, str]:
    """The broker's files by path."""
    blueprint = load_file(blueprints_folder() / "shop" / "blueprint.yaml").blueprint
    assert blueprint
    facts = facts_of(blueprint, "rabbitmq")
    assert facts
    return {f.path: f.data.decode() for f in FastRenderer(bundled().find("platform", "rabbitmq")).render(facts)}


FILES = rendered()
DEFINITIONS: dict[str, Any] = json.loads(FILES["definitions.json"])
USERS = [user["name"] for user in DEFINITIONS["users"] if user["name"] != "payments"]
"""Those who get a password here; payments gets none."""

Url = Callable[[str], str]


@pytest.fixture(scope="module")
def development(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Url]:
    folder = tmp_path_factory.mktemp("broker")
    with development_broker(folder, DEFINITIONS, {user: f"{user}-secret" for user in [*USERS, "guest"]}) as broker:
        yield lambda user: broker.url(user, f"{user}-secret", "shop" if user != "guest" else "")


@pytest.fixture(scope="module")
def real() -> Iterator[Url]:
    """A node that reads what the container reads: `rabbitmq.conf`, and the definitions before the passwords."""

    def configure(home: Path, port: int, _: Any) -> None:
        folder = home / "definitions"
        folder.mkdir()
        (folder / "10-definitions.json").write_text(FILES["definitions.json"])
        users = [{"name": user, "password": f"{user}-secret", "tags": []} for user in USERS]
        users += [{"name": "guest", "password": "guest-secret", "tags": ["administrator"]}]
        rights = {"user": "guest", "configure": ".*", "write": ".*", "read": ".*"}
        extra = {
            "users": users,
            "vhosts": [{"name": "/"}],
            "permissions": [{**rights, "vhost": h} for h in ("/", "shop")],
        }
        (folder / "20-users.json").write_text(json.dumps(extra))
        (home / "plugins").write_text(FILES["enabled_plugins"].replace("rabbitmq_prometheus,", ""))
        conf = FILES["rabbitmq.conf"].replace("/etc/rabbitmq/definitions", str(folder))
        (home / "rabbitmq.conf").write_text(f"{conf}\nlisteners.tcp.1 = 127.0.0.1:{port}\n")

    patch = pytest.MonkeyPatch()
    patch.setattr(rabbitmq, "_configure", configure)
    try:
        with rabbitmq.rabbitmq() as url:
            at = url.rpartition("@")[2]
            yield lambda user: f"amqp://{user}:{user}-secret@{at}shop"
    except ServerMissing as missing:
        skip_without(missing)
    finally:
        patch.undo()


@pytest.fixture(params=["development", "real"])
def url(request: pytest.FixtureRequest) -> Url:
    """Each broker in turn: from a user to the address it connects with."""
    chosen: Url = request.getfixturevalue(request.param)
    return chosen


async def publish(channel: AbstractChannel, key: str, body: bytes = b"{}") -> None:
    """An event, confirmed."""
    exchange = await channel.get_exchange("shop.events", ensure=True)
    await exchange.publish(Message(body, delivery_mode=2), key, mandatory=True)


async def next_of(queue: AbstractQueue) -> bytes:
    """The next message of a queue, in time, acknowledged."""
    for _ in range(100):
        message = await queue.get(fail=False)
        if message:
            await message.ack()
            return message.body
        await asyncio.sleep(0.05)
    raise AssertionError(f"nothing came to {queue.name}")


async def test_an_event_reaches_every_service_that_hears_it(url: Url) -> None:
    async with await aio_pika.connect(url("orders")) as orders:
        await publish(await orders.channel(), CONFIRMED, b"confirmed")
    for user, name in (("shipping", SHIPPING), ("notifications", NOTIFICATIONS)):
        async with await aio_pika.connect(url(user)) as connection:
            queue = await (await connection.channel()).get_queue(name, ensure=True)
            assert await next_of(queue) == b"confirmed"


async def test_what_a_handler_refuses_is_kept_as_a_dead_letter(url: Url, request: pytest.FixtureRequest) -> None:
    async with await aio_pika.connect(url("orders")) as orders:
        await publish(await orders.channel(), CREATED, b"poison")
    name = "recommendations.bought-on-order-created"
    async with await aio_pika.connect(url("recommendations")) as connection:
        queue = await (await connection.channel()).get_queue(name, ensure=True)
        message = await queue.get(timeout=5)
        await message.reject(requeue=False)
    if "real" in request.node.name:  # nobody but an operator may read dead letters
        async with await aio_pika.connect(url("guest")) as operator:
            dead = await (await operator.channel()).get_queue(f"{name}.dead", ensure=True)
            assert await next_of(dead) == b"poison"


@pytest.mark.parametrize(
    ("user", "key"),
    [("orders", "payments.payment-charged.v1"), ("shipping", CONFIRMED), ("notifications", CREATED), ("users", "x")],
)
async def test_a_service_publishes_its_own_events_only(url: Url, user: str, key: str) -> None:
    async with await aio_pika.connect(url(user)) as connection:
        with pytest.raises(ChannelAccessRefused):
            await publish(await connection.channel(), key)


@pytest.mark.parametrize(
    ("user", "queue"), [("orders", SHIPPING), ("shipping", NOTIFICATIONS), ("shipping", f"{SHIPPING}.dead")]
)
async def test_a_service_reads_its_own_queues_only(url: Url, user: str, queue: str) -> None:
    async with await aio_pika.connect(url(user)) as connection:
        channel = await connection.channel()
        with pytest.raises(ChannelAccessRefused):
            await (await channel.get_queue(queue, ensure=False)).get(fail=False)


async def test_a_service_makes_nothing(url: Url) -> None:
    async with await aio_pika.connect(url("shipping")) as connection:
        with pytest.raises(ChannelAccessRefused):
            await (await connection.channel()).declare_queue("shipping.more", durable=True)
        with pytest.raises(ChannelAccessRefused):
            await (await connection.channel()).declare_exchange("shop.more", durable=True)
        queue = await (await connection.channel()).get_queue(SHIPPING)
        with pytest.raises(ChannelAccessRefused):
            await queue.bind("shop.events", CREATED)


async def test_nobody_logs_in_without_a_password(url: Url) -> None:
    for secret in ("", "payments-secret"):
        address = url("payments").replace("payments-secret", secret)
        with pytest.raises((ProbableAuthenticationError, ConnectionError)):
            await aio_pika.connect(address)


def test_no_password_stands_in_the_file() -> None:
    assert {user["password_hash"] for user in DEFINITIONS["users"]} == {""}
    assert "password" not in {key for user in DEFINITIONS["users"] for key in user}


def test_every_binding_has_its_ends_and_every_permission_its_user() -> None:
    exchanges, queues, users = ({one["name"] for one in DEFINITIONS[k]} for k in ("exchanges", "queues", "users"))
    assert {one["source"] for one in DEFINITIONS["bindings"]} <= exchanges
    assert {one["destination"] for one in DEFINITIONS["bindings"]} == queues
    for kind in ("permissions", "topic_permissions"):
        assert {one["user"] for one in DEFINITIONS[kind]} == users
    for queue in DEFINITIONS["queues"]:
        dead = queue["arguments"].get("x-dead-letter-exchange")
        assert dead in {None, *exchanges}
        assert (dead is None) == queue["name"].endswith(".dead")


def test_the_manual_names_every_queue_and_every_user() -> None:
    shown = set(re.findall("`([^`]+)`", FILES["README.md"]))
    assert {queue["name"] for queue in DEFINITIONS["queues"]} <= shown
    assert {user["name"] for user in DEFINITIONS["users"]} <= shown
