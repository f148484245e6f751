"""Declares the exchanges, queues and bindings of a RabbitMQ definitions file over AMQP.

Standard input is `{"url": ..., "definitions": {...}}`. The management plugin may be absent, AMQP never is.
"""

from __future__ import annotations

import importlib
import json
import sys
from typing import Any


def main() -> None:
    """Declare all of it; ends with a message when the broker refuses."""
    # Lives in the environment that runs this file, not in svcforge's own.
    pika = importlib.import_module("pika")
    asked = json.load(sys.stdin)
    try:
        parameters = pika.URLParameters(asked["url"])
        parameters.socket_timeout = parameters.blocked_connection_timeout = 10
        connection = pika.BlockingConnection(parameters)
    except (pika.exceptions.AMQPError, OSError, ValueError) as error:
        sys.exit(f"cannot connect to the broker: {error!r}")
    try:
        declare(connection.channel(), asked["definitions"])
    except pika.exceptions.AMQPError as error:
        sys.exit(f"the broker refuses: {error!r}")
    connection.close()


def declare(channel: Any, definitions: dict[str, Any]) -> None:
    """Exchanges before queues before what binds them."""
    for exchange in definitions.get("exchanges", ()):
        channel.exchange_declare(
            exchange["name"],
            exchange["type"],
            durable=exchange["durable"],
            auto_delete=exchange["auto_delete"],
            internal=exchange.get("internal", False),
            arguments=exchange.get("arguments") or None,
        )
    for queue in definitions.get("queues", ()):
        channel.queue_declare(
            queue["name"],
            durable=queue["durable"],
            auto_delete=queue["auto_delete"],
            arguments=queue.get("arguments") or None,
        )
    for binding in definitions.get("bindings", ()):
        bind = channel.exchange_bind if binding["destination_type"] == "exchange" else channel.queue_bind
        bind(
            binding["destination"],
            binding["source"],
            binding.get("routing_key", ""),
            arguments=binding.get("arguments") or None,
        )


if __name__ == "__main__":
    main()
