"""SF306: callers that wait for something slow."""

from __future__ import annotations

import pytest
from tests.lint.judging import findings, messages, system


def waits(call: str, target: str, more: str = "") -> str:
    """`a.go` makes a call; `b.work` is the target."""
    return system(
        {"a": f"{{operations: {{go: {{calls: [{call}]}}}}}}", "b": f"{{operations: {{work: {target}}}}}"}, more
    )


@pytest.mark.parametrize(
    ("call", "target", "reason"),
    [
        ("b.work", "{long_running: true}", "which is long-running"),
        ("b.work", "{takes: 3s}", "which takes 3s, more than 2s"),
        ("b.work", "{takes: 2001ms}", "which takes 2001ms, more than 2s"),
        ("{to: b.work, timeout: 500ms}", "{takes: 600ms}", "which takes 600ms, more than the timeout of 500ms"),
        ("{to: b.work, timeout: 20s}", "{takes: 3s}", "which takes 3s, more than 2s"),
    ],
)
def test_a_call_that_waits_for_something_slow_is_an_error(call: str, target: str, reason: str) -> None:
    assert messages(waits(call, target), "SF306") == [f'error "a.go" waits for "b.work", {reason}']


@pytest.mark.parametrize(
    ("call", "target"),
    [
        ("b.work", "{}"),
        ("b.work", "{takes: 2s}"),
        ("{to: b.work, timeout: 500ms}", "{takes: 500ms}"),
        ("{to: b.work, timeout: 500ms}", "{}"),
        ("{to: b.work, wait: false}", "{long_running: true}"),
        ("{to: b.work, wait: false}", "{takes: 1h}"),
    ],
)
def test_what_is_quick_or_not_waited_for_is_silent(call: str, target: str) -> None:
    assert messages(waits(call, target), "SF306") == []


def test_the_timeout_may_come_from_the_defaults_and_is_shown_there() -> None:
    [finding] = findings(waits("b.work", "{takes: 600ms}", "defaults: {call: {timeout: 500ms}}\n"), "SF306")
    assert finding.message.endswith("more than the timeout of 500ms")
    assert [(r.message, r.span.line) for r in finding.related if r.span] == [
        ("b.work is here", 8),
        ("the timeout is set here, in the system's defaults", 3),
    ]


CHAIN = {
    "a": "{operations: {go: {calls: [{to: b.work, timeout: 1s}]}}}",
    "b": "{operations: {work: {takes: 700ms, calls: [{to: c.help, timeout: 900ms}]}}}",
    "c": "{operations: {help: {takes: 400ms}}}",
}


def test_times_add_up_down_the_chain() -> None:
    expected = (
        '"a.go" waits for "b.work", which takes 1100ms (b.work 700ms + c.help 400ms), more than the timeout of 1s'
    )
    assert messages(system(CHAIN), "SF306") == [f"error {expected}"]


def test_times_that_add_up_to_more_than_two_seconds_are_too_much_without_any_timeout() -> None:
    services = {
        "a": "{operations: {go: {calls: [b.work]}}}",
        "b": "{operations: {work: {takes: 1200ms, calls: [c.help]}}}",
        "c": "{operations: {help: {takes: 900ms}}}",
    }
    expected = '"a.go" waits for "b.work", which takes 2100ms (b.work 1200ms + c.help 900ms), more than 2s'
    assert messages(system(services), "SF306") == [f"error {expected}"]


def test_what_is_reported_further_down_is_not_counted_again() -> None:
    slow = CHAIN | {"c": "{operations: {help: {takes: 5s}}}"}
    assert messages(system(slow), "SF306") == ['error "b.work" waits for "c.help", which takes 5s, more than 2s']


def test_operations_that_wait_for_each_other_count_their_own_time_only() -> None:
    services = {
        "a": "{operations: {go: {takes: 300ms, calls: [{to: b.work, timeout: 1s}]}}}",
        "b": "{operations: {work: {takes: 300ms, calls: [{to: a.go, timeout: 1s}]}}}",
    }
    assert messages(system(services), "SF306") == []


def test_a_slow_external_is_slow_too() -> None:
    text = system(
        {"a": "{operations: {go: {calls: [bank.pay]}}}"}, "externals: {bank: {operations: {pay: {takes: 4s}}}}\n"
    )
    assert messages(text, "SF306") == ['error "a.go" waits for "bank.pay", which takes 4s, more than 2s']


def test_a_sagas_step_does_not_wait() -> None:
    text = system({"a": "{operations: {go: {}}}", "b": "{operations: {work: {long_running: true}}}"})
    assert messages(text + "sagas: {s: {starts: a.go, steps: [b.work]}}\n", "SF306") == []


def routed(operation: str, route: str) -> str:
    services = {"b": f"{{operations: {{work: {{http: POST /works, public: anyone, {operation}}}}}}}"}
    return system(services) + f"gateway: {{routes: {{/api/works: {route}}}}}\n"


@pytest.mark.parametrize(
    ("operation", "route", "expected"),
    [
        ("long_running: true", "b", []),
        ("takes: 3s", "b", ['error route "/api/works" waits for "b.work", which takes 3s, more than 2s']),
        ("takes: 1s", "{to: b, timeout: 500ms}", ['error route "/api/works" waits for "b.work", which takes 1s, more than the timeout of 500ms']),
        ("takes: 1s", "{to: b, timeout: 2s}", []),
    ],
)  # fmt: skip
def test_a_route_is_judged_by_time_alone(operation: str, route: str, expected: list[str]) -> None:
    assert messages(routed(operation, route), "SF306") == expected


def test_a_part_of_an_endpoint_waits() -> None:
    text = (
        system({"b": "{operations: {work: {long_running: true}}}"})
        + "bffs: {web: {endpoints: {GET /home: {w: b.work()}}}}\n"
    )
    assert messages(text, "SF306") == ['error "web" waits for "b.work", which is long-running']


def gathering(parts: str) -> str:
    services = {"b": "{operations: {x: {takes: 700ms, out: {id: uuid}}, y: {takes: 800ms, in: {id: optional uuid}}}}"}
    more = f"bffs: {{web: {{endpoints: {{GET /home: {{{parts}}}}}}}}}\ngateway: {{routes: {{/home: {{to: web, timeout: 1s}}}}}}\n"
    return system(services) + more


def test_parts_side_by_side_take_as_long_as_the_slowest() -> None:
    assert messages(gathering("x: b.x(), y: b.y()"), "SF306") == []


def test_a_part_that_takes_values_from_another_waits_for_it() -> None:
    expected = 'error route "/home" waits for "GET /home" of "web", which takes 1500ms, more than the timeout of 1s'
    assert messages(gathering("x: b.x(), y: b.y(id=x.id)"), "SF306") == [expected]
