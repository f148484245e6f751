"""The broker and the databases of a running system: our own, or real ones that the environment names."""

from __future__ import annotations

import json
import stat
from typing import Any
from urllib.parse import urlsplit

import aio_pika
import pytest
from tests.run.lab import Lab, free_port
from tests.servers import ServerMissing, skip_without
from tests.servers.postgres import postgres
from tests.servers.rabbitmq import rabbitmq

from svcforge.run import servers

EXCHANGE = {"name": "lab.events", "vhost": "/", "type": "topic", "durable": True, "auto_delete": False}
QUEUE = {"name": "orders.paid", "vhost": "/", "durable": True, "auto_delete": False}
BINDING = {"source": "lab.events", "destination": "orders.paid", "destination_type": "queue", "routing_key": "paid.#"}
DEFINITIONS: dict[str, list[dict[str, Any]]] = {
    "vhosts": [{"name": "/"}],
    "users": [{"name": "orders"}],
    "permissions": [{"user": "orders", "vhost": "/", "configure": "^$", "write": "^lab", "read": "^orders"}],
    "exchanges": [{**EXCHANGE, "internal": False, "arguments": {}}],
    "queues": [{**QUEUE, "arguments": {"x-max-length": 1000}}],
    "bindings": [{**BINDING, "vhost": "/", "arguments": {}}],
}


@pytest.fixture
def events(lab: Lab) -> Lab:
    """A service with a broker and a database."""
    lab.part("orders", database="orders", env={"AMQP_URL": "${amqp}", "DATABASE_URL": "${database}"})
    lab.part("catalog")
    folder = lab.root / "platform" / "rabbitmq"
    folder.mkdir(parents=True)
    (folder / "definitions.json").write_text(json.dumps(DEFINITIONS))
    lab.run_json["broker"] = {
        "name": "rabbitmq",
        "engine": "rabbitmq",
        "port": free_port(),
        "folder": "platform/rabbitmq",
        "definitions": "definitions.json",
    }
    lab.save()
    return lab


async def paid_and_received(url: str) -> bytes:
    """What comes out of the queue after an event went into the exchange."""
    async with await aio_pika.connect(url, timeout=10) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange("lab.events", ensure=False)
        await exchange.publish(aio_pika.Message(b"7 euros"), "paid.card")
        queue = await channel.get_queue("orders.paid", ensure=False)
        message = await queue.get(timeout=10)
        assert message is not None
        await message.ack()
        return message.body


async def test_the_development_broker_holds_what_the_definitions_say(events: Lab) -> None:
    assert events.svcforge("up", "--detach").returncode == 0
    assert [(part.name, part.state) for part in events.status().parts] == [
        ("rabbitmq", "healthy"),
        ("orders", "healthy"),
        ("catalog", "healthy"),
    ]
    url = events.environment_of("orders")["AMQP_URL"]
    assert urlsplit(url).username == "orders"
    assert await paid_and_received(url) == b"7 euros"
    assert stat.S_IMODE(events.layout.users.stat().st_mode) == 0o600
    with pytest.raises(aio_pika.exceptions.AMQPError):
        await aio_pika.connect(url.replace("orders:", "orders:not-"), timeout=10)


async def test_passwords_and_messages_outlive_a_restart(events: Lab) -> None:
    assert events.svcforge("up", "--detach").returncode == 0
    url = events.environment_of("orders")["AMQP_URL"]
    async with await aio_pika.connect(url, timeout=10) as connection:
        channel = await connection.channel()
        exchange = await channel.get_exchange("lab.events", ensure=False)
        message = aio_pika.Message(b"kept", delivery_mode=aio_pika.DeliveryMode.PERSISTENT)
        await exchange.publish(message, "paid.card")
    assert events.svcforge("down").returncode == 0
    assert events.svcforge("up", "--detach").returncode == 0
    assert events.environment_of("orders")["AMQP_URL"] == url
    async with await aio_pika.connect(url, timeout=10) as connection:
        queue = await (await connection.channel()).get_queue("orders.paid", ensure=False)
        found = await queue.get(no_ack=True, timeout=10)
    assert found is not None
    assert found.body == b"kept"


def test_no_broker_runs_for_parts_that_do_not_need_it(events: Lab) -> None:
    assert events.svcforge("up", "--detach", "--only", "catalog").returncode == 0
    assert [part.name for part in events.status().parts] == ["catalog"]


def test_a_server_that_is_not_there_is_a_complaint(events: Lab) -> None:
    url = f"amqp://127.0.0.1:{free_port()}/"
    up = events.svcforge("up", "--detach", environ={servers.AMQP_URL: url})
    assert up.returncode == 1
    assert 'error: the server that "SVCFORGE_AMQP_URL" names cannot be used: cannot connect to the broker' in up.stderr
    assert "help: start it, correct the address, or unset SVCFORGE_AMQP_URL\n" in up.stderr
    assert events.status().phase == "stopped"


@pytest.mark.alive
async def test_a_real_rabbitmq_gets_what_the_definitions_say(events: Lab) -> None:
    try:
        with rabbitmq() as url:
            assert events.svcforge("up", "--detach", environ={servers.AMQP_URL: url}).returncode == 0
            assert events.environment_of("orders")["AMQP_URL"] == url
            assert [part.name for part in events.status().parts] == ["orders", "catalog"]
            assert await paid_and_received(url) == b"7 euros"
            events.svcforge("down")
            # What is there already is no obstacle, what differs from it is named.
            assert events.svcforge("up", "--detach", environ={servers.AMQP_URL: url}).returncode == 0
            events.svcforge("down")
            changed = {**DEFINITIONS, "queues": [{**QUEUE, "arguments": {"x-max-length": 1}}]}
            (events.root / "platform/rabbitmq/definitions.json").write_text(json.dumps(changed))
            refused = events.svcforge("up", "--detach", environ={servers.AMQP_URL: url})
            assert refused.returncode == 1
            assert "the broker refuses" in refused.stderr
            assert "x-max-length" in refused.stderr
    except ServerMissing as missing:
        skip_without(missing)


CONNECT = """
import asyncio, asyncpg, os, sys
async def main():
    connection = await asyncpg.connect(os.environ["DATABASE_URL"])
    await connection.execute("CREATE TABLE IF NOT EXISTS t (n int); INSERT INTO t VALUES (1)")
    print(await connection.fetchrow("SELECT current_user, current_database(), count(*) FROM t"))
asyncio.run(main())
"""


@pytest.mark.alive
def test_a_real_postgresql_gets_a_database_and_a_role_for_each_service(events: Lab) -> None:
    orders = events.run_json["parts"][0]
    orders["tools"] = ["asyncpg>=0.30,<1"]
    orders["migrate"] = [["python", "-c", CONNECT]]
    events.save()
    try:
        with postgres() as url:
            for count in (1, 2):
                up = events.svcforge("up", "--detach", environ={servers.POSTGRES_URL: url})
                assert up.returncode == 0, up.stderr
                parts = urlsplit(events.environment_of("orders")["DATABASE_URL"])
                assert (parts.scheme, parts.username, parts.path) == ("postgresql", "lab_orders", "/lab_orders")
                assert (
                    f"'lab_orders' current_database='lab_orders' count={count}"
                    in events.layout.log("orders").read_text()
                )
                assert events.svcforge("down").returncode == 0
    except ServerMissing as missing:
        skip_without(missing)


@pytest.mark.parametrize(
    ("system", "database", "name"),
    [
        ("shop", "orders", "shop_orders"),
        ("My-Shop", "web.bff", "my_shop_web_bff"),
        ("s" * 60, "orders", "s" * 60 + "_or"),
    ],
)
def test_a_role_is_named_after_system_and_database(system: str, database: str, name: str) -> None:
    assert servers.role(system, database) == name


def test_a_services_own_address_keeps_host_and_options() -> None:
    admin = "postgres://admin:secret@db.test:5433/postgres?sslmode=require"
    expected = "postgresql://shop_orders:p%40ss@db.test:5433/shop_orders?sslmode=require"
    assert servers.database_url(admin, "shop_orders", "p@ss") == expected
