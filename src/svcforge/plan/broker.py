"""The broker as facts: who publishes and consumes what, and RabbitMQ's definitions of all of it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from svcforge.plan.abilities import BROKERS
from svcforge.plan.messages import dead_exchange, exchange
from svcforge.plan.types import Fact

DELIVERY_LIMIT = 20
"""Deliveries that came back because their consumer died; a handler's own retries are not deliveries."""
NOTHING = "^$"

SIZES = [{"name": "dev", "nodes": 1, "partitions": 1}, {"name": "prod", "nodes": 3, "partitions": 6}]
"""Brokers that an operator runs: one node to develop with, elsewhere as many as can lose one."""


def broker_facts(system: str, name: str, port: int, services: Iterable[Fact]) -> Fact:
    """The facts of the broker, from those of the services."""
    users: list[Fact] = []
    queues: list[Fact] = []
    for service in services:
        publishes, own = emitted_types(service), list(_queues(service))
        if publishes or own:
            consumes = sorted(queue["name"] for queue in own)
            users.append({"name": service["name"], "publishes": publishes, "consumes": consumes})
            queues += own
    users.sort(key=lambda user: user["name"])
    queues.sort(key=lambda queue: queue["name"])
    return {
        "name": name,
        "engine": name,
        "wire": BROKERS.get(name),
        "cluster": f"{system}-{name}",
        "folder": f"platform/{name}",
        "port": port,
        "vhost": system,
        "exchange": exchange(system),
        "dead_exchange": dead_exchange(system),
        "users": users,
        "queues": queues,
        "topics": sorted({t for u in users for t in u["publishes"]} | {queue["type"] for queue in queues}),
        "sizes": SIZES,
        "definitions": definitions(system, users, queues),
    }


def emitted_types(service: Fact) -> list[str]:
    """The types of events that a service's operations emit, sorted."""
    emitted = {(e["event"], e["version"]) for o in service["operations"] for e in o["emits"]}
    return sorted(e["type"] for e in service["events"] if (e["name"], e["version"]) in emitted)


def heard(service: Fact) -> Iterator[Fact]:
    """What a service hears: its subscriptions, and the feeds of its copies."""
    yield from service["subscriptions"]
    for copy in service["copies"]:
        yield from copy["feeds"]


def _queues(service: Fact) -> Iterator[Fact]:
    for hearing in heard(service):
        queue = hearing["queue"]
        dead = f"{queue}.dead" if hearing["dead_letter"] else None
        yield {"name": queue, "service": service["name"], "type": hearing["type"], "dead": dead}


def definitions(system: str, users: Iterable[Fact], queues: Iterable[Fact]) -> Fact:
    """RabbitMQ's definitions: users without a password (it is set from the environment), each with the least it needs.

    A service may publish its own types of events and read its own queues; it declares nothing, and leaves dead
    letters to people.
    """
    users, queues = list(users), list(queues)
    exchanges = [_exchange(system, name) for name in (exchange(system), dead_exchange(system))]
    return {
        "vhosts": [{"name": system}],
        "users": [_user(user["name"]) for user in users],
        "permissions": [_permission(system, user) for user in users],
        "topic_permissions": [
            {
                "user": user["name"],
                "vhost": system,
                "exchange": exchange(system),
                "write": _one_of(user["publishes"]),
                "read": NOTHING,
            }
            for user in users
        ],
        "exchanges": exchanges,
        "queues": [made for queue in queues for made in _queue(system, queue)],
        "bindings": [bound for queue in queues for bound in _bindings(system, queue)],
        "policies": [],
        "parameters": [],
        "global_parameters": [],
    }


def _user(name: str) -> Fact:
    hashing = "rabbit_password_hashing_sha256"
    return {"name": name, "password_hash": "", "hashing_algorithm": hashing, "tags": []}


def _permission(system: str, user: Fact) -> Fact:
    write = f"^{re.escape(exchange(system))}$" if user["publishes"] else NOTHING
    return {
        "user": user["name"],
        "vhost": system,
        "configure": NOTHING,
        "write": write,
        "read": _one_of(user["consumes"]),
    }


def _one_of(names: list[str]) -> str:
    return f"^({'|'.join(_escaped(name) for name in names)})$" if names else NOTHING


def _escaped(name: str) -> str:
    """As Erlang's regular expressions want it: a dash needs no escape outside brackets."""
    return re.escape(name).replace(r"\-", "-")


def _exchange(system: str, name: str) -> Fact:
    return {
        "name": name,
        "vhost": system,
        "type": "topic",
        "durable": True,
        "auto_delete": False,
        "internal": False,
        "arguments": {},
    }


def _queue(system: str, queue: Fact) -> Iterator[Fact]:
    arguments: Fact = {"x-queue-type": "quorum", "x-delivery-limit": DELIVERY_LIMIT}
    if queue["dead"]:
        arguments |= {
            "x-dead-letter-exchange": dead_exchange(system),
            "x-dead-letter-routing-key": queue["name"],
            "x-dead-letter-strategy": "at-least-once",
            "x-overflow": "reject-publish",
        }
    made: Fact = {"vhost": system, "durable": True, "auto_delete": False}
    yield {"name": queue["name"], **made, "arguments": arguments}
    if queue["dead"]:
        yield {"name": queue["dead"], **made, "arguments": {"x-queue-type": "quorum"}}


def _bindings(system: str, queue: Fact) -> Iterator[Fact]:
    made: Fact = {"destination_type": "queue"}
    events = {"source": exchange(system), "vhost": system, "destination": queue["name"]}
    yield events | made | {"routing_key": queue["type"], "arguments": {}}
    if queue["dead"]:
        dead = {"source": dead_exchange(system), "vhost": system, "destination": queue["dead"]}
        yield dead | made | {"routing_key": queue["name"], "arguments": {}}
