"""Versions of an operation as facts: paths, clients, the gateway's routes, and who may call which."""

from __future__ import annotations

from typing import Any

import pytest
from tests.model.written import written
from tests.plan.planned import named, service, whole

from svcforge.model.blueprint import Blueprint
from svcforge.model.routes import operations_behind
from svcforge.plan.openapi import openapi
from svcforge.plan.plan import facts_of

PLACE = (
    "place: {versions: {1: {http: POST /docs, in: {a: int}, out: {n: int}, public: x},"
    " 2: {http: POST /docs, in: {a: int, b: int}, out: {n: int}, scopes: [w]}}}"
)
WEIGH = "weigh: {versions: {1: {in: {a: int}, out: {n: int}}, 2: {in: {b: int}, out: {n: int}}}}"
GET = "all: {http: GET /docs, out: {n: int}, public: x}"
CALLERS = (
    "\nold: {operations: {go: {calls: [a.place.v1, a.weigh.v1]}}}\nnew: {operations: {go: {calls: [a.place, a.weigh]}}}"
)
PLATFORM = "platform: {deploy: [compose], gateway: envoy}\n"
ROUTES = ("/api/docs: a", "/api/v1/docs: a", "/api/v2/docs: a", "/api/v3/docs: a")


def system(*routes: str, api_version: str = "v1") -> Blueprint:
    lines = "".join(f"    {route}\n" for route in routes)
    gateway = f"gateway:\n  auth: {{jwt: {{issuer: https://i, audience: s}}}}\n  routes:\n{lines}" if routes else ""
    return written(
        f"a: {{operations: {{{PLACE}, {WEIGH}, {GET}}}}}" + CALLERS,
        f"{PLATFORM}defaults: {{stack: python, api_version: {api_version}}}\n{gateway}",
    )


def routes(blueprint: Blueprint) -> list[dict[str, Any]]:
    found = facts_of(blueprint, "gateway")
    assert found is not None
    return list(found["gateway"]["routes"])


@pytest.mark.parametrize("api_version", ["v1", "v2", "v9"])
def test_a_version_stands_under_its_own_number_and_what_has_none_under_the_services(api_version: str) -> None:
    operations = service(system(api_version=api_version), "a")["operations"]
    assert {o["name"]: o["http"]["path"] for o in operations if o["http"]} == {
        "place": "/v1/docs",
        "place_v2": "/v2/docs",
        "all": f"/{api_version}/docs",
    }
    assert {o["name"]: o["internal"]["path"] for o in operations if o["internal"]} == {
        "weigh": "/internal/weigh",
        "weigh_v2": "/internal/weigh_v2",
    }


def test_each_version_is_called_by_those_who_say_so() -> None:
    blueprint = system()
    for caller, version, suffix in (("old", "v1", ""), ("new", "v2", "_v2")):
        [client] = service(blueprint, caller)["dependencies"]
        assert {o["method"]: o["path"] for o in client["operations"]} == {
            f"place{suffix}": f"/{version}/docs",
            f"weigh{suffix}": f"/internal/weigh{suffix}",
        }
    operations = service(blueprint, "a")["operations"]
    assert [named(operations, name)["internal"]["callers"] for name in ("weigh", "weigh_v2")] == [["old"], ["new"]]


def test_the_contract_has_both() -> None:
    paths = openapi(service(system(), "a"))["paths"]
    assert {path: [item["operationId"] for item in found.values()] for path, found in paths.items()} == {
        "/internal/weigh": ["weigh"],
        "/internal/weigh_v2": ["weigh_v2"],
        "/v1/docs": ["place", "all"],
        "/v2/docs": ["place_v2"],
    }


def test_version_1_is_the_same_facts_whether_or_not_there_is_a_second() -> None:
    one = PLACE.split(" 2: ", maxsplit=1)[0].replace("{versions: {1: ", "").rstrip(",")
    alone, beside = (
        named(service(written(f"a: {{operations: {{{text}}}}}"), "a")["operations"], "place") for text in (one, PLACE)
    )
    assert alone == beside
    second = PLACE.split(" 2: ")[1]
    dropped = named(
        service(written(f"a: {{operations: {{place: {{versions: {{2: {second}}}}}"), "a")["operations"], "place_v2"
    )
    assert dropped == named(service(written(f"a: {{operations: {{{PLACE}}}}}"), "a")["operations"], "place_v2")


@pytest.mark.parametrize(
    ("api_version", "expected"),
    [
        ("v1", {"/api/docs": "/v1/docs", "/api/v1/docs": "/v1/docs", "/api/v2/docs": "/v2/docs", "/api/v3/docs": "/v1/docs"}),
        ("v2", {"/api/docs": "/v2/docs", "/api/v1/docs": "/v1/docs", "/api/v2/docs": "/v2/docs", "/api/v3/docs": "/v2/docs"}),
    ],
)  # fmt: skip
def test_a_route_leads_to_the_version_before_its_last_word_and_else_to_the_services(
    api_version: str, expected: dict[str, str]
) -> None:
    blueprint = system(*ROUTES, api_version=api_version)
    assert {route["prefix"]: route["rewrite"] for route in routes(blueprint)} == expected


def test_a_route_with_a_parameter_leads_to_a_version_too() -> None:
    blueprint = system("/shops/{shop}/v2/docs: a", "/v2/docs/{id}: a")
    assert {r["prefix"]: (r["version"], r["cut"]) for r in routes(blueprint)} == {
        "/shops/{shop}/v2/docs": ("/v2", "/shops/[^/]+/v2"),
        "/v2/docs/{id}": ("/v1", "/v2"),  # nothing of version 2 stands below it
    }


def test_what_stands_behind_a_route_is_of_its_version() -> None:
    blueprint = system("/api/docs: a", "/api/v2/docs: a")
    assert blueprint.gateway is not None
    assert {r.prefix: [o.name for o in operations_behind(blueprint, r)] for r in blueprint.gateway.routes} == {
        "/api/docs": ["place", "all"],
        "/api/v2/docs": ["place_v2"],
    }
    assert {route["prefix"]: route["access"] for route in routes(blueprint)} == {
        "/api/v2/docs": "token",
        "/api/docs": "optional",
    }


def test_a_word_like_a_version_leads_where_it_always_did_while_no_operation_behind_it_has_versions() -> None:
    doors = "gateway: {auth: none, routes: {/api/v2/docs: a, /api/v1/docs: a}}\n"
    elsewhere = PLACE.replace("/docs", "/others")
    for operations in (GET, f"{GET}, {elsewhere}"):
        blueprint = written(f"a: {{operations: {{{operations}}}}}", doors)
        assert {route["rewrite"] for route in routes(blueprint)} == {"/v1/docs"}


def test_the_first_request_to_try_is_written_as_its_version_is_reached() -> None:
    for version, prefix in ((1, "/api/docs"), (2, "/api/v2/docs")):
        listed = (
            f"a: {{operations: {{all: {{versions: {{{version}: {{http: GET /docs, out: {{n: int}}, public: x}}}}}}}}}}"
        )
        routed = f"gateway: {{auth: none, routes: {{/api/x: a, {prefix}: a}}}}\n"
        blueprint = written(listed, f"{PLATFORM}defaults: {{stack: python}}\n{routed}")
        assert whole(blueprint)["try"]["path"] == prefix


def test_between_parts_only_the_version_that_an_edge_names_is_open() -> None:
    calls = {
        (caller["name"], edge["operation"]): edge["path"]
        for part in whole(system("/api/v2/docs: a"))["traffic"]["parts"]
        if part["name"] == "a"
        for caller in part["callers"]
        for edge in caller["edges"]
    }
    assert calls == {
        ("gateway", "place_v2"): "/v2/docs",
        ("old", "place"): "/v1/docs",
        ("old", "weigh"): "/internal/weigh",
        ("new", "place_v2"): "/v2/docs",
        ("new", "weigh_v2"): "/internal/weigh_v2",
    }


def test_classes_of_versions_are_apart() -> None:
    operations = service(system(), "a")["operations"]
    assert [o["class"] for o in operations] == ["Place", "PlaceV2", "Weigh", "WeighV2", "All"]
