"""SF101, SF103, SF104: cycles of services and contexts, and long chains."""

from __future__ import annotations

from itertools import pairwise

import pytest
from tests.lint.judging import findings, messages, places, system, verdict

from svcforge.lint.settings import Choices


def calls(**targets: str) -> str:
    """Services that call others at their own level: `a="b c"`."""
    names = dict.fromkeys([*targets, *(t for found in targets.values() for t in found.split())])
    return system({name: f"{{calls: [{', '.join(targets.get(name, '').split())}]}}" for name in names})


def operations(**bodies: str) -> str:
    """Services with the text of their operations."""
    return system({name: f"{{operations: {{{body}}}}}" for name, body in bodies.items()})


@pytest.mark.parametrize(
    ("text", "cycle"),
    [
        (calls(a="a"), "a -> a"),
        (calls(b="a", a="b"), "a -> b -> a"),
        (calls(c="a", a="b", b="c"), "a -> b -> c -> a"),
        (calls(d="c", c="b", b="a", a="d"), "a -> d -> c -> b -> a"),
    ],
)
def test_a_cycle_of_any_length_is_shown_from_its_smallest_name(text: str, cycle: str) -> None:
    assert messages(text, "SF101") == [f'error synchronous cycle "{cycle}"']


def test_of_a_knot_one_shortest_cycle_is_shown_and_the_rest_named() -> None:
    text = calls(a="b", b="c d", c="a", d="b")
    assert messages(text, "SF101") == ['error synchronous cycle "b -> d -> b" (+2 services in the same knot: a, c)']


def test_two_knots_are_two_findings() -> None:
    assert len(findings(calls(a="b", b="a c", c="d", d="c"), "SF101")) == 2


def test_the_text_is_the_same_in_whatever_order_the_services_stand() -> None:
    assert messages(calls(a="b", b="c", c="a b"), "SF101") == messages(calls(c="b a", b="c", a="b"), "SF101")


def test_the_finding_stands_at_the_cheapest_call_and_lists_the_others() -> None:
    text = operations(
        a="one: {calls: [b.change]}, two: {calls: [b.change]}",
        b="change: {calls: [a.look]}",
    ).replace("two: {", "look: {read_only: true}, two: {")
    [finding] = findings(text, "SF101")
    assert finding.path[-5:] == ("b", "operations", "change", "calls", 0)
    assert [r.message for r in finding.related] == ["a -> b"]
    assert (
        finding.hint
        == 'let "a" publish its changes as events, and "b" keep a copy of them (`copies`) instead of calling'
    )


def test_a_cycle_of_services_whose_operations_reach_no_circle_is_a_warning() -> None:
    text = operations(a="one: {calls: [b.two]}, three: {}", b="two: {}, four: {calls: [a.three]}")
    assert messages(text, "SF101") == ['warning synchronous cycle "a -> b -> a", though no operation reaches itself']


def test_one_call_without_an_operation_keeps_it_an_error() -> None:
    text = system({"a": "{operations: {one: {calls: [b.two]}}}", "b": "{operations: {two: {}}, calls: [a]}"})
    assert messages(text, "SF101") == ['error synchronous cycle "a -> b -> a"']


def test_operations_in_a_circle_are_an_error() -> None:
    text = operations(a="one: {calls: [b.two]}", b="two: {calls: [a.one]}")
    assert messages(text, "SF101") == ['error synchronous cycle "a -> b -> a"']


SAGA = "sagas: {s: {starts: a.begin, steps: [b.take, a.finish]}}\n"


def test_a_sagas_steps_are_calls_of_its_owner_and_its_own_steps_are_local() -> None:
    text = operations(a="begin: {}, finish: {}, ask: {}", b="take: {}") + SAGA
    assert messages(text, "SF101") == []


def test_a_step_that_calls_back_the_owner_closes_a_circle_but_no_operation_reaches_itself() -> None:
    text = operations(a="begin: {}, finish: {}, ask: {}", b="take: {calls: [a.ask]}") + SAGA
    assert messages(text, "SF101") == ['warning synchronous cycle "a -> b -> a", though no operation reaches itself']


def test_a_step_that_starts_the_saga_again_is_an_error() -> None:
    text = operations(a="begin: {}, finish: {}", b="take: {calls: [a.begin]}") + SAGA
    assert messages(text, "SF101") == ['error synchronous cycle "a -> b -> a"']


@pytest.mark.parametrize("role", ["gateway", "bff", "frontend", "registry", "infra", "adapter", "esb", "client"])
def test_only_business_services_make_cycles(role: str) -> None:
    assert messages(system({"a": "{calls: [b]}", "b": f"{{role: {role}, calls: [a]}}"}), "SF101") == []


def test_events_make_no_synchronous_cycle() -> None:
    text = system({"a": "{calls: [b], events: {E: {x: uuid}}}", "b": "{subscribes: [a.E]}"})
    assert messages(text, "SF101") == []


def test_contexts_that_call_each_other_through_different_services_are_a_cycle() -> None:
    services = {"a1": "{calls: [b1]}", "a2": "{}", "b1": "{}", "b2": "{calls: [a2]}"}
    text = system(services, contexts={"a1": "a", "a2": "a", "b1": "b", "b2": "b"})
    [finding] = findings(text, "SF103")
    assert finding.message == 'contexts call each other in a cycle "a -> b -> a"'
    assert [r.message for r in finding.related] == ["b -> a: b2 calls a2"]
    assert findings(text, "SF101") == []


def test_a_cycle_inside_one_context_is_no_cycle_of_contexts() -> None:
    assert messages(calls(a="b", b="a"), "SF103") == []


def test_a_chain_of_four_calls_is_too_long_and_three_are_not() -> None:
    assert messages(calls(a="b", b="c", c="d"), "SF104") == []
    expected = 'warning a request waits through 4 calls in a row, more than 3: "a -> b -> c -> d -> e"'
    assert messages(calls(a="b", b="c", c="d", d="e"), "SF104") == [expected]


def test_the_finding_stands_at_the_call_that_is_one_too_many() -> None:
    assert places(calls(a="b", b="c", c="d", d="e", e="f"), "SF104") == ["contexts.c.services.d.calls[0]"]


def test_how_many_calls_are_too_many_is_an_option() -> None:
    text = calls(a="b", b="c").replace("contexts:", "lint: {options: {deep-sync-chain: {max_hops: 1}}}\ncontexts:")
    assert len(findings(text, "SF104")) == 1


def test_what_stands_before_the_first_service_does_not_count() -> None:
    text = system(
        {"f": "{role: frontend, calls: [a]}", "a": "{calls: [b]}", "b": "{calls: [c]}", "c": "{calls: [d]}", "d": "{}"}
    )
    assert messages(text + "gateway: {routes: {/a: a}}\n", "SF104") == []


def test_operations_that_do_not_follow_each_other_make_no_chain() -> None:
    text = operations(
        a="go: {calls: [b.one]}", b="one: {}, two: {calls: [c.one]}", c="one: {}, two: {calls: [d.one]}",
        d="one: {}, two: {calls: [e.one]}", e="one: {}",
    )  # fmt: skip
    assert messages(text, "SF104") == []


def test_a_call_that_names_no_operation_may_lead_to_any() -> None:
    services = {
        "a": "{operations: {go: {calls: [b.one]}}}", "b": "{operations: {one: {}}, calls: [c]}",
        "c": "{operations: {x: {calls: [d.y]}}}", "d": "{operations: {y: {calls: [e.z]}}}", "e": "{operations: {z: {}}}",
    }  # fmt: skip
    assert len(findings(system(services), "SF104")) == 1


def test_nobody_waits_for_a_sagas_step_or_a_call_that_does_not_wait() -> None:
    chain = "{}: {{calls: [{}]}}"
    text = operations(
        a="go: {calls: [{to: b.go, wait: false}]}",
        **{x: chain.format("go", f"{y}.go") for x, y in zip("bcd", "cde", strict=True)},
        e="go: {}",
    )
    assert messages(text, "SF104") == []


def test_chains_that_end_in_one_service_are_reported_once_the_longest() -> None:
    found = messages(calls(x="a", a="b", b="c", c="d", d="e", y="b"), "SF104")
    assert found == ['warning a request waits through 5 calls in a row, more than 3: "x -> a -> b -> c -> d -> e"']


def test_a_very_long_chain_is_shown_with_its_middle_left_out() -> None:
    names = [f"s{i:03}" for i in range(100)]
    [message] = messages(calls(**dict(pairwise(names))), "SF104")
    assert message.endswith('-> s009 -> ... 89 more ... -> s099"')


def test_a_knot_counts_as_one_service_of_a_chain() -> None:
    assert messages(calls(a="b", b="c", c="b d", d="e"), "SF104") == []


def test_the_same_blueprint_gives_the_same_text() -> None:
    text = calls(a="b c", b="c d", c="d e", d="e", e="f", f="a")
    assert verdict(text, Choices(profile="production")) == verdict(text, Choices(profile="production"))
