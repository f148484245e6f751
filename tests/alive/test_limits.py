"""How often a client may ask: the shop lets each of them do so a hundred times in a quarter of an hour."""

from __future__ import annotations

from tests.alive.shop import Shop

LIMIT = 100


def test_a_client_over_the_limit_is_told_when_to_come_again_and_others_are_not_in_its_way(shop: Shop) -> None:
    one, other = shop.customer(), shop.customer()
    statuses = [shop.gateway.ask("GET", "/api/products", token=one.token).status for _ in range(LIMIT)]
    assert statuses == [200] * LIMIT
    refused = shop.gateway.ask("GET", "/api/products", token=one.token)
    assert refused.problem == (429, "urn:problem:gateway:too-many-requests")
    assert 0 < int(refused.headers["retry-after"]) <= 15 * 60
    assert shop.gateway.ask("GET", "/api/products", token=other.token).status == 200
