"""SF501, SF502, SF505-SF508: gateways, and what is reached with none between."""

from __future__ import annotations

import pytest
from tests.lint.judging import findings, messages, places, system

from svcforge.source.edit import Delete

GATEWAY = "gateway: {routes: {/api/a: a}}\n"
OPEN = "{exposed: true}"


@pytest.mark.parametrize(
    ("services", "expected"),
    [
        ({"a": OPEN}, []),
        ({"a": OPEN, "b": "{}"}, []),
        ({"a": OPEN, "b": "{}", "c": "{}"}, ['warning clients reach "a" with no API gateway between']),
        ({"a": OPEN, "b": OPEN}, ['warning clients reach "a" and "b" with no API gateway between']),
        (
            {"a": OPEN, "eureka": "{role: registry, exposed: true}"},
            ['warning clients reach "a" and "eureka" with no API gateway between'],
        ),
        ({"a": OPEN, "page": "{role: frontend, exposed: true}"}, []),
        ({"app": "{role: client, calls: [a, b]}", "a": "{}", "b": "{}"}, ['warning clients reach "a" and "b" with no API gateway between']),
        ({"page": "{role: frontend, calls: [a, b]}", "a": "{}", "b": "{}"}, []),
    ],
)  # fmt: skip
def test_clients_go_through_a_gateway(services: dict[str, str], expected: list[str]) -> None:
    assert messages(system(services), "SF501") == expected


def test_a_second_door_counts_even_where_a_gateway_leads_to_it() -> None:
    text = system({"a": OPEN, "b": OPEN}) + GATEWAY
    assert messages(text, "SF501") == ['warning clients reach "b" with no API gateway between']
    assert messages(system({"a": "{}", "b": OPEN}) + GATEWAY, "SF501") == []


def test_how_small_a_system_may_be_for_one_door_is_an_option() -> None:
    text = system({"a": OPEN}, "lint: {options: {SF501: {min_services: 1}}}\n")
    assert len(messages(text, "SF501")) == 1


def test_what_no_gateway_leads_to_has_none_and_what_one_leads_to_has_a_way_past_it() -> None:
    text = system({"a": OPEN, "b": OPEN, "c": "{}"}) + GATEWAY
    assert messages(text, "SF501") == ['warning clients reach "b" with no API gateway between']
    assert messages(text, "SF502") == ['error "a" can be reached past "gateway"']


def test_behind_a_bff_is_behind_the_gateway() -> None:
    text = system({"a": "{exposed: true, operations: {go: {}}}"})
    text += "bffs: {web: {endpoints: {GET /home: {g: a.go()}}}}\ngateway: {routes: {/home: web}}\n"
    assert places(text, "SF502") == ["contexts.c.services.a.exposed"]


def test_where_nothing_is_known_of_what_is_behind_every_door_is_past_it() -> None:
    text = system({"entry": "{role: gateway, exposed: true}", "a": OPEN, "b": "{}", "c": "{}"})
    assert messages(text, "SF502") == ['error "a" can be reached past "entry"']
    assert messages(text, "SF501") == []


def test_without_a_gateway_there_is_no_way_past_it() -> None:
    assert messages(system({"a": OPEN, "b": OPEN}), "SF502") == []


def test_a_door_is_closed_by_taking_out_what_opens_it() -> None:
    [finding] = findings(system({"a": OPEN}) + GATEWAY, "SF502")
    assert finding.fix == (Delete(("contexts", "c", "services", "a", "exposed")),)
    [finding] = findings(system({"app": "{role: client, calls: [a]}", "a": "{}"}) + GATEWAY, "SF502")
    assert finding.fix == ()


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("{has: [], api: [rest]}", 1),
        ("{has: [health, contract], api: [rest]}", 0),
        ("{has: []}", 0),
        ("{api: [rest]}", 0),
        ("{has: [], role: worker, operations: {go: {http: GET /go}}}", 0),
        ("{has: [], operations: {go: {http: GET /go}}}", 1),
    ],
)
def test_an_api_that_exists_is_written_down(service: str, expected: int) -> None:
    assert len(messages(system({"a": service}), "SF505")) == expected


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("{role: gateway}", []),
        ("{role: gateway, owns: {Session: {user: uuid}}}", ["owns data"]),
        ("{role: gateway, uses: [crm]}", ["has a store"]),
        ("{role: gateway, subscribes: [b]}", ["subscribes to events"]),
        ("{role: bff, owns: {Session: {user: uuid}}}", []),
        ("{owns: {Session: {user: uuid}}}", []),
    ],
)
def test_a_gateway_keeps_nothing(service: str, expected: list[str]) -> None:
    text = system({"entry": service, "b": "{events: {Done: {order: uuid}}}"}, "stores: {crm: {engine: redis}}\n")
    assert messages(text, "SF506") == [f'warning gateway "entry" {what}' for what in expected]


@pytest.mark.parametrize(
    ("gateway", "expected"),
    [
        ("routes: {/api/a: a}", 1),
        ("rate_limit: 10/s, routes: {/api/a: a}", 0),
        ("routes: {/api/a: {to: a, rate_limit: 10/s}}", 0),
        ("routes: {/api/a: {to: a, rate_limit: 10/s}, /api/b: a}", 1),
        ("routes: {}", 0),
    ],
)
def test_every_route_has_a_limit_of_its_own_or_the_gateways(gateway: str, expected: int) -> None:
    assert len(messages(system({"a": "{}"}) + f"gateway: {{{gateway}}}\n", "SF507")) == expected


@pytest.mark.parametrize(
    ("services", "more", "expected"),
    [
        ({"a": "{}"}, GATEWAY, 0),
        ({"a": "{}", "login": "{role: infra, exposed: true}"}, GATEWAY, 1),
        ({"a": OPEN}, "", 0),
        ({"a": OPEN, "b": OPEN}, "", 1),
        ({"one": "{role: gateway, exposed: true}", "two": "{role: gateway, exposed: true}"}, "", 0),
        ({"a": "{}", "entry": "{role: gateway}"}, GATEWAY, 0),
        ({"a": "{}", "page": "{role: frontend, exposed: true}"}, GATEWAY, 1),
        ({"a": "{}", "user": "{role: client, calls: [a]}"}, GATEWAY, 1),
        ({"entry": "{role: gateway}", "user": "{role: client, calls: [entry]}"}, "", 0),
    ],
)
def test_a_system_is_entered_in_one_way(services: dict[str, str], more: str, expected: int) -> None:
    assert len(messages(system(services) + more, "SF508")) == expected
