"""SIUC: how much of a service's interface each of its clients uses."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.small import blueprint_of

from svcforge.lint.context import Indexes
from svcforge.metrics.usage import cohesion


def siuc(services: str, rest: str = "") -> dict[str, float]:
    return dict(cohesion(Indexes(blueprint_of(services, rest))))


def test_clients_that_use_all_that_is_offered_give_one() -> None:
    assert siuc("a: {calls: [s.x, s.y]}\nb: {calls: [s.x, s.y]}\ns: {operations: {x: {}, y: {}}}") == {"s": 1}


def test_it_is_the_share_of_client_and_operation_pairs_that_are_used() -> None:
    assert siuc("a: {calls: [s.x]}\nb: {calls: [s.x, s.y]}\ns: {operations: {x: {}, y: {}}}") == {"s": 3 / 4}


def test_an_operation_with_http_is_offered_though_nobody_calls_it_and_one_that_nobody_can_is_not() -> None:
    offered = "a: {calls: [s.x]}\ns: {operations: {x: {}, y: {http: GET /y, public: all}, z: {}}}"
    assert siuc(offered) == {"s": 1 / 2}


def test_the_gateway_is_a_client_of_what_stands_behind_its_routes() -> None:
    services = "a: {calls: [s.x]}\ns: {operations: {x: {}, y: {http: GET /y, public: all}}}"
    assert siuc(services, "gateway: {routes: {/api/y: s}}\n") == {"s": 2 / 4}


@pytest.mark.parametrize(
    "services", ["s: {operations: {x: {}}}", "a: {calls: [s]}\ns: {}", "s: {calls: [s.x], operations: {x: {}}}"]
)
def test_a_service_without_clients_that_say_what_they_use_has_none(services: str) -> None:
    assert siuc(services) == {}


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from("abc"), st.sets(st.sampled_from("xyz"), min_size=1), min_size=1))
def test_it_is_a_share_and_one_only_where_all_use_all(uses: dict[str, set[str]]) -> None:
    clients = [f"{name}: {{calls: [{', '.join(f's.{o}' for o in sorted(used))}]}}" for name, used in uses.items()]
    called = set().union(*uses.values())
    found = siuc("\n".join([*clients, f"s: {{operations: {{{', '.join(f'{o}: {{}}' for o in sorted(called))}}}}}"]))[
        "s"
    ]
    assert 0 < found <= 1
    assert (found == 1) == all(used == called for used in uses.values())
