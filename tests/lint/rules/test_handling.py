"""SF401, SF402, SF403: messages that come twice, are lost beside a write, or can never be handled."""

from __future__ import annotations

import pytest
from tests.lint.judging import findings, messages, places, system

from svcforge.source.edit import Put, Replace

EVENT = "{owns: {O: {x: int}}, events: {E: {x: uuid}}, operations: {go: {creates: O, emits: [E]}}}"
SERVICE = ("contexts", "c", "services", "b")


def hears(subscribes: str = "a.E: h", more: str = "", handler: str = "creates: T", top: str = "") -> str:
    body = (
        f"owns: {{T: {{x: unique uuid, s: one | two}}}}, operations: {{h: {{{handler}}}}}, subscribes: {{{subscribes}}}"
    )
    return system({"a": EVENT, "b": f"{{{more}{body}}}"}, top)


def test_an_existing_service_without_an_inbox_does_its_work_twice() -> None:
    assert messages(hears(more="has: [], "), "SF401") == [
        'error "b.h" does its work again when "a.E" comes twice (at-least-once)'
    ]
    assert messages(hears(more="has: [inbox], "), "SF401") == []
    assert messages(hears(top="defaults: {has: [inbox]}\n"), "SF401") == []
    assert len(findings(hears(top="defaults: {has: [health]}\n"), "SF401")) == 1


def test_a_generated_service_has_an_inbox_unless_it_is_switched_off() -> None:
    assert messages(hears(), "SF401") == []
    off = hears("a.E: {do: h, idempotent: false}")
    assert places(off, "SF401") == ["contexts.c.services.b.subscribes.a.E"]
    [finding] = findings(hears(top="defaults: {subscription: {idempotent: false}}\n"), "SF401")
    assert [r.message for r in finding.related] == ["switched off here"]


def test_effective_idempotence_counts_from_each_level() -> None:
    assert messages(hears("a.E: {do: h, idempotent: true}", "has: [], "), "SF401") == []
    assert messages(hears(more="has: [], defaults: {subscription: {idempotent: true}}, "), "SF401") == []
    assert messages(hears(more="has: [], ", top="defaults: {subscription: {idempotent: true}}\n"), "SF401") == []


@pytest.mark.parametrize(("delivery", "found"), [("at-least-once", 1), ("at-most-once", 0), ("exactly-once", 0)])
def test_what_comes_once_at_most_needs_nothing(delivery: str, found: int) -> None:
    assert len(findings(hears(f"a.E: {{do: h, delivery: {delivery}}}", "has: [], "), "SF401")) == found


@pytest.mark.parametrize(
    "handler",
    [
        "creates: T, by: x",
        "updates: T, set: {s: two}",
        "deletes: T",
        "creates: T, idempotent: by field x",
        "read_only: true",
    ],
)
def test_a_handler_that_is_safe_to_repeat_is_fine(handler: str) -> None:
    assert messages(hears(more="has: [], ", handler=handler), "SF401") == []


def test_a_copy_may_be_written_twice() -> None:
    assert messages(system({"a": EVENT, "b": "{has: [], copies: {T: {a.E: {}}}}"}), "SF401") == []


def writes(body: str, more: str = "") -> str:
    return system({"a": f"{{events: {{E: {{x: uuid}}}}, {body}}}"}, more)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ("has: [], owns: {O: {x: int}}, operations: {go: {creates: O, emits: [E]}}", 1),
        ("has: [outbox], owns: {O: {x: int}}, operations: {go: {creates: O, emits: [E]}}", 0),
        ("owns: {O: {x: int}}, operations: {go: {creates: O, emits: [E]}}", 0),
        ("has: [], owns: {O: {x: int}}, event_sourced: [O], operations: {go: {creates: O, emits: [E]}}", 0),
        ("has: [], owns: {O: {x: int}}, operations: {go: {read_only: true, emits: [E]}}", 0),
        ("has: [], owns: {O: {x: int}}, operations: {go: {creates: O}}", 0),
        ("has: [], operations: {go: {emits: [E]}}", 0),
        ("has: [], store: mysql", 1),
        ("has: [], uses: [crm]", 1),
        ("has: [], uses: [code]", 0),
    ],
)
def test_who_writes_and_publishes_needs_an_outbox(body: str, found: int) -> None:
    text = writes(body, "stores: {crm: {engine: mysql}}\nlibraries: {code: util}\n")
    expected = ['warning "a" writes its database and publishes "E", and nothing makes the two one'] * found
    assert messages(text, "SF402") == expected


def test_whom_others_listen_to_publishes_even_where_no_event_is_described() -> None:
    text = system({"a": "{has: [], store: mysql}", "b": "{subscribes: [a]}"})
    assert messages(text, "SF402") == [
        'warning "a" writes its database and publishes what others hear, and nothing makes the two one'
    ]


def test_a_subscription_without_a_dead_letter_is_a_warning() -> None:
    assert messages(hears(), "SF403") == ['warning what "b" hears of "a.E" has no dead letter']
    assert messages(hears("a.E: {do: h, dead_letter: true}"), "SF403") == []
    assert messages(hears(top="defaults: {subscription: {dead_letter: true}}\n"), "SF403") == []
    assert messages(hears("a.E: {do: h, delivery: at-most-once}"), "SF403") == []


def test_a_message_that_is_tried_for_ever_is_a_warning_even_with_a_dead_letter() -> None:
    text = hears("a.E: {do: h, dead_letter: true, retries: unlimited}")
    assert messages(text, "SF403") == ['warning what "b" hears of "a.E" is tried for ever']
    both = hears("a.E: {do: h, retries: unlimited}")
    assert messages(both, "SF403") == ['warning what "b" hears of "a.E" has no dead letter and is tried for ever']


def test_a_copy_needs_one_too() -> None:
    text = system({"a": EVENT, "b": "{copies: {T: {a.E: {}}}}"})
    assert messages(text, "SF403") == ['warning what "b" hears of "a.E" has no dead letter']
    assert findings(text, "SF403")[0].fix == (Put((*SERVICE, "defaults", "subscription"), "dead_letter", True),)


def test_the_fix_stands_where_the_policy_is_said() -> None:
    at = (*SERVICE, "subscribes", "a.E")
    assert findings(hears(), "SF403")[0].fix == (Put(at, "dead_letter", True, short="do"),)
    own = findings(hears("a.E: {do: h, dead_letter: false, retries: unlimited}"), "SF403")[0]
    assert own.fix == (Replace((*at, "dead_letter"), True), Replace((*at, "retries"), 5))
    nearer = findings(hears(more="defaults: {subscription: {dead_letter: false}}, "), "SF403")[0]
    assert nearer.fix == (Replace((*SERVICE, "defaults", "subscription", "dead_letter"), True),)
    whole = findings(hears(top="defaults: {subscription: {dead_letter: false}}\n"), "SF403")[0]
    assert whole.fix == (Put(at, "dead_letter", True, short="do"),)
    assert [r.message for r in whole.related] == ["said here"]
