"""SF105 to SF108, SF111, SF112: who is called by many, calls many, or calls what it should not."""

from __future__ import annotations

import pytest
from tests.lint.judging import findings, messages, places, system


def calls(contexts: dict[str, str] | None = None, **targets: str) -> str:
    """Services that call others at their own level: `a="b c"`."""
    names = dict.fromkeys([*targets, *(t for found in targets.values() for t in found.split())])
    services = {name: f"{{calls: [{', '.join(targets.get(name, '').split())}]}}" for name in names}
    return system(services, contexts=contexts)


def option(text: str, rule: str, name: str, value: object) -> str:
    return text.replace("contexts:", f"lint: {{options: {{{rule}: {{{name}: {value}}}}}}}\ncontexts:", 1)


CALLERS = dict.fromkeys("abcd", "x")


def test_five_callers_make_a_hub_and_four_do_not() -> None:
    assert messages(calls(**CALLERS), "SF105") == []
    assert messages(calls(**CALLERS, e="x"), "SF105") == [
        'warning "x" is called by 5 services: "a", "b", "c", "d" and "e"'
    ]


def test_fewer_callers_make_a_hub_with_enough_callees() -> None:
    assert messages(calls(**CALLERS, x="y"), "SF105") == []
    [message] = messages(calls(**CALLERS, x="y z"), "SF105")
    assert message.endswith('"a", "b", "c" and "d", and it calls "y" and "z"')


def test_one_caller_and_many_callees_make_a_hub_too() -> None:
    [message] = messages(calls(a="x", x="b c d e f g h i"), "SF105")
    assert message.startswith(
        'warning "x" is called by 1 service: "a", and it calls "b", "c", "d", "e", "f" and 3 more'
    )


def test_how_many_make_a_hub_is_an_option() -> None:
    assert len(findings(option(calls(a="x"), "SF105", "min_callers", 1), "SF105")) == 1
    assert findings(option(calls(**CALLERS, e="x"), "SF105", "min_callers", 6), "SF105") == []


@pytest.mark.parametrize("role", ["gateway", "bff", "frontend", "infra", "adapter"])
def test_what_is_no_business_service_makes_no_hub(role: str) -> None:
    text = calls(**CALLERS, e="x").replace("e: {calls", f"e: {{role: {role}, calls")
    assert messages(text, "SF105") == []


def test_a_service_that_calls_itself_or_another_twice_is_counted_once() -> None:
    assert messages(calls(**CALLERS, x="x").replace("a: {calls: [x]}", "a: {calls: [x, {to: x}]}"), "SF105") == []


def test_a_sagas_owner_calls_the_services_of_its_steps() -> None:
    services = {"x": "{operations: {go: {}}}", **dict.fromkeys("abcd", "{calls: [x]}"), "e": "{operations: {go: {}}}"}
    assert len(findings(system(services) + "sagas: {s: {starts: e.go, steps: [x.go]}}\n", "SF105")) == 1


SEVEN = " ".join("bcdefgh")


def test_seven_callees_are_many_and_six_are_not() -> None:
    assert messages(calls(a=SEVEN[:-2]), "SF106") == []
    assert messages(calls(a=SEVEN), "SF106") == ['info "a" calls 7 services: "b", "c", "d", "e", "f" and 2 more']
    assert len(findings(option(calls(a="b"), "SF106", "min_callees", 1), "SF106")) == 1


def test_the_owner_of_a_saga_may_call_many() -> None:
    text = calls(a=SEVEN).replace("a: {calls", "a: {operations: {go: {}}, calls")
    assert messages(text + "sagas: {s: {starts: a.go, steps: [a.go]}}\n", "SF106") == []


def test_a_bus_is_a_smart_pipe() -> None:
    assert messages(system({"a": "{role: esb}"}), "SF107") == ['warning "a" is an enterprise service bus']
    assert places(system({"a": "{role: esb}"}), "SF107") == ["contexts.c.services.a.role"]


@pytest.mark.parametrize(
    ("role", "operation", "found"),
    [
        ("gateway", "{owns}, operations: {put: {creates: T}}", 1),
        ("infra", "operations: {route: {rule: premium goes first}}", 1),
        ("registry", "{owns}, operations: {drop: {deletes: T}}", 1),
        ("gateway", "{owns}, operations: {look: {reads: T}}", 0),
        ("gateway", "operations: {pass: {read_only: true}}", 0),
        ("adapter", "operations: {turn: {rule: translates}}", 0),
        ("business", "operations: {decide: {rule: its own}}", 0),
    ],
)
def test_a_pipe_with_logic_of_its_own_is_smart(role: str, operation: str, found: int) -> None:
    body = operation.replace("{owns}", "owns: {T: {x: int}}").replace("pass:", "hand_on:")
    assert len(findings(system({"a": f"{{role: {role}, {body}}}"}), "SF107")) == found


def bus(callers: int, callees: int, others: int = 0) -> str:
    targets = {f"in{i}": "bus" for i in range(callers)} | {"bus": " ".join(f"out{i}" for i in range(callees))}
    return calls(**targets, **{f"o{i}": f"p{i}" for i in range(others)})


@pytest.mark.parametrize(
    ("callers", "callees", "others", "found"), [(4, 4, 0, 1), (4, 3, 1, 0), (3, 4, 1, 0), (4, 4, 9, 1), (9, 0, 0, 0)]
)
def test_what_most_of_the_others_go_through_is_a_bus(callers: int, callees: int, others: int, found: int) -> None:
    assert len(findings(bus(callers, callees, others), "SF107")) == found


def test_where_all_are_alike_none_is_a_bus() -> None:
    names = [f"s{i}" for i in range(12)]
    targets = {name: " ".join(names[(i + k) % 12] for k in range(1, 6)) for i, name in enumerate(names)}
    assert messages(calls(**targets), "SF107") == []


def test_few_services_have_no_distribution() -> None:
    text = option(bus(3, 3), "SF107", "min_degree", 3)
    assert messages(text, "SF107") == []
    assert len(findings(text.replace("min_degree: 3", "min_degree: 3, min_services: 7"), "SF107")) == 1


def asks(made: int, distinct: int, context: str = "c") -> str:
    """`a` makes so many calls of one operation to so many operations of `b`, which is in a context."""
    operations = ", ".join(f"o{i}: {{}}" for i in range(distinct))
    asked = ", ".join(f"b.o{i % distinct}" for i in range(made))
    services = {"a": f"{{operations: {{go: {{calls: [{asked}]}}}}}}", "b": f"{{operations: {{{operations}}}}}"}
    return system(services, contexts={"a": "c", "b": context})


def test_six_calls_of_one_request_are_chatty_and_five_are_not() -> None:
    assert messages(asks(5, 5), "SF108") == []
    assert messages(asks(6, 1), "SF108") == ['warning "a.go" makes 6 calls to "b" for one request, more than 5']


def test_five_operations_of_another_context_are_chatty_and_four_or_those_of_the_own_are_not() -> None:
    assert messages(asks(5, 4, "d"), "SF108") == []
    assert messages(asks(5, 5, "c"), "SF108") == []
    assert messages(asks(5, 5, "d"), "SF108") == [
        'warning "a" uses 5 operations of "b" in another context, more than 4: "o0", "o1", "o2", "o3" and "o4"'
    ]


def test_chattiness_has_options() -> None:
    assert len(findings(option(asks(2, 1), "chatty-pair", "max_calls", 1), "SF108")) == 1
    assert len(findings(option(asks(3, 3, "d"), "chatty-pair", "max_operations", 2), "SF108")) == 1


@pytest.mark.parametrize(("role", "found"), [("gateway", 1), ("bff", 1), ("frontend", 1), ("adapter", 0), ("infra", 0)])
def test_a_service_that_calls_what_stands_before_it_calls_upward(role: str, found: int) -> None:
    text = system({"a": "{calls: [b, {to: b, wait: false}]}", "b": f"{{role: {role}}}"})
    expected = [f'warning "a" calls "b", a {role} that stands before it'] * found
    assert messages(text, "SF111") == expected


def test_the_declared_gateway_stands_before_too_and_may_call_downward() -> None:
    text = system({"a": "{calls: [gateway]}"}) + "gateway: {routes: {/a: a}}\n"
    assert messages(text, "SF111") == ['warning "a" calls "gateway", a gateway that stands before it']
    assert messages(system({"f": "{role: frontend, calls: [gateway]}"}) + "gateway: {routes: {}}\n", "SF111") == []


def test_who_is_called_by_many_should_not_lean_on_who_calls_many() -> None:
    text = calls(a="s", b="s", s="t", t="x y")
    assert messages(text, "SF112") == [
        'info "s", with an instability of 0.33, is less unstable than the service that it calls: "t" (0.67)'
    ]
    assert messages(calls(a="s", s="t", t="x"), "SF112") == []


def test_a_share_of_unstable_callees_is_allowed() -> None:
    text = calls(**dict.fromkeys("abcdefgh", "s"), s="t u v w", t="x")
    assert messages(text, "SF112") == []
    assert len(findings(option(text, "SF112", "max_share", 0.2), "SF112")) == 1
