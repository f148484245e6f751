"""SF301, SF302, SF305: what is said of calls, or not."""

from __future__ import annotations

import pytest
from tests.lint.judging import findings, messages, places, system

from svcforge.source.edit import Put

BREAKER = "{failures: 50%, window: 20, reset: 30s}"


def calling(call: str = "b.work", more: str = "", of_a: str = "", target: str = "{}") -> str:
    """`a.go` makes a call; `b.work` is the target."""
    return system(
        {"a": f"{{{of_a}operations: {{go: {{calls: [{call}]}}}}}}", "b": f"{{operations: {{work: {target}}}}}"}, more
    )


MISSING = 'warning "a.go" calls "b.work" without a timeout'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (calling(), [MISSING]),
        (calling("{to: b.work, timeout: 0s}"), [f"{MISSING} (0 is none)"]),
        (calling("{to: b.work, timeout: 1s}"), []),
        (calling(of_a="defaults: {call: {timeout: 1s}}, "), []),
        (calling(more="defaults: {call: {timeout: 1s}}\n"), []),
        (calling(more="platform: {mesh: istio}\n"), [MISSING]),
    ],
)
def test_a_timeout_may_stand_on_the_edge_or_in_any_defaults_around_it(text: str, expected: list[str]) -> None:
    assert messages(text, "SF301") == expected


def test_the_context_of_the_caller_has_defaults_too() -> None:
    text = calling().replace("    services:", "    defaults: {call: {timeout: 1s}}\n    services:")
    assert messages(text, "SF301") == []


def test_a_zero_in_the_defaults_is_shown_where_it_stands() -> None:
    [finding] = findings(calling(more="defaults: {call: {timeout: 0s}}\n"), "SF301")
    assert [(r.message, r.span.line) for r in finding.related if r.span] == [
        ("the timeout is set here, in the system's defaults", 3)
    ]


def test_steps_parts_and_calls_of_externals_are_asked_too() -> None:
    more = (
        "externals: {bank: {operations: {pay: {}}}}\nsagas: {s: {starts: a.go, steps: [{do: b.work, undo: b.work}]}}\n"
    )
    text = calling("bank.pay", more) + "bffs: {web: {endpoints: {GET /home: {w: b.work()}}}}\n"
    ends = [place.rpartition("services.")[2] for place in places(text, "SF301")]
    assert ends == [
        "sagas.s.steps[0]",
        "sagas.s.steps[0].undo",
        "a.operations.go.calls[0]",
        "bffs.web.endpoints.GET /home.w",
    ]
    assert len(places(text, "SF302")) == len(ends)


@pytest.mark.parametrize(("role", "expected"), [("registry", 0), ("infra", 0), ("adapter", 1), ("frontend", 1)])
def test_registries_and_infrastructure_are_not_asked(role: str, expected: int) -> None:
    assert len(messages(system({"a": "{calls: [b]}", "b": f"{{role: {role}}}"}), "SF301")) == expected
    assert len(messages(system({"a": f"{{role: {role}, calls: [b]}}", "b": "{}"}), "SF302")) == expected


def test_infrastructure_that_is_an_entry_is_asked() -> None:
    assert len(messages(system({"a": "{role: infra, exposed: true, calls: [b]}", "b": "{}"}), "SF302")) == 1


@pytest.mark.parametrize(
    ("gateway", "expected"),
    [
        ("routes: {/api/b: b}", []),
        ("has: [], routes: {/api/b: b}", ['warning route "/api/b" of "gateway" has no timeout']),
        ("has: [], routes: {/api/b: {to: b, timeout: 1s}}", []),
        ("has: [], timeout: 1s, routes: {/api/b: b}", []),
    ],
)
def test_only_a_gateway_that_exists_is_asked_for_its_timeouts(gateway: str, expected: list[str]) -> None:
    assert messages(system({"b": "{}"}) + f"gateway: {{{gateway}}}\n", "SF301") == expected


NO_BREAKER = 'warning "a.go" calls "b.work" without a circuit breaker'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (calling(), [NO_BREAKER]),
        (calling(f"{{to: b.work, breaker: {BREAKER}}}"), []),
        (calling(more=f"defaults: {{call: {{breaker: {BREAKER}}}}}\n"), []),
        (
            calling("{to: b.work, breaker: none}", f"defaults: {{call: {{breaker: {BREAKER}}}}}\n"),
            [f"{NO_BREAKER}: it is switched off"],
        ),
        (calling("{to: b.work, optional: true, fallback: []}"), []),
        (calling("{to: b.work, fallback: []}"), [NO_BREAKER]),
        (calling("{to: b.work, optional: true}"), [NO_BREAKER]),
    ],
)
def test_a_breaker_is_there_or_nobody_misses_the_answer(text: str, expected: list[str]) -> None:
    assert messages(text, "SF302") == expected


@pytest.mark.parametrize(
    ("rule", "key", "value"),
    [("SF301", "timeout", "1s"), ("SF302", "breaker", {"failures": "50%", "window": 20, "reset": "30s"})],
)
def test_what_no_call_and_no_defaults_say_is_added_once_for_all_calls(rule: str, key: str, value: object) -> None:
    found = findings(system({"a": "{calls: [b, c]}", "b": "{calls: [c]}", "c": "{}"}), rule)
    assert [finding.fix for finding in found] == [(Put(("defaults", "call"), key, value),)] * 3


def test_a_breaker_that_was_switched_off_is_left_to_a_person() -> None:
    [finding] = findings(calling("{to: b.work, breaker: none}"), "SF302")
    assert (finding.fix, finding.hint.partition(",")[0]) == ((), "take `breaker: none` out")


def test_a_part_with_something_in_its_place_needs_no_breaker() -> None:
    text = (
        system({"b": "{operations: {work: {}}}"})
        + "bffs: {web: {endpoints: {GET /home: {w: 'b.work() or []', v: b.work()}}}}\n"
    )
    assert places(text, "SF302") == ["bffs.web.endpoints.GET /home.v"]


UNSAFE = 'error "a.go" repeats "b.work" up to 2 times, and it is not safe to repeat'


@pytest.mark.parametrize(
    ("call", "target", "expected"),
    [
        ("{to: b.work, retries: 2}", "{}", [UNSAFE]),
        ("{to: b.work, retries: 2}", "{http: POST /works}", [UNSAFE]),
        ("{to: b.work, retries: 0}", "{}", []),
        ("{to: b.work, retries: 2}", "{http: PUT /works}", []),
        ("{to: b.work, retries: 2}", "{idempotent: by key}", []),
        ("{to: b.work, retries: 2}", "{read_only: true}", []),
        ("b.work", "{}", []),
    ],
)
def test_retries_on_a_call_need_an_operation_that_may_be_repeated(call: str, target: str, expected: list[str]) -> None:
    assert messages(calling(call, "defaults: {call: {retries: 3}}\n", target=target), "SF305") == expected


@pytest.mark.parametrize(("of_b", "expected"), [("", 0), ("has: [], ", 1)])
def test_a_step_is_known_again_by_its_key_where_svcforge_builds_the_callee(of_b: str, expected: int) -> None:
    text = system({"a": "{operations: {go: {}}}", "b": f"{{{of_b}operations: {{work: {{}}}}}}"})
    assert len(messages(text + "sagas: {s: {starts: a.go, steps: [{do: b.work, retries: 1}]}}\n", "SF305")) == expected


def test_where_no_operation_is_named_nothing_is_known_of_repeating() -> None:
    assert messages(system({"a": "{calls: [{to: b, retries: 2}]}", "b": "{}"}), "SF305") == []
