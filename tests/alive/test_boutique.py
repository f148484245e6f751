"""Ten services that only ask each other, through the door: from browsing to an order, without a token."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from tests.alive.conftest import EMBEDDED, Generate
from tests.alive.running import DevelopmentBroker, Running, up
from tests.driving import Answer

ADDRESS = {"street": "1 Main Street", "city": "Springfield", "state": "OR", "country": "US", "zip_code": 97477}
CARD = {"number": "4111111111111111", "cvv": 123, "expiration_year": datetime.now(UTC).year + 1, "expiration_month": 1}


@pytest.fixture(scope="module")
def boutique(generated: Generate) -> Iterator[Running]:
    with up(generated("online-boutique"), EMBEDDED, DevelopmentBroker()) as system:
        yield system


def put(boutique: Running, user: str, product: str, quantity: int) -> None:
    """Put something into a visitor's cart."""
    item = {"product": product, "quantity": quantity}
    assert boutique.at().ask("POST", "/api/cart", {"user": user, "item": item}).status == 200


def cart(boutique: Running, user: str) -> Any:
    """The page of the cart."""
    return boutique.at().ask("GET", f"/api/cart?user={user}").json


def checked_out(boutique: Running, user: str, **other: Any) -> Answer:
    """What a checkout answers."""
    order = {"user": user, "currency": "EUR", "address": ADDRESS, "email": "ada@example.com", "card": CARD}
    return boutique.at().ask("POST", "/api/cart/checkout", order | other)


def test_the_home_page_gathers_from_four_services(boutique: Running) -> None:
    home = boutique.at().ask("GET", f"/api/home?user={uuid4()}").json
    assert home["degraded"] == []
    assert home["cart"]["items"] == []
    assert "EUR" in home["currencies"]
    assert home["products"]
    assert home["ads"]


def test_a_product_is_shown_with_others_and_its_own_advertisement(boutique: Running) -> None:
    shown = boutique.at().ask("GET", f"/api/product/teapot?user={uuid4()}").json
    assert (shown["product"]["id"], shown["degraded"]) == ("teapot", [])
    assert "/product/teapot" in [ad["redirect_url"] for ad in shown["ads"]]
    assert len(set(shown["recommended"])) == 5


def test_what_is_put_into_the_cart_is_ordered_paid_and_gone(boutique: Running) -> None:
    user = str(uuid4())
    put(boutique, user, "teapot", 1)
    put(boutique, user, "teapot", 2)
    put(boutique, user, "wool-scarf", 1)
    shown = cart(boutique, user)
    assert shown["cart"]["items"] == [
        {"product": "teapot", "quantity": 3},
        {"product": "wool-scarf", "quantity": 1},
    ]
    assert Decimal(shown["shipping"]["cost"]["amount"]) > 0
    assert not {"teapot", "wool-scarf"} & set(shown["recommended"])
    order = checked_out(boutique, user).json["order"]
    assert [line["item"] for line in order["items"]] == shown["cart"]["items"]
    assert {line["cost"]["currency"] for line in order["items"]} == {"EUR"}
    assert order["tracking"].startswith("US-")
    assert cart(boutique, user)["cart"]["items"] == []


def test_a_card_that_is_none_takes_nothing_and_keeps_the_cart(boutique: Running) -> None:
    user = str(uuid4())
    put(boutique, user, "desk-lamp", 1)
    refused = checked_out(boutique, user, card=CARD | {"number": "4111111111111112"})
    assert refused.problem == (402, "urn:problem:paymentservice:card-invalid")
    assert cart(boutique, user)["cart"]["items"] == [{"product": "desk-lamp", "quantity": 1}]


def test_nothing_cannot_be_ordered(boutique: Running) -> None:
    assert checked_out(boutique, str(uuid4())).problem == (409, "urn:problem:checkoutservice:cart-empty")


def test_without_advertisements_the_home_page_is_there_and_says_so(boutique: Running) -> None:
    with boutique.frozen("adservice"):
        home = boutique.at().ask("GET", f"/api/home?user={uuid4()}").json
    assert (home["ads"], home["degraded"]) == ([], ["ads"])


def test_the_services_behind_the_frontend_answer_no_stranger(boutique: Running) -> None:
    asked = boutique.at("paymentservice").ask("POST", "/internal/charge", {"amount": {}, "card": {}})
    assert asked.status == 401
