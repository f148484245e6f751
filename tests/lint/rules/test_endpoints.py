"""SF109, SF110: addresses in place of names, and callers that are bound to one address."""

from __future__ import annotations

import pytest
from tests.lint.judging import findings, messages, places, system

from svcforge.source.edit import Delete, Put, Replace


def goes_to(url: str) -> str:
    return system({"a": f"{{calls: [{{url: '{url}'}}]}}", "b": "{aka: [BILLING-SVC]}"})


@pytest.mark.parametrize(
    "url",
    ["http://b", "https://b.example.com:8443/x", "10.0.0.1", "10.0.0.1:80/x", "localhost", "localhost:80", "b:8080",
     "[::1]:80", "tcp://[fe80::1]/x", "jdbc:mysql://b/db", "http://user@b/x", "HTTP://B"],
)  # fmt: skip
def test_an_address_in_a_call_is_an_error(url: str) -> None:
    assert messages(goes_to(url), "SF109") == [f'error "a" goes to the address "{url}"']
    assert places(goes_to(url), "SF109") == ["contexts.c.services.a.calls[0].url"]


@pytest.mark.parametrize("url", ["${B_URL}", "http://${B_HOST}:80", "/orders", "b", "12:30", "orders/list", "1.2.3"])
def test_a_reference_a_path_and_a_name_are_no_addresses(url: str) -> None:
    assert messages(goes_to(url), "SF109") == []


@pytest.mark.parametrize(
    ("url", "name"), [("http://b:80", "b"), ("http://b.shop.svc.cluster.local", "b"), ("billing-svc:80", "b")]
)
def test_the_fix_names_the_service_that_the_host_is(url: str, name: str) -> None:
    [finding] = findings(goes_to(url), "SF109")
    call = ("contexts", "c", "services", "a", "calls", 0)
    assert finding.fix == (Put(call, "to", name), Delete((*call, "url")))
    assert not finding.fix_is_safe


def test_what_nobody_declared_has_no_fix() -> None:
    [finding] = findings(goes_to("http://elsewhere.example"), "SF109")
    assert finding.fix == ()
    assert finding.hint == "declare it under `externals`, or its service under `contexts`, and name it in `to`"


def test_an_operations_call_is_named_with_the_version_in_its_address() -> None:
    b = "{operations: {find: {versions: {1: {http: GET /items}, 2: {http: GET /items}}}}}"
    text = system({"a": "{operations: {go: {calls: [{url: 'http://b/v2/items'}]}}}", "b": b})
    for number in (1, 2):
        [found] = findings(text.replace("/v2/items", f"/v{number}/items"), "SF109")
        assert [edit.value for edit in found.fix if isinstance(edit, Put)] == [f"b.find.v{number}"]


def test_an_operations_call_is_named_by_its_path_and_beside_to_the_url_goes() -> None:
    b = '{operations: {find: {http: "GET /items/{id}"}, list: {http: GET /items}}}'
    text = system({"a": "{operations: {go: {calls: [{url: 'http://b/v1/items'}]}}}", "b": b}).replace(
        "list:", "find_all:"
    )
    assert findings(text, "SF109")[0].fix[0] == Put(
        ("contexts", "c", "services", "a", "operations", "go", "calls", 0), "to", "b.find_all"
    )
    assert findings(text.replace("/v1/items", "/v1/people"), "SF109")[0].fix == ()
    beside = system({"a": "{calls: [{to: b, url: 'http://b'}]}", "b": "{}"})
    assert findings(beside, "SF109")[0].fix == (Delete(("contexts", "c", "services", "a", "calls", 0, "url")),)


def test_a_route_to_an_address_is_an_error() -> None:
    text = (
        system({"a": "{}"})
        + "gateway: {auth: {jwt: {issuer: https://x.test, audience: a}}, routes: {/a: {url: 'http://a:80'}}}\n"
    )
    assert messages(text, "SF109") == ['error route "/a" goes to the address "http://a:80"']


@pytest.mark.parametrize(
    ("default", "found"),
    [
        ("http://stock:8080", 1), ("10.1.2.3", 1), ("localhost:5432", 1), ("b:80", 1), ("http://b.example.com", 1),
        ("http://db.internal/x", 1), ("https://www.example.com/terms", 0), ("urn:12345", 0), ("b", 0), ("sales", 0),
    ],
)  # fmt: skip
def test_a_setting_may_point_at_the_world_and_not_at_a_machine(default: str, found: int) -> None:
    text = system({"a": f"{{settings: {{where_to: 'text = {default}'}}}}", "b": "{}"})
    assert len(findings(text, "SF109")) == found


def bound(target: str = "{replicas: 3}", call: str = "b", more: str = "", source: str = "") -> str:
    return system({"a": f"{{{source}calls: [{call}]}}", "b": target}, f"defaults: {{has: []}}\n{more}")


def test_a_call_to_a_replicated_service_needs_discovery() -> None:
    assert messages(bound(), "SF110") == ['warning "a" is bound to one address of "b", which runs 3 times']
    assert messages(bound("{replicas: 1}"), "SF110") == []
    assert messages(bound("{scale: {min: 1, max: 4}}"), "SF110") == [
        'warning "a" is bound to one address of "b", which runs 4 times'
    ]


def test_between_existing_services_an_unset_number_counts_as_more_than_one() -> None:
    assert messages(bound("{}"), "SF110") == [
        'warning "a" is bound to one address of "b", which may run more than once'
    ]
    generated = system({"a": "{calls: [b]}", "b": "{has: []}"})
    assert messages(generated, "SF110") == []


@pytest.mark.parametrize(
    "more",
    ["platform: {discovery: consul}\n", "platform: {mesh: istio}\n", "platform: {deploy: [kubernetes]}\n",
     "platform: {deploy: [helm]}\n"],
)  # fmt: skip
def test_a_platform_that_finds_replicas_is_enough(more: str) -> None:
    assert messages(bound(more=more), "SF110") == []


def test_effective_discovery_counts_from_each_level() -> None:
    assert messages(bound(call="{to: b, discovery: dns}"), "SF110") == []
    assert messages(bound(source="defaults: {call: {discovery: eureka}}, "), "SF110") == []
    assert messages(bound().replace("has: []", "has: [], call: {discovery: dns}"), "SF110") == []
    assert len(findings(bound(call="{to: b, discovery: none}", more="platform: {mesh: istio}\n"), "SF110")) == 1


def test_what_is_generated_has_a_name_unless_the_call_says_none() -> None:
    services = {"a": "{calls: [b]}", "b": "{scale: {min: 2}}"}
    assert messages(system(services), "SF110") == []
    assert len(findings(system(services | {"a": "{calls: [{to: b, discovery: none}]}"}), "SF110")) == 1


def test_a_gateway_routes_by_itself() -> None:
    assert messages(bound(source="role: gateway, "), "SF110") == []
    assert messages(bound("{role: gateway, replicas: 3}"), "SF110") == []


def test_a_pair_is_told_once_and_its_fix_is_for_all_its_calls() -> None:
    call = ("contexts", "c", "services", "a", "calls")
    [finding] = findings(bound(call="b, {to: b, discovery: none}"), "SF110")
    assert finding.fix == (Put((*call, 0), "discovery", "dns", short="to"), Replace((*call, 1, "discovery"), "dns"))


def test_a_bffs_parts_are_mended_in_its_defaults() -> None:
    services = {"b": "{replicas: 2, operations: {look: {read_only: true}}}"}
    text = system(services, "defaults: {has: []}\n") + "bffs: {web: {endpoints: {GET /x: {y: b.look()}}}}\n"
    [finding] = findings(text, "SF110")
    assert finding.fix == (Put(("bffs", "web", "defaults", "call"), "discovery", "dns"),)
