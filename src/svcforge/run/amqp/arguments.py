"""The `x-` arguments of a queue: checked, compared with what stands, and read into settings."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from pamqp import common

from svcforge.run.amqp.refusal import Refusal

CLASSIC, QUORUM = "classic", "quorum"
DROP_HEAD, REJECT, REJECT_AND_DEAD_LETTER = "drop-head", "reject-publish", "reject-publish-dlx"
AT_LEAST_ONCE = "at-least-once"
LONGEST_MS = 2**32 - 1
"""The longest time that a queue or a message may be given to live."""
_LONGEST_NAME = 255
_HIGHEST_PRIORITY = 255


@dataclass(frozen=True, slots=True)
class QueueSpec:
    """A queue as it was declared; `exclusive` is not kept, such a queue ends with its connection."""

    name: str
    durable: bool
    auto_delete: bool = False
    arguments: common.FieldTable = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """What a queue's arguments come to; times in milliseconds, None where nothing is said."""

    type: str = CLASSIC
    message_ttl: int | None = None
    expires: int | None = None
    max_length: int | None = None
    max_bytes: int | None = None
    overflow: str = DROP_HEAD
    dead_letter_exchange: str | None = None
    dead_letter_key: str | None = None
    at_least_once: bool = False
    delivery_limit: int | None = None
    max_priority: int = 0
    single_active_consumer: bool = False


def _number(least: int, most: int) -> Callable[[object], str]:
    def complaint(value: object) -> str:
        if isinstance(value, bool) or not isinstance(value, int):
            return "expected integer"
        return "" if least <= value <= most else f"{value} is not from {least} to {most}"

    return complaint


def _one_of(*choices: str) -> Callable[[object], str]:
    return lambda value: "" if value in choices else f"expected one of {', '.join(choices)}"


def _text(value: object) -> str:
    if not isinstance(value, str):
        return "expected a string"
    return "" if len(value.encode()) <= _LONGEST_NAME else f"longer than {_LONGEST_NAME} bytes"


def _truth(value: object) -> str:
    return "" if isinstance(value, bool) else "expected a boolean"


_ANY_NUMBER = _number(0, 2**63 - 1)
# Those that RabbitMQ checks when a queue is declared; others pass unread.
_CHECKS: dict[str, Callable[[object], str]] = {
    "x-expires": _number(1, LONGEST_MS),
    "x-message-ttl": _number(0, LONGEST_MS),
    "x-dead-letter-exchange": _text,
    "x-dead-letter-routing-key": _text,
    "x-dead-letter-strategy": _one_of("at-most-once", AT_LEAST_ONCE),
    "x-max-length": _ANY_NUMBER,
    "x-max-length-bytes": _ANY_NUMBER,
    "x-max-in-memory-length": _ANY_NUMBER,
    "x-max-in-memory-bytes": _ANY_NUMBER,
    "x-max-priority": _number(0, _HIGHEST_PRIORITY),
    "x-overflow": _one_of(DROP_HEAD, REJECT, REJECT_AND_DEAD_LETTER),
    "x-queue-mode": _one_of("default", "lazy"),
    "x-single-active-consumer": _truth,
    "x-queue-type": _one_of(CLASSIC, QUORUM),
    "x-queue-version": _number(1, 2),
    "x-queue-master-locator": _text,
    "x-queue-leader-locator": _text,
    "x-quorum-initial-group-size": _ANY_NUMBER,
    "x-delivery-limit": _ANY_NUMBER,
}
_NOT_FOR = {
    CLASSIC: (
        "x-dead-letter-strategy",
        "x-max-in-memory-length",
        "x-max-in-memory-bytes",
        "x-queue-leader-locator",
        "x-quorum-initial-group-size",
        "x-delivery-limit",
    ),
    QUORUM: ("x-max-priority", "x-queue-mode", "x-queue-version", "x-queue-master-locator"),
}


def settings(spec: QueueSpec, vhost: str, *, exclusive: bool = False) -> QueueSettings:
    """A queue's settings.

    Raises:
        Refusal: 406 when RabbitMQ would not have such a queue, 540 for a stream, which this broker has not.
    """
    place = f"for queue '{spec.name}' in vhost '{vhost}'"
    given = spec.arguments
    if given.get("x-queue-type") == "stream":
        raise Refusal(540, f"the development broker has no streams: x-queue-type {place}")
    for name, check in _CHECKS.items():
        complaint = check(given[name]) if name in given else ""
        if complaint:
            raise Refusal(406, f"invalid arg '{name}' {place}: {complaint}")
    kind = _type(given)
    for name in _NOT_FOR[kind]:
        if name in given:
            raise Refusal(406, f"invalid arg '{name}' {place} of queue type rabbit_{kind}_queue")
    if "x-dead-letter-routing-key" in given and "x-dead-letter-exchange" not in given:
        raise Refusal(406, f"invalid arg 'x-dead-letter-routing-key' {place}: routing_key_but_no_dlx_defined")
    if kind == QUORUM:
        _check_quorum(spec, place, exclusive=exclusive)
    return _read(kind, given)


def check_equivalent(standing: QueueSpec, wanted: QueueSpec, vhost: str) -> None:
    """Raise Refusal 406 unless a queue may be declared again like this.

    As in RabbitMQ, only the arguments that the standing queue's type knows are compared.
    """

    def differ(name: str, received: str, current: str) -> Refusal:
        place = f"for queue '{standing.name}' in vhost '{vhost}'"
        return Refusal(406, f"inequivalent arg '{name}' {place}: received {received} but current is {current}")

    for name in ("durable", "auto_delete"):
        received, current = getattr(wanted, name), getattr(standing, name)
        if received != current:
            raise differ(name, f"'{received}'".lower(), f"'{current}'".lower())
    kind = _type(standing.arguments)
    if _type(wanted.arguments) != kind:
        raise differ("x-queue-type", shown(_type(wanted.arguments)), shown(kind))
    for name in _CHECKS:
        new, old = wanted.arguments.get(name), standing.arguments.get(name)
        if new != old and name != "x-queue-type" and name not in _NOT_FOR[kind]:
            raise differ(name, shown(new), shown(old))


def shown(value: object) -> str:
    """A value as a complaint about it shows it."""
    return "none" if value is None else f"the value '{value}'"


def _type(arguments: common.FieldTable) -> str:
    return str(arguments.get("x-queue-type", CLASSIC))


def _check_quorum(spec: QueueSpec, place: str, *, exclusive: bool) -> None:
    broken = {"non-durable": not spec.durable, "exclusive-owner": exclusive, "auto-delete": spec.auto_delete}
    for name, is_broken in broken.items():
        if is_broken:
            raise Refusal(406, f"invalid property '{name}' {place}")


def _read(kind: str, given: common.FieldTable) -> QueueSettings:
    def number(name: str) -> int | None:
        value = given.get(name)
        return value if isinstance(value, int) else None

    def text(name: str) -> str | None:
        value = given.get(name)
        return value if isinstance(value, str) else None

    overflow = text("x-overflow") or DROP_HEAD
    return QueueSettings(
        type=kind,
        message_ttl=number("x-message-ttl"),
        expires=number("x-expires"),
        max_length=number("x-max-length"),
        max_bytes=number("x-max-length-bytes"),
        overflow=overflow,
        dead_letter_exchange=text("x-dead-letter-exchange"),
        dead_letter_key=text("x-dead-letter-routing-key"),
        # RabbitMQ falls back to at most once unless the queue rejects what is too much (docs/quorum-queues).
        at_least_once=text("x-dead-letter-strategy") == AT_LEAST_ONCE and overflow == REJECT,
        delivery_limit=number("x-delivery-limit"),
        max_priority=number("x-max-priority") or 0,
        single_active_consumer=given.get("x-single-active-consumer") is True,
    )
