"""Dead letters: the headers that RabbitMQ writes into one, and how it keeps them from going round for ever."""

from __future__ import annotations

import time
from collections.abc import Mapping

from svcforge.run.amqp import properties as wire
from svcforge.run.amqp.message import CARBON_COPY, Message

REJECTED = "rejected"
EXPIRED = "expired"
TOO_MANY = "maxlen"
TOO_OFTEN = "delivery_limit"


def dead_letter(message: Message, queue: str, reason: str, exchange: str, key: str | None) -> Message:
    """The message as it goes to the dead-letter exchange, under `key` or, without one, its own.

    `x-death` has one entry per queue and reason, the latest first, with a count
    (rabbitmq.com/docs/dlx, "Effects on Messages"). The message's own expiration goes, so that it does not expire again.
    """
    properties = message.properties
    headers = dict(properties.raw_headers)
    keys = [message.key, *message.copied_keys]
    if key is not None:
        headers.pop(CARBON_COPY, None)
    earlier = _deaths(headers)
    if earlier is None:
        for name, value in (("exchange", message.exchange), ("queue", queue), ("reason", reason)):
            headers[f"x-first-death-{name}"] = wire.long_text(value)
    same = [death for death in earlier or [] if _cause(death) == (queue, reason)]
    others = [death for death in earlier or [] if _cause(death) != (queue, reason)]
    if same:
        latest = {**wire.raw_table(same[0][1:]), "count": wire.long_integer(_count(same[0]) + 1)}
    else:
        latest = _new_death(message, queue, reason, keys, properties.text("expiration"))
    headers["x-death"] = wire.encoded_array([b"F" + wire.encoded_table(latest), *others])
    letter = message.readdressed(exchange, message.key if key is None else key)
    return letter.with_properties(properties.with_headers(headers).without("expiration"))


def goes_round(letter: Message, queue: str) -> bool:
    """Whether a letter has died in this queue before and no consumer has rejected it since: then it is dropped."""
    for death in _deaths(letter.properties.raw_headers) or []:
        died_in, reason = _cause(death)
        if reason in (REJECTED, None):
            return False
        if died_in == queue:
            return True
    return False


def _new_death(message: Message, queue: str, reason: str, keys: list[str], expiration: str | None) -> wire.RawTable:
    death = {
        "count": wire.long_integer(1),
        "reason": wire.long_text(reason),
        "queue": wire.long_text(queue),
        "time": b"T" + int(time.time()).to_bytes(8, "big"),
        "exchange": wire.long_text(message.exchange),
        "routing-keys": wire.encoded_array([wire.long_text(key) for key in keys]),
    }
    if expiration is not None:
        death["original-expiration"] = wire.long_text(expiration)
    return death


def _deaths(headers: Mapping[str, bytes]) -> list[bytes] | None:
    """The entries of `x-death`, or None when there is none, or it is not what a broker wrote."""
    raw = headers.get("x-death", b"")
    try:
        return wire.raw_array(raw) if raw[:1] == b"A" else None
    except ValueError:
        return None


def _cause(death: bytes) -> tuple[object, object]:
    """The queue and the reason of an entry; (None, None) when a client put something else there."""
    return _value(death, "queue"), _value(death, "reason")


def _count(death: bytes) -> int:
    count = _value(death, "count")
    return count if isinstance(count, int) else 0


def _value(death: bytes, name: str) -> object:
    try:
        entry = wire.raw_table(death[1:]) if death[:1] == b"F" else {}
        return wire.decoded(entry[name]) if name in entry else None
    except ValueError:
        return None
