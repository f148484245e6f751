"""The saga of an order, from the request to the last consumer."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from tests.alive.shop import PRICE, TOO_MUCH, Shop, paid
from tests.driving import eventually


def test_an_order_that_goes_well_is_paid_kept_and_shipped_once(shop: Shop) -> None:
    customer, product = shop.customer(), shop.product(5)
    order = shop.placed(customer, product, 2)
    assert shop.settled(customer, order) == "confirmed"
    assert shop.charges(order) == paid(2 * PRICE)
    assert shop.reserved(product) == 2
    assert shop.shipped(order) == ["planned"]


def test_an_order_that_cannot_be_paid_is_undone(shop: Shop) -> None:
    customer, product = shop.customer(), shop.product(5)
    order = shop.placed(customer, product, 2, TOO_MUCH)
    assert shop.settled(customer, order) == "cancelled"
    assert shop.charges(order) == {"approved": 0, "declined": 1, "charged": "0", "refunded": "0"}
    assert shop.reserved(product) == 0
    assert shop.shipments(order) == []


def test_an_order_of_more_than_there_is_is_refused_at_once(shop: Shop) -> None:
    customer, product = shop.customer(), shop.product(2)
    assert shop.order(customer, product, 3).problem == (409, "urn:problem:orders:insufficient-inventory")
    assert shop.gateway.ask("GET", "/api/orders", token=customer.token).json["items"] == []


def test_the_last_items_are_sold_once_however_many_want_them(shop: Shop) -> None:
    customers, product = [shop.customer() for _ in range(8)], shop.product(3)
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda customer: shop.order(customer, product), customers))
    placed = [(who, a.json["id"]) for who, a in zip(customers, answers, strict=True) if a.status == 201]
    assert {a.problem for a in answers if a.status != 201} <= {(409, "urn:problem:orders:insufficient-inventory")}
    ends = [shop.settled(who, order) for who, order in placed]
    assert ends.count("confirmed") == 3
    assert shop.reserved(product) == 3


def test_an_order_is_its_customers_own(shop: Shop) -> None:
    customer, other = shop.customer(), shop.customer()
    order = shop.placed(customer, shop.product(5))
    path = f"/api/orders/{order}"
    assert shop.gateway.ask("GET", path, token=customer.token).status == 200
    assert shop.gateway.ask("GET", path, token=other.token).problem == (404, "urn:problem:orders:not-found")
    assert shop.gateway.ask("POST", f"{path}/cancel", token=other.token).problem[0] == 404
    assert shop.gateway.ask("GET", "/api/orders", token=other.token).json["items"] == []


def test_an_order_that_is_past_pending_cannot_be_cancelled(shop: Shop) -> None:
    customer = shop.customer()
    order = shop.placed(customer, shop.product(5))
    assert shop.settled(customer, order) == "confirmed"
    answer = shop.gateway.ask("POST", f"/api/orders/{order}/cancel", token=customer.token)
    assert answer.problem == (409, "urn:problem:orders:wrong-state")


@pytest.mark.parametrize("part", ["inventory", "payments", "shipping", "notifications", "recommendations"])
def test_one_correlation_id_and_one_trace_reach_all_who_take_part(shop: Shop, part: str) -> None:
    customer, correlation, trace = shop.customer(), str(uuid4()), uuid4().hex
    headers = {"X-Correlation-ID": correlation, "traceparent": f"00-{trace}-{trace[:16]}-01"}
    answer = shop.order(customer, shop.product(5), headers=headers)
    assert answer.headers["x-correlation-id"] == correlation

    def heard() -> set[str] | None:
        lines = [line for line in shop.system.logs(part) if line.get("correlation_id") == correlation]
        return {line["trace_id"] for line in lines} or None

    assert eventually(heard, f"a line of {part}") == {trace}
