"""SF503, SF601, SF603: versions of APIs, and who may call."""

from __future__ import annotations

import pytest
from tests.lint.judging import findings, messages, places, system

EXISTING = "{has: [health]}"


@pytest.mark.parametrize(
    ("service", "expected"),
    [
        ("{has: [health], api: [rest]}", 1),
        ("{has: [health], operations: {go: {http: GET /go}}}", 1),
        ("{has: [health], operations: {go: {http: GET /v2/go}}}", 0),
        ("{has: [health], operations: {go: {http: GET /v2/go}, do_it: {http: GET /it}}}", 1),
        ("{has: [health], api: [rest], defaults: {api_version: v1}}", 0),
        ("{has: [health], role: worker, api: [rest]}", 0),
        ("{has: [health]}", 0),
        ("{api: [rest], operations: {go: {http: GET /go}}}", 0),
    ],
)
def test_an_existing_api_needs_a_version_and_a_generated_one_has_it(service: str, expected: int) -> None:
    assert len(messages(system({"a": service}), "SF503")) == expected


def test_a_service_that_is_called_has_an_api() -> None:
    assert places(system({"a": "{calls: [b]}", "b": EXISTING}), "SF503") == ["contexts.c.services.b"]


def test_a_whole_system_may_exist() -> None:
    assert len(messages(system({"a": "{calls: [b]}", "b": "{}"}, "defaults: {has: []}\n"), "SF503")) == 1


@pytest.mark.parametrize(
    ("says", "expected"),
    [
        ("", 1),
        (", scopes: [x]", 0),
        (", scopes: []", 0),
        (", public: anyone may", 0),
        (", signed: stripe", 0),
    ],
)
def test_an_open_operation_says_who_may_call(says: str, expected: int) -> None:
    more = "externals: {stripe: {}}\ngateway: {auth: {jwt: {issuer: i, audience: a}}, routes: {/api/go: a}}\n"
    text = system({"a": f"{{operations: {{go: {{http: GET /go{says}}}}}}}"}, more)
    assert len(messages(text, "SF601")) == expected


def test_an_internal_operation_need_not_say() -> None:
    assert messages(system({"a": "{operations: {go: {}}}"}), "SF601") == []


def gateway(operation: str, auth: str = "") -> str:
    return system({"a": f"{{operations: {{{operation}}}}}"}) + f"gateway: {{{auth}routes: {{/api/go: a}}}}\n"


JWT = "auth: {jwt: {issuer: i, audience: a}}, "


@pytest.mark.parametrize(
    ("operation", "auth", "place"),
    [
        ("go: {http: GET /go, scopes: [x]}", "", ["gateway"]),
        ("go: {http: GET /go, scopes: [x]}", "auth: none, ", ["gateway.auth"]),
        ("go: {http: GET /go, scopes: [x]}", JWT, []),
        ("go: {http: GET /go, public: yes}", "", []),
        ("", "", ["gateway"]),
        ("", JWT, []),
    ],
)
def test_a_gateway_verifies_tokens_where_something_behind_it_needs_one(
    operation: str, auth: str, place: list[str]
) -> None:
    assert places(gateway(operation, auth), "SF601") == place


def test_a_bff_needs_what_its_parts_need() -> None:
    text = system({"a": "{operations: {go: {http: GET /go, scopes: [x]}}}"})
    more = "bffs: {web: {endpoints: {GET /home: {g: a.go()}}}}\ngateway: {routes: {/home: web}}\n"
    assert places(text + more, "SF601") == ["gateway"]


OWNED = "owns: {Note: {owner: text}}"


@pytest.mark.parametrize(
    ("service", "place"),
    [
        ("{operations: {go: {http: GET /go, scopes: [x]}}}", ["contexts.c.services.a.operations.go.scopes"]),
        ("{operations: {go: {http: GET /go, scopes: []}}}", ["contexts.c.services.a.operations.go.scopes"]),
        (
            f"{{{OWNED}, operations: {{go: {{http: POST /go, creates: Note, with: {{owner: token.sub}}, public: p}}}}}}",
            ["contexts.c.services.a.operations.go"],
        ),
        (f"{{{OWNED}, operations: {{go: {{creates: Note, with: {{owner: token.sub}}}}}}}}", []),
        ("{operations: {go: {http: GET /go, public: p}}}", []),
        ("{has: [health], operations: {go: {http: GET /go, scopes: [x]}}}", []),
    ],
)
@pytest.mark.parametrize("gateway", ["", "gateway: {routes: {}}\n"])
def test_what_asks_for_a_token_needs_somebody_whose_tokens_are_good(
    service: str, place: list[str], gateway: str
) -> None:
    assert places(system({"a": service}) + gateway, "SF601") == place


def test_all_that_ask_for_a_token_are_one_finding() -> None:
    text = system({"a": "{operations: {go: {http: GET /go, scopes: [x]}, come: {http: GET /come, scopes: [x]}}}"})
    (found,) = findings(text, "SF601")
    assert (
        found.message
        == '"a.go" asks for a token, and nothing says whose tokens are good: nobody would be asked for one'
    )
    assert [place.message for place in found.related] == ['"a.come" asks for one too']


def test_a_part_that_takes_a_claim_asks_for_a_token() -> None:
    text = system({"a": "{operations: {go: {http: GET /go, in: {who: text}, public: p}}}"})
    text += "bffs: {web: {endpoints: {GET /home: {g: a.go(who=token.sub)}}}}\n"
    assert places(text, "SF601") == ["bffs.web.endpoints.GET /home.g"]


@pytest.mark.parametrize(("role", "expected"), [("business", 1), ("registry", 1), ("frontend", 0), ("client", 0)])
def test_what_is_exposed_past_the_gateway_says_who_may_call(role: str, expected: int) -> None:
    assert len(messages(system({"a": f"{{role: {role}, exposed: true}}"}), "SF601")) == expected


@pytest.mark.parametrize(
    ("source", "target", "more", "expected"),
    [
        ("{calls: [b]}", "{}", "", 0),
        ("{calls: [{to: b, auth: none}]}", "{}", "", 1),
        ("{calls: [b]}", EXISTING, "", 1),
        ("{has: [], calls: [b]}", "{}", "", 1),
        ("{calls: [{to: b, auth: forward}]}", EXISTING, "", 0),
        ("{calls: [b]}", EXISTING, "defaults: {call: {auth: service}}\n", 0),
        ("{calls: [b]}", EXISTING, "platform: {mesh: istio}\n", 0),
        ("{calls: [{to: b, auth: none}]}", EXISTING, "platform: {mesh: istio}\n", 1),
        ("{role: adapter, calls: [b]}", "{}", "", 1),
    ],
)
def test_a_call_proves_who_calls(source: str, target: str, more: str, expected: int) -> None:
    assert len(messages(system({"a": source, "b": target}, more), "SF603")) == expected


def test_a_pair_of_services_is_reported_once() -> None:
    text = system({"a": "{has: [], operations: {x: {calls: [b.y]}, z: {calls: [b.y]}}}", "b": "{operations: {y: {}}}"})
    assert messages(text, "SF603") == ['warning "a" calls "b" without proving who it is: nothing says how']


def test_an_external_is_not_asked() -> None:
    text = system(
        {"a": "{has: [], operations: {x: {calls: [bank.pay]}}}"}, "externals: {bank: {operations: {pay: {}}}}\n"
    )
    assert messages(text, "SF603") == []


def test_a_broker_and_a_store_that_ask_nobody_are_reported() -> None:
    more = "platform: {broker: {engine: rabbitmq, auth: none}}\nstores: {crm: {engine: mysql, auth: none}}\n"
    assert places(system({"a": "{}"}, more), "SF603") == ["platform.broker.auth", "stores.crm.auth"]
