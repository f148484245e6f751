"""Deadline slack and retry factor: along requests, operation by operation."""

from __future__ import annotations

from itertools import pairwise
from math import prod

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.small import blueprint_of

from svcforge.lint.context import Indexes
from svcforge.metrics.deadlines import MOST, amplification, slack


def slacks(services: str, rest: str = "") -> dict[str, int]:
    return dict(slack(Indexes(blueprint_of(services, rest))))


def tries(services: str, rest: str = "") -> dict[str, int]:
    return {name: times for name, times in amplification(Indexes(blueprint_of(services, rest))).items() if times > 1}


def test_slack_is_what_the_shortest_deadline_leaves_for_the_next_call() -> None:
    services = "a: {calls: [{to: b, timeout: 1s}]}\nz: {calls: [{to: b, timeout: 700ms}]}\nb: {calls: [{to: c, timeout: 400ms}]}\nc: {}"
    assert slacks(services) == {"b": 300}


def test_slack_is_negative_where_a_call_outlives_those_who_wait_for_it() -> None:
    services = "a: {calls: [{to: b, timeout: 1s}]}\nb: {calls: [{to: c, timeout: 3s}]}\nc: {calls: [{to: d, timeout: 900ms}]}\nd: {}"
    assert slacks(services) == {"b": -2000, "c": 100}


def test_a_routes_timeout_is_a_deadline() -> None:
    services = (
        "a: {operations: {x: {http: GET /x, public: all, calls: [{to: b.y, timeout: 3s}]}}}\nb: {operations: {y: {}}}"
    )
    assert slacks(services, "gateway: {timeout: 2s, routes: {/api/x: a}}\n") == {"a": -1000}


def test_operations_that_do_not_meet_have_no_deadline_of_each_other() -> None:
    services = """
a: {operations: {o: {calls: [{to: b.x, timeout: 1s}]}}}
b: {operations: {x: {}, y: {calls: [{to: c.z, timeout: 3s}]}}}
c: {operations: {z: {}}}
"""
    assert slacks(services) == {}


def test_attempts_multiply_along_a_request() -> None:
    services = "a: {calls: [{to: b, retries: 2}]}\nb: {calls: [{to: c, retries: 1}]}\nc: {calls: [d]}\nd: {}"
    assert tries(services) == {"b": 3, "c": 6, "d": 6}


def test_the_worst_way_counts() -> None:
    services = "a: {calls: [{to: b, retries: 2}, c]}\nb: {calls: [c]}\nc: {}"
    assert tries(services) == {"b": 3, "c": 3}


def test_retries_of_the_defaults_count_only_where_the_operation_may_be_repeated() -> None:
    services = "a: {operations: {o: {calls: [b.read, b.write]}}}\nb: {operations: {read: {read_only: true}, write: {calls: [c.z]}}}\nc: {operations: {z: {read_only: true}}}"
    assert tries(services, "defaults: {call: {retries: 1}}\n") == {"b": 2, "c": 2}


def test_a_call_to_a_service_is_repeated_only_through_what_may_be_repeated() -> None:
    services = "a: {calls: [b]}\nb: {operations: {read: {read_only: true}, write: {calls: [c.z]}}}\nc: {operations: {z: {read_only: true}}}"
    assert tries(services, "defaults: {call: {retries: 1}}\n") == {"b": 2, "c": 2}


def test_a_knot_counts_as_one_place() -> None:
    services = "a: {calls: [{to: b, retries: 1}]}\nb: {calls: [{to: c, retries: 5}]}\nc: {calls: [{to: b, retries: 5}]}"
    assert tries(services) == {"b": 2, "c": 2}


@settings(deadline=None)
@given(st.lists(st.integers(0, 9), min_size=1, max_size=12))
def test_along_a_chain_it_is_the_product(retries: list[int]) -> None:
    names = [f"s{i}" for i in range(len(retries) + 1)]
    calls = [f"{a}: {{calls: [{{to: {b}, retries: {r}}}]}}" for (a, b), r in zip(pairwise(names), retries, strict=True)]
    found = amplification(Indexes(blueprint_of("\n".join([*calls, f"{names[-1]}: {{}}"]))))
    assert found[names[-1]] == min(MOST, prod(r + 1 for r in retries))
