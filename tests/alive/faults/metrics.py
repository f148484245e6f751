"""What the service tells of itself: the numbers that alerts and dashboards are made of."""

from __future__ import annotations

from tests.alive.faults.fault import Fault

METRICS = (
    Fault(
        "probes are timed",
        "orders",
        "kit/http.py",
        r"if scope\[\"path\"\] not in QUIET:",
        "if True:",
        "test_contract.py::test_times_its_answers_but_those_to_probes",
    ),
    Fault(
        "the promise is no bound",
        "orders",
        "kit/http.py",
        r"bounds = .*",
        "bounds = [1.0]",
        "test_contract.py::test_counts_the_answers_that_keep_the_promise",
    ),
    Fault(
        "the outbox grows no older",
        "payments",
        "kit/outbox.py",
        r"order_by\(OutboxRow\.id\)\.limit\(1\)",
        "limit(0)",
        "kit/test_outbox.py::test_how_many_events_wait_and_for_how_long_is_known",
    ),
    Fault(
        "a stuck saga is like any other",
        "orders",
        "kit/saga_runner.py",
        r"func\.count\(\)\.filter\(.*\)",
        "func.count()",
        "kit/test_saga.py::test_a_saga_that_does_not_get_on_is_counted",
    ),
    Fault(
        "nobody counts who waits in the queue",
        "notifications",
        "kit/messaging.py",
        r"LAG\.labels\(.*",
        "pass",
        "kit/test_messaging.py::test_how_many_events_wait_in_a_queue_is_known",
    ),
    Fault(
        "the first dead letter is not seen",
        "notifications",
        "kit/consumer.py",
        r"HANDLED\.labels\(subscription\.queue, outcome\)",
        "pass",
        "kit/test_consumer.py::test_the_first_dead_letter_is_seen_in_the_metrics",
    ),
    Fault(
        "the first failure to undo is not seen",
        "orders",
        "kit/saga_runner.py",
        r"UNDO_FAILED\.labels\(saga\.name, undo\)",
        "pass",
        "kit/test_saga.py::test_the_first_failure_to_undo_is_seen_in_the_metrics",
    ),
)
