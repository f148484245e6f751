"""What is written into a dead letter, and which letters are dropped because they go round."""

from __future__ import annotations

from typing import Any

import pytest
from pamqp import commands, header

from svcforge.run.amqp.death import EXPIRED, REJECTED, TOO_OFTEN, dead_letter, goes_round
from svcforge.run.amqp.message import Message
from svcforge.run.amqp.properties import decoded, encoded_array, raw_array, raw_table


def message(**headers: Any) -> Message:
    properties = commands.Basic.Properties(headers=headers)
    return Message("events", "order.placed", header.ContentHeader(0, 0, properties).marshal(), b"")


def nested(depth: int) -> bytes:
    """An array in an array in an array ..."""
    value = b"b\x05"
    for _ in range(depth):
        value = encoded_array([value])
    return value


def deaths(letter: Message) -> list[tuple[object, object, object]]:
    found = letter.properties.headers["x-death"]
    assert isinstance(found, list)
    return [(each.get("queue"), each.get("reason"), each.get("count")) for each in found if isinstance(each, dict)]


def died(letter: Message, *ends: tuple[str, str]) -> Message:
    for queue, reason in ends:
        letter = dead_letter(letter, queue, reason, "dlx", None)
    return letter


def test_deaths_are_counted_and_the_latest_comes_first() -> None:
    letter = died(message(), ("work", REJECTED), ("retry", EXPIRED), ("work", REJECTED), ("work", TOO_OFTEN))
    assert deaths(letter) == [("work", TOO_OFTEN, 1), ("work", REJECTED, 2), ("retry", EXPIRED, 1)]


def test_the_first_death_is_remembered() -> None:
    headers = died(message(), ("work", REJECTED), ("retry", EXPIRED)).properties.headers
    first = [headers[f"x-first-death-{what}"] for what in ("exchange", "queue", "reason")]
    assert first == ["events", "work", REJECTED]


def test_a_key_of_its_own_replaces_the_copies() -> None:
    original = message(CC=["copy"])
    assert dead_letter(original, "work", REJECTED, "dlx", None).copied_keys == ["copy"]
    rerouted = dead_letter(original, "work", REJECTED, "dlx", "elsewhere")
    assert (rerouted.exchange, rerouted.key, rerouted.copied_keys) == ("dlx", "elsewhere", [])


@pytest.mark.parametrize(
    ("ends", "target", "round_again"),
    [
        ([("a", EXPIRED)], "a", True),
        ([("a", EXPIRED)], "b", False),
        ([("a", EXPIRED), ("b", EXPIRED)], "a", True),
        ([("work", REJECTED), ("retry", EXPIRED)], "work", False),
        ([("a", EXPIRED), ("work", REJECTED), ("b", EXPIRED)], "a", False),
        ([("a", REJECTED)], "a", False),
    ],
)
def test_a_letter_goes_round_when_no_consumer_had_a_say(
    ends: list[tuple[str, str]], target: str, round_again: bool
) -> None:
    assert goes_round(died(message(), *ends), target) == round_again


@pytest.mark.parametrize(
    "nonsense",
    [
        b"b\x05",
        b"A\x00\x00\x00\x00",
        b"A\x00\x00\x00\x02b\x05",
        b"A\x00\x00\x00\x01?",
        b"A\x00\x00\x00\x05F\x00\x00\x00\x00",
        b"A\x00\x00\x00\x05F\x00\x00\x00\x09",
        b"A\x00\x00\x00\x08F\x00\x00\x00\x03\x01q?",
        nested(2000),
    ],
)
def test_what_a_client_wrote_there_does_no_harm(nonsense: bytes) -> None:
    plain = message()
    odd = plain.with_properties(plain.properties.with_headers({"x-death": nonsense}))
    letter = died(odd, ("work", REJECTED))
    latest = raw_table(raw_array(letter.properties.raw_headers["x-death"])[0][1:])
    assert (decoded(latest["queue"]), decoded(latest["count"])) == ("work", 1)
    assert not goes_round(letter, "work")
