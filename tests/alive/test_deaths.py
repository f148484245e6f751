"""kill -9 in the midst of a saga, and a broker that is away: all is done or all undone, nothing lost, nothing twice."""

from __future__ import annotations

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from tests.alive.shop import PRICE, TOO_MUCH, Customer, Shop, paid
from tests.driving import eventually

ACTIVE = 'saga_active{saga="checkout"}'


def balanced(shop: Shop, product: str, orders: list[tuple[Customer, str, Decimal]]) -> None:
    """Every order is all done, or all undone; each is of one item of the product, at a price."""
    ends = {order: shop.settled(customer, order) for customer, order, _ in orders}
    for _, order, price in orders:
        books = shop.charges(order)
        if ends[order] == "confirmed":
            assert books == paid(price)
            assert shop.shipped(order) == ["planned"]
        else:
            assert books["charged"] == books["refunded"]
            assert shop.shipments(order) == []
    confirmed = list(ends.values()).count("confirmed")
    eventually(lambda: shop.reserved(product) == confirmed, f"{confirmed} reserved, and no more")


@pytest.mark.parametrize("victim", ["orders", "payments", "inventory"])
def test_a_saga_goes_on_after_a_service_in_it_was_killed(shop: Shop, victim: str) -> None:
    customer, product = shop.customer(), shop.product(5)
    with shop.system.frozen("card-network"):
        orders = [(customer, shop.placed(customer, product, 1, price), price) for price in (PRICE, TOO_MUCH)]
        eventually(lambda: shop.reserved(product) == 2, "both sagas at the card network")
        shop.system.kill(victim)
    shop.system.recovered()
    balanced(shop, product, orders)
    assert [shop.settled(customer, order) for _, order, _ in orders] == ["confirmed", "cancelled"]


def test_whatever_is_killed_whenever_every_order_is_done_or_undone(shop: Shop) -> None:
    customer, product, chance = shop.customer(), shop.product(100), random.Random(7)
    prices = [PRICE, TOO_MUCH] * 6
    over = threading.Event()

    def kill() -> None:
        while not over.wait(chance.uniform(0.2, 0.8)):
            shop.system.kill(chance.choice(["orders", "payments", "inventory", "shipping"]))

    def place(price: Decimal) -> tuple[Customer, str, Decimal] | None:
        time.sleep(chance.uniform(0, 4))
        try:
            answer = shop.order(customer, product, 1, price)
        except OSError:
            return None
        return (customer, answer.json["id"], price) if answer.status == 201 else None

    killer = threading.Thread(target=kill)
    killer.start()
    try:
        with ThreadPoolExecutor(len(prices)) as pool:
            orders = [one for one in pool.map(place, prices) if one]
    finally:
        over.set()
        killer.join()
    shop.system.recovered()
    # Requests that were cut off may have made an order all the same.
    known = {order for _, order, _ in orders}
    listed = shop.system.at("orders").ask("GET", "/v1/orders?limit=100", token=customer.token).json["items"]
    orders += [(customer, one["id"], Decimal(one["total"])) for one in listed if one["id"] not in known]
    assert len(orders) == len(listed)
    balanced(shop, product, orders)


def test_while_the_broker_is_away_orders_are_taken_and_then_shipped_once(shop: Shop) -> None:
    customer, product = shop.customer(), shop.product(20)
    with shop.system.without_broker():
        orders = [shop.placed(customer, product) for _ in range(5)]
        assert [shop.settled(customer, order) for order in orders] == ["confirmed"] * 5
        assert [shop.shipments(order) for order in orders] == [[]] * 5
        eventually(lambda: shop.system.metric("orders", "outbox_pending") >= 10, "events that wait")
        ready = shop.system.at("orders").ask("GET", "/health/ready")
        assert ready.status == 503
    assert [shop.shipped(order) for order in orders] == [["planned"]] * 5
    eventually(lambda: shop.system.metric("orders", "outbox_pending") == 0, "nothing that waits")
    assert shop.reserved(product) == 5
