"""Two versions of an event and of an operation at work side by side, each with a neighbour that knows only one."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from uuid import uuid4

import pytest
from tests.alive.conftest import EMBEDDED
from tests.alive.running import DevelopmentBroker, Running, up
from tests.driving import Answer, System, eventually

BLUEPRINT = """\
svcforge: 1
system: sales
platform: {gateway: envoy, broker: rabbitmq, store: sqlite, deploy: [compose]}
defaults:
  stack: python
  api_version: v1
  call: {timeout: 2s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}}
  subscription: {retries: 5, backoff: 1s, dead_letter: true, idempotent: true}
contexts:
  selling:
    services:
      orders:
        owns: {Order: {item: text, quantity: int 1..}}
        events:
          Placed:
            versions:
              1: {order: uuid, item: text}
              2: {order: uuid, item: text, quantity: int}
        operations:
          place_order:
            versions:
              1: {http: POST /orders, creates: Order, set: {quantity: 1}, emits: [Placed], idempotent: by key, scopes: [sell]}
              2: {http: POST /orders, creates: Order, emits: [Placed], idempotent: by key, scopes: [sell]}
          price:
            versions:
              1: {reads: Order, out: [item]}
              2: {reads: Order, out: [item, quantity]}
      kiosk:
        owns:
          Sale: {item: text, order: uuid}
          Heard: {order: unique uuid, item: text}
          Label: {order: uuid, item: text}
        subscribes: {orders.Placed.v1: know}
        operations:
          sell: {http: POST /sales, creates: Sale, with: {order: place_order.id}, calls: [orders.place_order.v1], scopes: [sell]}
          ask: {http: POST /prices, creates: Label, with: {item: price.item}, calls: [{to: orders.price.v1, with: {id: order}}], scopes: [sell]}
          know: {creates: Heard, by: order}
          list_known: {http: GET /sales/known, lists: Heard, filter: [order], scopes: [sell]}
      web-shop:
        owns:
          Basket: {item: text, quantity: int 1.., order: uuid}
          Noted: {order: unique uuid, item: text, quantity: int}
          Amount: {order: uuid, quantity: int}
        subscribes: {orders.Placed: know}
        operations:
          buy: {http: POST /baskets, creates: Basket, with: {order: place_order.id}, calls: [orders.place_order], scopes: [sell]}
          ask: {http: POST /prices, creates: Amount, with: {quantity: price.quantity}, calls: [{to: orders.price, with: {id: order}}], scopes: [sell]}
          know: {creates: Noted, by: order}
          list_known: {http: GET /baskets/known, lists: Noted, filter: [order], scopes: [sell]}
gateway:
  auth: {jwt: {issuer: https://auth.example.test, audience: sales}}
  rate_limit: 10000/1m per client
  routes:
    /api/orders: orders
    /api/v2/orders: orders
    /api/sales: kiosk
    /api/kiosk/prices: kiosk
    /api/baskets: web-shop
    /api/shop/prices: web-shop
"""


@pytest.fixture(scope="module")
def sales(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    root = tmp_path_factory.mktemp("sales")
    (root / "blueprint.yaml").write_text(BLUEPRINT, encoding="utf-8")
    System(root).run("lint", "--fail-on", "error")
    System(root).run("generate")
    with up(root, EMBEDDED, DevelopmentBroker()) as system:
        yield system


def post(system: Running, path: str, body: object, part: str = "gateway") -> Answer:
    key = {"Idempotency-Key": str(uuid4())}
    return system.at(part).ask("POST", path, body, token=system.bearer("ada", "sell"), headers=key)


def known(system: Running, place: str, order: str) -> dict[str, Any]:
    """What a neighbour has heard of an order, but for what it says of the row itself."""

    def look() -> dict[str, Any] | None:
        answer = system.at().ask("GET", f"/api/{place}/known?order={order}", token=system.bearer("ada", "sell"))
        assert answer.status == 200, answer
        return next(iter(answer.json["items"]), None)

    found = eventually(look, f"the order in {place}")
    return {name: value for name, value in found.items() if name not in ("id", "created_at", "updated_at")}


@pytest.mark.parametrize(
    ("part", "first", "second"),
    [("gateway", "/api/orders", "/api/v2/orders"), ("orders", "/v1/orders", "/v2/orders")],
)
def test_both_versions_of_an_operation_answer_each_as_it_promises(
    sales: Running, part: str, first: str, second: str
) -> None:
    one, two = post(sales, first, {"item": "tea"}, part), post(sales, second, {"item": "tea", "quantity": 3}, part)
    assert [(answer.status, answer.json["quantity"]) for answer in (one, two)] == [(201, 1), (201, 3)]
    assert post(sales, second, {"item": "tea"}, part).status == 422
    assert post(sales, first.replace("orders", "v3/orders"), {"item": "tea"}, part).status == 404


def test_each_caller_has_the_version_that_it_names_and_each_subscriber_the_message_that_it_reads(
    sales: Running,
) -> None:
    sold = post(sales, "/api/sales", {"item": "tea"})
    bought = post(sales, "/api/baskets", {"item": "salt", "quantity": 4})
    assert (sold.status, bought.status) == (201, 201), (sold, bought)
    one, two = sold.json["order"], bought.json["order"]
    assert known(sales, "sales", one) == {"order": one, "item": "tea"}
    assert known(sales, "baskets", one) == {"order": one, "item": "tea", "quantity": 1}
    assert known(sales, "sales", two) == {"order": two, "item": "salt"}
    assert known(sales, "baskets", two) == {"order": two, "item": "salt", "quantity": 4}


def test_inside_too_each_version_has_a_door_of_its_own(sales: Running) -> None:
    order = post(sales, "/api/v2/orders", {"item": "tea", "quantity": 5}).json["id"]
    asked = {place: post(sales, f"/api/{place}/prices", {"order": order}) for place in ("kiosk", "shop")}
    assert {place: answer.status for place, answer in asked.items()} == {"kiosk": 201, "shop": 201}
    assert asked["kiosk"].json["item"] == "tea"
    assert asked["shop"].json["quantity"] == 5
