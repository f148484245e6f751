"""Sagas: all is done, or all is undone."""

from __future__ import annotations

from tests.alive.faults.fault import Fault

SAGAS = (
    Fault(
        "a compensation skipped",
        "orders",
        "sagas.py",
        r", undo=self\.undo_reserve_items",
        "",
        "sagas/test_checkout.py::test_what_was_done_is_undone_last_first_when_a_step_says_no",
    ),
    Fault(
        "undo order reversed",
        "orders",
        "kit/saga.py",
        r"self\.steps\[row\.position - 1\]",
        "self.steps[-row.position]",
        "sagas/test_checkout.py::test_what_was_done_is_undone_last_first_when_a_step_says_no",
    ),
    Fault(
        "the saga's own undo missing",
        "orders",
        "sagas.py",
        r"steps, undo=self\.undo, ",
        "steps, ",
        "sagas/test_checkout.py::test_the_whole_is_undone_with_its_inputs",
    ),
    Fault(
        "the saga never begins",
        "orders",
        "operations.py",
        r' *begin\(session, "checkout", .*\)\n',
        "",
        "operations/test_create_order.py::test_begins_checkout",
    ),
    Fault(
        "a step asked with something else",
        "orders",
        "sagas.py",
        r"amount=event\.total",
        "amount=event.total * 2",
        "sagas/test_checkout.py::test_charge_is_asked_with_its_inputs",
    ),
    Fault(
        "another key with each attempt",
        "orders",
        "kit/saga_runner.py",
        r'key = f"\{row\.id\}:\{step\}"',
        'key = f"{row.id}:{step}:{row.attempts}"',
        "sagas/test_checkout.py::test_a_step_without_an_answer_is_asked_again_with_the_same_key",
    ),
    Fault(
        "silence taken for a no",
        "orders",
        "kit/saga_runner.py",
        r"error\.status < 500",
        "error.status < 600",
        "sagas/test_checkout.py::test_a_step_without_an_answer_is_asked_again_with_the_same_key",
    ),
    Fault(
        "the lease unchecked",
        "orders",
        "kit/saga_runner.py",
        r", SagaRow\.owner == self\._owner\)\n        if not",
        ")\n        if not",
        "kit/test_saga.py::test_another_replica_goes_on_when_the_lease_has_ended",
    ),
    Fault(
        "what is still in hand taken for a no",
        "orders",
        "kit/saga.py",
        r"NOT_YET = \{.*?\}",
        "NOT_YET = set[str]()",
        "kit/test_saga.py::test_what_is_still_being_worked_on_is_asked_again_with_the_same_key",
    ),
)
