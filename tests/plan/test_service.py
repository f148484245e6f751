"""The facts of a service: what its templates see."""

from __future__ import annotations

import json
from typing import Any

import pytest
from tests.model.written import written
from tests.plan.planned import example, named, service

from svcforge.plan.plan import facts_of, planned

SHOP = example("shop")
ORDERS = service(SHOP, "orders")


def operation(name: str) -> dict[str, Any]:
    return named(ORDERS["operations"], name)


def test_the_same_blueprint_gives_the_same_facts() -> None:
    assert json.dumps(facts_of(example("shop"), "orders")) == json.dumps(facts_of(example("shop"), "orders"))


@pytest.mark.parametrize("name", planned(SHOP))
def test_facts_are_plain_data(name: str) -> None:
    facts = facts_of(SHOP, name)
    assert json.loads(json.dumps(facts, allow_nan=False)) == facts


def test_a_service_s_facts_do_not_change_when_another_appears() -> None:
    alone = written(
        "a: {owns: {Doc: {body: text}}, operations: {make: {http: POST /docs, creates: Doc, public: demo}}}"
    )
    beside = written(
        "a: {owns: {Doc: {body: text}}, operations: {make: {http: POST /docs, creates: Doc, public: demo}}}\n"
        "b: {owns: {Note: {body: text}}, operations: {add: {http: POST /notes, creates: Note, public: demo}}}"
    )
    assert facts_of(alone, "a") == facts_of(beside, "a")


def shapes(value: Any, path: str, found: dict[str, set[frozenset[str]]]) -> None:
    """The sets of keys at each place, list items being at one place."""
    free = ("openapi", "asyncapi", "schema", "example", "default", "value", "values", "env")
    if isinstance(value, dict):
        found.setdefault(path, set()).add(frozenset(value))
        for key, inner in value.items():
            if key not in free or (key == "values" and path == ".service"):
                shapes(inner, f"{path}.{key}", found)
    elif isinstance(value, list):
        for inner in value:
            shapes(inner, path, found)


def test_every_key_is_always_there() -> None:
    found: dict[str, set[frozenset[str]]] = {}
    for name in ("shop", "healthcare", "online-boutique", "minimal"):
        blueprint = example(name)
        for part in (*blueprint.services, *blueprint.bffs):
            shapes(facts_of(blueprint, part), "", found)
    uneven = {path for path, keys in found.items() if len(keys) > 1}
    # Steps of a migration are of two kinds, told apart by `do`.
    assert uneven == {".service.migrations.steps"}


def test_names_are_derived() -> None:
    web = service(SHOP, "web")
    assert [ORDERS[key] for key in ("package", "class", "title", "folder", "source", "api_version")] == [
        "orders", "Orders", "Orders", "services/orders", "/orders", "v1",
    ]  # fmt: skip
    assert (web["folder"], web["role"], web["context"]) == ("bffs/web", "bff", None)


def test_an_entity_has_a_table_with_the_indexes_its_operations_ask_for() -> None:
    [entity] = ORDERS["entities"]
    assert (entity["table"], entity["id"], entity["indexes"], entity["unique"]) == (
        "orders",
        "uuid",
        [["customer"], ["created_at", "id"]],
        [],
    )
    stock = named(service(SHOP, "inventory")["entities"], "Stock")
    assert (stock["unique"], stock["indexes"]) == ([["product"]], [])


def test_an_enumeration_is_called_after_its_owner_and_field() -> None:
    assert ORDERS["enums"] == [{"name": "OrderStatus", "values": ["pending", "confirmed", "cancelled"]}]
    status = named(ORDERS["entities"][0]["fields"], "status")
    assert (status["type"]["kind"], status["type"]["name"], status["default"]) == ("enum", "OrderStatus", "pending")


def test_an_http_operation_has_its_path_with_the_version() -> None:
    http = operation("cancel_order")["http"]
    assert (http["method"], http["path"], http["template"], http["status"]) == (
        "POST", "/v1/orders/{id}/cancel", "/orders/{id}/cancel", 200,
    )  # fmt: skip


def test_an_internal_operation_names_the_services_that_may_call_it() -> None:
    inventory = service(SHOP, "inventory")
    reserve = named(inventory["operations"], "reserve_items")
    assert reserve["internal"] == {"path": "/internal/reserve_items", "status": 201, "callers": ["orders"]}
    assert (reserve["http"], reserve["access"]["kind"]) == (None, "service")


def test_an_operation_that_only_its_own_service_calls_is_local() -> None:
    confirm = operation("confirm_order")
    assert (confirm["http"], confirm["internal"], confirm["local"], confirm["access"]["kind"]) == (
        None,
        None,
        True,
        "none",
    )


def test_what_the_token_gives_is_no_part_of_the_request() -> None:
    customer = named(operation("create_order")["inputs"], "customer")
    assert (customer["in"], customer["source"]["from"], customer["source"]["name"]) == (None, "token", "sub")
    assert customer["source"]["convert"]["how"] == "parse"


def test_a_token_s_where_hides_and_a_literal_one_refuses() -> None:
    cancel = operation("cancel_order")
    assert [(h["field"], h["input"]) for h in cancel["hides"]] == [("customer", "customer")]
    assert [(r["field"], r["values"]) for r in cancel["refuses"]] == [("status", ["pending"])]
    assert [(g["name"], g["source"]["value"]) for g in cancel["change"]] == [("status", "cancelled")]


def test_a_call_says_what_is_given_and_what_a_no_becomes() -> None:
    [call] = operation("create_order")["calls"]
    assert (call["dependency"], call["method"], call["expect"]) == ("inventory", "check_availability", "available")
    assert call["otherwise"] == {"status": 409, "slug": "insufficient-inventory"}
    [given] = call["gives"]
    assert (given["source"]["from"], given["source"]["convert"]["how"]) == ("entity", "each")
    assert [f["name"] for f in given["source"]["convert"]["of"]["fields"]] == ["product", "quantity"]


def test_an_expect_without_otherwise_is_a_409() -> None:
    blueprint = written(
        "a: {owns: {Doc: {body: text}}, operations: {make: {creates: Doc, calls: [{to: b.check, expect: fine}]}}}\n"
        "b: {operations: {check: {out: {fine: bool}}}}"
    )
    [call] = named(service(blueprint, "a")["operations"], "make")["calls"]
    assert call["otherwise"] == {"status": 409, "slug": "not-fine"}


def test_a_client_s_function_has_the_policy_of_its_edge() -> None:
    inventory = named(ORDERS["dependencies"], "inventory")
    check = named(inventory["operations"], "check_availability")
    assert check["policy"] == {
        "timeout_ms": 500, "retries": 1, "breaker": {"failures": 0.5, "window": 20, "reset_ms": 30000}, "over": "rest",
    }  # fmt: skip
    assert (check["auth"], check["scope"], check["path"]) == (
        "service", "inventory.check_availability", "/internal/check_availability",
    )  # fmt: skip


def test_two_edges_with_two_policies_are_two_functions_of_a_client() -> None:
    blueprint = written(
        "a: {operations: {one: {calls: [b.look]}, two: {calls: [{to: b.look, timeout: 9s}]}, three: {calls: [b.look]}}}\n"
        "b: {operations: {look: {out: {x: int}, read_only: true}}}"
    )
    facts = service(blueprint, "a")
    [client] = facts["dependencies"]
    assert [(o["method"], o["policy"]["timeout_ms"]) for o in client["operations"]] == [
        ("look", 1000), ("look_for_two", 9000),
    ]  # fmt: skip
    assert [o["calls"][0]["method"] for o in facts["operations"]] == ["look", "look_for_two", "look"]


def test_retries_apply_only_where_it_is_safe_to_repeat() -> None:
    blueprint = written(
        "a: {operations: {one: {calls: [b.act, b.look]}}}\n"
        "b: {operations: {act: {out: {x: int}}, look: {out: {x: int}, read_only: true}}}",
        "defaults: {call: {retries: 2}}\n",
    )
    [client] = service(blueprint, "a")["dependencies"]
    assert [(o["name"], o["policy"]["retries"]) for o in client["operations"]] == [("act", 0), ("look", 2)]


def test_a_breaker_that_is_switched_off_is_none_and_one_that_is_unset_is_not() -> None:
    blueprint = written(
        "a: {operations: {one: {calls: [{to: b.act, breaker: none}, b.look]}}}\nb: {operations: {act: {}, look: {}}}"
    )
    [client] = service(blueprint, "a")["dependencies"]
    assert [o["policy"]["breaker"] is None for o in client["operations"]] == [True, False]


def test_an_external_is_called_with_its_own_token_at_its_own_path() -> None:
    card = named(service(SHOP, "payments")["dependencies"], "card-network")
    assert (card["env"], card["token_env"], card["external"]) == ("CARD_NETWORK_URL", "CARD_NETWORK_TOKEN", True)
    assert [(o["verb"], o["path"], o["auth"]) for o in card["operations"]] == [
        ("POST", "/charges", "bearer"), ("POST", "/refunds", "bearer"),
    ]  # fmt: skip


def test_which_key_goes_along_to_an_operation_that_wants_one() -> None:
    payments = service(SHOP, "payments")
    assert [named(payments["operations"], n)["calls"][0]["key"] for n in ("charge", "refund")] == [
        {"by": "field", "field": "order"}, {"by": "entity", "field": None},
    ]  # fmt: skip


def test_the_user_s_code_is_told_what_it_gives_and_what_stands_in() -> None:
    [call] = named(service(SHOP, "recommendations")["operations"], "recommend")["calls"]
    assert (call["user_code"], call["gives"], call["fallback"]) == (True, [], {"value": []})
    assert call["parameters"] == ["featured", "ids", "limit", "cursor"]


def test_logic_is_needed_for_the_user_s_own_code_and_for_a_rule() -> None:
    inventory = service(SHOP, "inventory")
    assert [entry["file"] for entry in inventory["logic"]] == ["check_availability", "reserve_items", "release_items"]
    assert inventory["logic"][1]["rule"] == "takes the stock or refuses"


def test_an_event_has_its_type_on_the_wire() -> None:
    assert [e["type"] for e in ORDERS["events"]] == [
        "ordering.order-created.v1", "ordering.order-confirmed.v1", "ordering.order-cancelled.v1",
    ]  # fmt: skip


def test_a_lower_version_of_an_event_has_a_class_of_its_own() -> None:
    blueprint = written("a: {events: {Made: {versions: {1: {doc: uuid}, 2: {doc: uuid, body: text}}}}}")
    assert [(e["class"], e["type"]) for e in service(blueprint, "a")["events"]] == [
        ("MadeV1", "c.made.v1"), ("Made", "c.made.v2"),
    ]  # fmt: skip


def test_each_subscription_has_a_handler_and_a_queue() -> None:
    found = service(SHOP, "notifications")["subscriptions"]
    assert [(s["handler"], s["queue"], s["retries"], s["backoff_ms"], s["dead_letter"]) for s in found] == [
        ("notify_on_order_confirmed", "notifications.notify-on-order-confirmed", 5, 1000, True),
        ("notify_on_order_cancelled", "notifications.notify-on-order-cancelled", 5, 1000, True),
    ]


def test_two_publishers_of_one_event_s_name_have_two_queues() -> None:
    blueprint = written(
        "a: {events: {Made: {x: uuid}}}\nb: {events: {Made: {x: uuid}}}\n"
        "d: {operations: {hear: {in: {x: uuid}}}, subscribes: {a.Made: hear, b.Made: hear}}"
    )
    assert [s["queue"] for s in service(blueprint, "d")["subscriptions"]] == ["d.hear-on-made", "d.hear-on-b-made"]


def test_a_copy_has_its_key_and_what_its_events_keep() -> None:
    [copy] = service(SHOP, "recommendations")["copies"]
    [feed] = copy["feeds"]
    assert (copy["key"], [f["name"] for f in copy["fields"]]) == ("order", ["customer", "lines"])
    assert (feed["first"], feed["find"], [g["name"] for g in feed["keep"]]) == (True, "order", ["customer", "lines"])
    assert named(copy["fields"], "lines")["type"]["of"]["service"] == "orders"


def test_a_saga_has_its_steps_with_what_undoes_them_and_the_last_is_its_pivot() -> None:
    [saga] = ORDERS["sagas"]
    assert saga["starts"] == {"event": "OrderCreated", "class": "OrderCreated", "operation": None}
    assert [(s["name"], s["local"], bool(s["undo"]), s["pivot"]) for s in saga["steps"]] == [
        ("reserve_items", False, True, False), ("charge", False, True, False), ("confirm_order", True, False, True),
    ]  # fmt: skip
    assert (saga["undo"]["operation"], [g["name"] for g in saga["undo"]["gives"]]) == (
        "cancel_order",
        ["id", "customer"],
    )
    assert saga["lease_ms"] == 8000
    assert operation("create_order")["begins"] == ["checkout"]


def test_a_bff_gathers_in_dependency_order_under_one_deadline() -> None:
    details = named(service(SHOP, "web")["endpoints"], "order_details")
    assert [(p["name"], p["after"]) for p in details["parts"]] == [("order", []), ("user", []), ("products", ["order"])]
    assert details["deadline_ms"] == 2000
    assert [(i["name"], i["in"], i["type"]["kind"], i["required"]) for i in details["inputs"]] == [
        ("order_id", "path", "uuid", True)
    ]


def test_what_the_parts_demand_is_what_the_endpoint_demands() -> None:
    web, mobile = service(SHOP, "web"), service(SHOP, "mobile")
    assert [e["access"]["kind"] for e in web["endpoints"]] == ["public", "scopes"]
    assert web["endpoints"][1]["access"]["scopes"] == ["orders:read", "users:read"]
    assert mobile["endpoints"][0]["access"]["scopes"] == ["recommendations:read"]
    assert mobile["endpoints"][0]["parts"][1]["fallback"] == {"value": []}


def test_the_first_migration_makes_every_table() -> None:
    [first] = ORDERS["migrations"]
    assert [step.get("kit") or step["table"] for step in first["steps"]] == ["idempotency", "outbox", "saga", "orders"]
    columns = ORDERS["schema"]["migrations"][0]["tables"]["orders"]["columns"]
    assert [c["name"] for c in columns] == ["id", "customer", "status", "lines", "total", "created_at", "updated_at"]


def test_a_schedule_is_an_interval_or_a_cron_line() -> None:
    blueprint = written(
        "a: {operations: {x: {schedule: every 15m}, y: {schedule: daily 03:30}, z: {schedule: monthly}, w: {schedule: '5 4 * * 1'}}}"
    )
    assert [(s["every_ms"], s["cron"]) for s in service(blueprint, "a")["schedules"]] == [
        (900_000, None), (None, "30 3 * * *"), (None, "0 0 1 * *"), (None, "5 4 * * 1"),
    ]  # fmt: skip


def test_settings_are_read_from_the_environment_and_a_secret_has_no_default() -> None:
    blueprint = written("a: {settings: {sender: email = a@b.c, relay_password: secret}, operations: {x: {}}}")
    facts = service(blueprint, "a")
    assert [(s["env"], s["secret"], s["default"]) for s in facts["settings"]] == [
        ("SENDER", False, "a@b.c"), ("RELAY_PASSWORD", True, None),
    ]  # fmt: skip
    wanted = {v["name"]: v["required"] for v in facts["environment"]}
    assert (wanted["SENDER"], wanted["RELAY_PASSWORD"]) == (False, True)


@pytest.mark.parametrize(
    ("name", "there"),
    [
        ("orders", {"database", "broker", "emits", "sagas", "calls", "auth", "service_tokens", "idempotency", "lists", "api", "http_keys", "domain"}),
        ("recommendations", {"database", "broker", "consumes", "copies", "calls", "auth", "service_tokens", "logic", "api", "domain"}),
        ("web", {"calls", "auth", "service_tokens", "api"}),
    ],
)  # fmt: skip
def test_what_a_service_has(name: str, there: set[str]) -> None:
    has = service(SHOP, name)["has"]
    assert {key for key, value in has.items() if value} - {"internal"} == there


def test_examples_of_requests_are_within_the_bounds() -> None:
    example_ = operation("create_order")["example"]
    assert example_["body"]["lines"] == [
        {"product": example_["body"]["lines"][0]["product"], "quantity": 3, "price": "12.50"}
    ]
    assert example_["invalid"]["lines"] == "no list"
    blueprint = written(
        "a: {owns: {Doc: {code: text 3..3, n: int 20..30}}, operations: {make: {http: POST /d, creates: Doc}}}"
    )
    body = named(service(blueprint, "a")["operations"], "make")["example"]["body"]
    assert body == {"code": "a c", "n": 20}


def test_a_type_of_another_service_says_so() -> None:
    blueprint = written(
        "a: {owns: {Doc: {state: on | off}}, operations: {get: {reads: Doc, by: state}}}\n"
        "b: {operations: {look: {in: {state: on | off}, calls: [a.get]}}}"
    )
    [client] = service(blueprint, "b")["dependencies"]
    kind = named(client["views"][0]["fields"], "state")["type"]
    assert (kind["name"], kind["service"]) == ("DocState", "a")


def test_a_deprecated_field_keeps_its_column_and_is_written_no_more() -> None:
    blueprint = written(
        "a: {owns: {Doc: {body: text, old: {type: text, deprecated: see body}}}, operations: {make: {http: POST /d, creates: Doc, public: demo}}}"
    )
    facts = service(blueprint, "a")
    column = named(facts["schema"]["migrations"][0]["tables"]["docs"]["columns"], "old")
    assert (column["nullable"], [g["name"] for g in facts["operations"][0]["create"]]) == (True, ["body"])
    shown = facts["openapi"]["components"]["schemas"]["Doc"]["properties"]["old"]
    assert shown == {"type": ["string", "null"], "deprecated": True, "description": "see body"}
