"""The backends for frontends: one request, several services."""

from __future__ import annotations

from tests.alive.shop import CUSTOMER, Shop
from tests.driving import eventually


def test_an_endpoint_gathers_what_belongs_together(shop: Shop) -> None:
    new = {"email": f"{shop.customer().id}@shop.test", "name": "Ada"}
    user = shop.gateway.ask("POST", "/api/users", new, token=shop.staff()).json["id"]
    token, product = shop.system.bearer(user, CUSTOMER), shop.product(5)
    line = {"product": product, "quantity": 1, "price": "40.00"}
    body = {"lines": [line], "total": "40.00"}
    order = shop.gateway.ask("POST", "/api/orders", body, token=token, headers={"Idempotency-Key": user}).json["id"]
    details = shop.gateway.ask("GET", f"/api/order-details/{order}", token=token).json
    assert details["order"]["id"] == order
    assert details["user"]["name"] == "Ada"
    assert [one["id"] for one in details["products"]] == [product]
    assert details["degraded"] == []


def test_a_part_that_fails_is_replaced_and_named(shop: Shop) -> None:
    customer = shop.customer()
    with shop.system.frozen("recommendations"):
        answer = shop.gateway.ask("GET", "/api/m/home", token=customer.token)
        assert (answer.status, answer.json["recommended"], answer.json["degraded"]) == (200, [], ["recommended"])


def test_a_part_that_nothing_replaces_fails_the_answer_with_a_problem(shop: Shop) -> None:
    with shop.system.frozen("catalog"):
        assert shop.gateway.ask("GET", "/api/home", token=shop.customer().token).problem[0] == 503


def test_what_others_bought_is_recommended_from_the_copy_of_their_orders(shop: Shop) -> None:
    ada, bob = shop.customer(), shop.customer()
    both, other = shop.product(5), shop.product(5)
    for customer, product in [(ada, both), (bob, both), (bob, other)]:
        shop.placed(customer, product)

    def look() -> bool:
        home = shop.gateway.ask("GET", "/api/m/home", token=ada.token).json
        return bool(home["recommended"]) and home["recommended"][0] == other

    assert eventually(look, "the recommendation")
