"""The throw-away RabbitMQ node."""

from __future__ import annotations

import socket
from urllib.parse import urlsplit

import aio_pika
import pytest
from tests.servers import ServerMissing, skip_without
from tests.servers.rabbitmq import rabbitmq

SHOP = {
    "vhosts": [{"name": "shop"}],
    "users": [{"name": "orders", "password": "secret", "tags": []}],
    "permissions": [{"user": "orders", "vhost": "shop", "configure": "", "write": ".*", "read": ".*"}],
    "queues": [
        {
            "name": "orders.imported",
            "vhost": "shop",
            "durable": True,
            "auto_delete": False,
            "arguments": {"x-queue-type": "quorum"},
        }
    ],
}


async def test_a_node_imports_definitions_serves_and_ends() -> None:
    try:
        with rabbitmq(SHOP) as url:
            place = urlsplit(url)
            async with await aio_pika.connect(url) as guest:
                await (await guest.channel()).declare_queue("", exclusive=True)
            async with await aio_pika.connect(f"amqp://orders:secret@127.0.0.1:{place.port}/shop") as orders:
                await (await orders.channel()).declare_queue("orders.imported", passive=True)
    except ServerMissing as missing:
        skip_without(missing)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((place.hostname, place.port), timeout=1)
