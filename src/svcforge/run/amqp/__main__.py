"""`python -m svcforge.run.amqp`: serve on loopback until SIGTERM or SIGINT."""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Mapping
from pathlib import Path

from svcforge.run.amqp.broker import Broker
from svcforge.run.amqp.connection import Connection
from svcforge.run.amqp.definitions import Definitions, DefinitionsError, definitions, passwords
from svcforge.run.amqp.store import StoreError

_CANNOT_START = 2
_CANNOT_GO_ON = 1
HOST = "127.0.0.1"


def main() -> int:
    """Read the command line and serve; the exit code is 0 after a signal, 2 when it cannot start, 1 when it must stop."""
    options = _options()
    logging.basicConfig(stream=sys.stderr, format="%(message)s", level=logging.WARNING)
    try:
        wanted = definitions(options.definitions) if options.definitions else Definitions()
        users = passwords(options.users) if options.users else None
        return asyncio.run(_serve(options.port, str(options.store), wanted, users))
    except (DefinitionsError, StoreError, OSError) as error:
        sys.stderr.write(f"{error}\n")
        return _CANNOT_START


async def _serve(port: int, store: str, wanted: Definitions, users: Mapping[str, str] | None) -> int:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    failures: list[Exception] = []

    def fail(error: Exception) -> None:
        if not failures:
            sys.stderr.write(f'cannot write the store "{store}": {error}\n')
        failures.append(error)
        stopped.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stopped.set)
    broker = Broker(store, wanted, users, fail)
    server = await loop.create_server(lambda: Connection(broker), HOST, port)
    sys.stdout.write(f"listening on {HOST}:{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await stopped.wait()
    server.close()
    if failures:
        return _CANNOT_GO_ON
    await broker.stop()
    return 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m svcforge.run.amqp", description=__doc__)
    parser.add_argument("--port", type=int, default=5672, help="0 for a free one, which is printed")
    parser.add_argument("--store", default=":memory:", help="SQLite file for what is durable; in memory by default")
    parser.add_argument("--definitions", type=Path, help="RabbitMQ's definitions.json, declared at start")
    parser.add_argument(
        "--users", type=Path, help='JSON of the form {"name": "password"}; without it anybody may connect'
    )
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
