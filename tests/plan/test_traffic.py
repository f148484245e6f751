"""Traffic as facts: what may pass between parts, for how long and how often."""

from __future__ import annotations

from typing import Any

from tests.plan.planned import PACKS, example, named, shelf, whole

from svcforge.load import load_text
from svcforge.model.blueprint import Blueprint
from svcforge.plan.plan import plan

TWO = """
svcforge: 1
system: two
platform: {{deploy: [compose], gateway: envoy}}
defaults: {{stack: python, api_version: v1}}
gateway: {{auth: none, routes: {{/api/notes: {{to: notes, timeout: 4s}}}}}}
contexts:
  lab:
    services:
      notes:
        owns: {{Note: {{text: text}}}}
        operations:
          add_note: {{http: POST /notes, creates: Note, public: x, calls: [{first}]}}
          get_note: {{http: "GET /notes/{{id}}", reads: Note, public: x, calls: [{second}]}}
      checks: {{operations: {{look: {{in: {{}}, out: {{fine: bool}}, read_only: true}}}}}}
"""


def two(first: str = "checks.look", second: str = "checks.look") -> Blueprint:
    """A gateway, and a service that calls another one on two occasions."""
    blueprint = load_text(TWO.format(first=first, second=second)).blueprint
    assert blueprint
    return blueprint


def traffic(blueprint: Blueprint) -> dict[str, Any]:
    """The section."""
    found: dict[str, Any] = whole(blueprint)["traffic"]
    return found


def edges(blueprint: Blueprint) -> dict[tuple[str, str], dict[str, Any]]:
    """Edges by who calls which operation."""
    return {(edge["from"], edge["operation"]): edge for edge in traffic(blueprint)["edges"]}


def test_an_edge_says_all_that_may_pass_on_it() -> None:
    assert edges(example("shop"))["web", "get_order"] == {
        "from": "web",
        "to": "orders",
        "operation": "get_order",
        "method": "GET",
        "path": "/v1/orders/{id}",
        "segments": [{"text": "v1", "any": False}, {"text": "orders", "any": False}, {"text": "{id}", "any": True}],
        "exact": False,
        "token": "forward",
        "timeout_ms": 1000,
        "retries": 1,
        "breaker": {"failures": 0.5, "window": 20, "reset_ms": 30_000},
    }


def test_an_edge_stands_at_both_its_ends() -> None:
    found = traffic(example("shop"))
    callers = [edge for part in found["parts"] for caller in part["callers"] for edge in caller["edges"]]
    calls = [edge for part in found["parts"] for callee in part["calls"] for edge in callee["edges"]]
    every = {(e["from"], e["to"], e["operation"]) for e in found["edges"]}
    for these in (callers, calls):
        assert len(these) == len(found["edges"])
        assert {(e["from"], e["to"], e["operation"]) for e in these} == every


def test_what_comes_through_the_gateway_has_the_routes_timeout_and_is_repeated_if_it_only_reads() -> None:
    found = edges(two())
    assert {
        operation: (e["timeout_ms"], e["retries"]) for (one, operation), e in found.items() if one == "gateway"
    } == {
        "add_note": (4000, 0),
        "get_note": (4000, 2),
    }


def test_of_two_calls_to_an_operation_the_more_patient_one_holds() -> None:
    first, second = "{to: checks.look, timeout: 300ms, retries: 3}", "{to: checks.look, timeout: 2s, retries: 1}"
    edge = edges(two(first, second))["notes", "look"]
    assert (edge["timeout_ms"], edge["retries"]) == (2000, 3)


def test_a_token_is_the_users_the_services_own_or_none() -> None:
    tokens = {who: edge["token"] for who, edge in edges(example("shop")).items()}
    assert tokens["gateway", "create_order"] == "user"
    assert tokens["gateway", "list_products"] == "none"
    assert tokens["orders", "charge"] == "service"
    assert tokens["mobile", "recommend"] == "forward"
    assert {edge["token"] for (one, _), edge in edges(two()).items() if one == "gateway"} == {"none"}


def test_a_part_knows_its_releases_and_what_is_outside() -> None:
    parts = traffic(example("shop"))["parts"]
    assert named(parts, "orders")["release"] == "v1"
    assert [(r["name"], r["weight"]) for r in named(parts, "orders")["releases"]] == [("v1", 90), ("v2", 10)]
    assert (named(parts, "users")["release"], named(parts, "users")["releases"]) == ("v1", [])
    assert named(parts, "payments")["externals"] == ["card-network"]
    assert {part["name"]: part["kind"] for part in parts if part["kind"] != "service"} == {
        "web": "bff",
        "mobile": "bff",
        "gateway": "gateway",
    }


def test_a_route_to_what_no_pack_makes_is_no_edge() -> None:
    packs = shelf(*(pack for (kind, _), pack in PACKS.items() if kind == "platform"))
    assert traffic_with(packs)["edges"] == []


def traffic_with(packs: Any) -> dict[str, Any]:
    """The section where only these packs are there."""
    [root] = [unit for unit in plan(example("shop"), packs).units if unit.name == "root"]
    found: dict[str, Any] = root.parts[0].facts["whole"]["traffic"]
    return found
