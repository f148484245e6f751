"""The same request twice, with an Idempotency-Key."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from tests.alive.shop import PRICE, Shop, paid


def test_a_repeat_is_answered_as_the_first_and_has_no_second_effect(shop: Shop) -> None:
    customer, product, key = shop.customer(), shop.product(5), str(uuid4())
    first, second = (shop.order(customer, product, key=key) for _ in range(2))
    assert (first.status, second.status, second.body) == (201, 201, first.body)
    assert "idempotent-replayed" not in first.headers
    assert second.headers["idempotent-replayed"] == "true"
    order = first.json["id"]
    assert shop.settled(customer, order) == "confirmed"
    assert (shop.reserved(product), shop.charges(order)) == (1, paid(PRICE))
    listed = shop.gateway.ask("GET", "/api/orders", token=customer.token).json["items"]
    assert [one["id"] for one in listed] == [order]


def test_a_key_is_good_for_one_request_of_one_caller(shop: Shop) -> None:
    customer, other, product, key = shop.customer(), shop.customer(), shop.product(5), str(uuid4())
    first = shop.order(customer, product, 1, key=key)
    assert shop.order(customer, product, 2, key=key).problem == (422, "urn:problem:orders:key-reused")
    assert shop.order(other, product, 1, key=key).json["id"] != first.json["id"]


def test_a_request_without_a_key_is_refused_where_one_is_needed(shop: Shop) -> None:
    body = {"lines": [], "total": "0"}
    answer = shop.gateway.ask("POST", "/api/orders", body, token=shop.customer().token)
    assert answer.problem == (400, "urn:problem:orders:key-missing")


def test_of_many_at_the_same_time_one_has_an_effect(shop: Shop) -> None:
    customer, product, key = shop.customer(), shop.product(50), str(uuid4())
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: shop.order(customer, product, key=key), range(8)))
    made = [answer for answer in answers if answer.status == 201]
    late = [answer.problem for answer in answers if answer.status != 201]
    assert made
    assert set(late) <= {(409, "urn:problem:orders:in-progress")}
    [order] = {answer.json["id"] for answer in made}
    assert shop.settled(customer, order) == "confirmed"
    assert shop.reserved(product) == 1
