"""SF406, SF407: sagas that cannot be undone or finished, and those that wait on the line."""

from __future__ import annotations

import pytest
from tests.lint.judging import findings, messages, places, system

A = "{operations: {go: {}, own: {}, end: {}}}"
B = "{operations: {take: {}, back: {}, look: {read_only: true}, fix: {idempotent: by key}, opened: {http: POST /x}}}"
BANK = "externals: {bank: {operations: {pay: {http: POST /pay}, pay_once: {http: POST /once, idempotent: by key}}}}\n"


def saga(*steps: str, more: str = "", b: str = B) -> str:
    written = ", ".join(steps)
    return system({"a": A, "b": b}, BANK) + f"sagas: {{s: {{starts: a.go, {more}steps: [{written}]}}}}\n"


def test_a_change_before_the_pivot_needs_an_undo() -> None:
    assert messages(saga("b.take", "a.end"), "SF406") == [
        'error step "b.take" of "s" changes something before the pivot, and nothing undoes it'
    ]
    assert places(saga("b.take", "a.end"), "SF406") == ["sagas.s.steps[0]"]
    assert messages(saga("{do: b.take, undo: b.back}", "a.end"), "SF406") == []


def test_the_last_step_is_the_pivot_where_none_is_named() -> None:
    assert messages(saga("b.take"), "SF406") == []
    assert messages(saga("b.look", "b.take"), "SF406") == []


@pytest.mark.parametrize("operation", ["{read_only: true}", "{reads: T}", "{lists: T}", "{http: GET /x}"])
def test_a_step_that_reads_needs_no_undo(operation: str) -> None:
    b = f"{{owns: {{T: {{x: int}}}}, operations: {{take: {operation}}}}}"
    assert messages(saga("b.take", "a.end", b=b), "SF406") == []


def test_a_step_of_the_owner_needs_an_undo_as_well() -> None:
    assert len(findings(saga("a.own", "a.end"), "SF406")) == 1


@pytest.mark.parametrize(
    ("step", "b", "found"),
    [
        ("b.take", B, 0), ("b.opened", B, 1), ("b.take", B.replace("{operations", "{has: [], operations"), 1),
        ("b.fix", B.replace("{operations", "{has: [], operations"), 0), ("bank.pay", B, 1), ("bank.pay_once", B, 0),
        ("b.look", B.replace("{operations", "{has: [], operations"), 0), ("a.end", B, 0),
    ],
)  # fmt: skip
def test_a_step_after_the_pivot_has_to_be_safe_to_repeat(step: str, b: str, found: int) -> None:
    expected = [f'error step "{step}" of "s" comes after the pivot and is not safe to repeat'] * found
    assert messages(saga("{do: b.take, pivot: true}", step, b=b), "SF406") == expected


def test_there_is_one_pivot() -> None:
    text = saga("{do: b.take, pivot: true}", "{do: a.end, pivot: true}")
    assert messages(text, "SF406") == ['error step "a.end" of "s" is a second pivot']
    assert places(text, "SF406") == ["sagas.s.steps[1].pivot"]
    assert [r.message for r in findings(text, "SF406")[0].related] == ["from here on there is no way back"]


def test_each_step_is_told_and_a_transaction_is_left_to_sf206() -> None:
    assert len(findings(saga("b.take", "b.opened", "a.end"), "SF406")) == 2
    assert messages(saga("b.take", "a.end", more="transaction: 2pc, "), "SF406") == []


EXISTING = "{has: [], operations: {go: {}, own: {}}}"


def spoken(step: str, a: str = EXISTING, b: str = "{api: [rest], operations: {take: {}}}", more: str = "") -> str:
    return system({"a": a, "b": b}, more) + f"sagas: {{s: {{starts: a.go, steps: [{step}]}}}}\n"


@pytest.mark.parametrize(
    ("step", "b", "found"),
    [
        ("b.take", "{api: [rest], operations: {take: {}}}", 1),
        ("b.take", "{api: [grpc], operations: {take: {}}}", 1),
        ("b.take", "{operations: {take: {}}}", 0),
        ("{do: b.take, over: grpc}", "{operations: {take: {}}}", 1),
        ("{do: b.take, over: broker}", "{api: [rest], operations: {take: {}}}", 0),
        ("a.own", "{api: [rest], operations: {take: {}}}", 0),
    ],
)
def test_an_existing_saga_that_calls_over_rest_or_grpc_waits_on_the_line(step: str, b: str, found: int) -> None:
    assert messages(spoken(step, b=b), "SF407") == ['info "s" waits on the line for "b"'] * found


def test_effective_protocol_counts_and_a_generated_saga_asks_again() -> None:
    assert messages(spoken("b.take", more="defaults: {call: {over: broker}}\n"), "SF407") == []
    assert messages(spoken("b.take", EXISTING.replace("has: [], ", "")), "SF407") == []
