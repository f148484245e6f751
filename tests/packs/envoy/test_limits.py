"""How often somebody may ask."""

from __future__ import annotations

from collections.abc import Mapping

from tests.packs.envoy.conftest import Start
from tests.packs.envoy.facts import of_lab
from tests.packs.envoy.running import Gateway

AUTH = "  auth: {jwt: {issuer: https://auth.test, audience: lab}}\n"
ROUTES = "  routes: {/api/orders: orders, /api/products: catalog}\n"
FREE = "/api/products"


def statuses(it: Gateway, path: str, headers: Mapping[str, str], times: int) -> list[int]:
    """What comes of asking so many times."""
    return [it.ask("GET", path, headers).status for _ in range(times)]


def test_each_client_has_a_limit_of_its_own_over_all_routes(start: Start) -> None:
    with start(of_lab(f"{AUTH}  rate_limit: 3/15m per client\n{ROUTES}")) as it:
        alice, bob = it.bearer("alice"), it.bearer("bob")
        assert statuses(it, FREE, alice, 2) == [200, 200]
        assert statuses(it, "/api/orders", alice, 2) == [200, 429]
        assert statuses(it, FREE, bob, 4) == [200, 200, 200, 429]
        assert statuses(it, FREE, {}, 4) == [200, 200, 200, 429]


def test_nobody_gets_a_new_limit_by_calling_himself_otherwise(start: Start) -> None:
    with start(of_lab(f"{AUTH}  rate_limit: 2/15m per client\n{ROUTES}")) as it:
        assert statuses(it, FREE, {}, 3) == [200, 200, 429]
        for header in ["X-Token-Sub", "X-Forwarded-For", "X-Real-Ip", "Forwarded", "X-Envoy-External-Address"]:
            assert (header, it.ask("GET", FREE, {header: "10.1.2.3"}).status) == (header, 429)
        assert it.ask("GET", FREE, {"Authorization": "Basic YTpi"}).status == 429
        assert it.ask("GET", FREE, it.bearer("alice")).status == 200


def test_who_is_over_the_limit_learns_when_to_come_again(start: Start) -> None:
    with start(of_lab(f"{AUTH}  rate_limit: 2/1m per client\n{ROUTES}")) as it:
        first, second, third = (it.ask("GET", FREE) for _ in range(3))
        assert [a.headers["ratelimit-remaining"] for a in (first, second, third)] == ["1", "0", "0"]
        assert first.headers["ratelimit-limit"].split(",")[0] == "2"
        assert "retry-after" not in first.headers
        assert third.problem == (429, "urn:problem:gateway:too-many-requests")
        assert 0 < int(third.headers["retry-after"]) <= 30
        assert third.headers["ratelimit-reset"] == third.headers["retry-after"]
        assert not [name for name in third.headers if name.startswith("x-ratelimit")]


def test_a_limit_without_per_client_is_for_all_together(start: Start) -> None:
    with start(of_lab(f"{AUTH}  rate_limit: 3/1m\n{ROUTES}")) as it:
        assert [it.ask("GET", FREE, it.bearer(sub)).status for sub in ("a", "b", "c", "d")] == [200, 200, 200, 429]


def test_a_routes_own_limit_counts_alone(start: Start) -> None:
    facts = of_lab(f"""{AUTH}
  rate_limit: 2/15m per client
  routes:
    /api/orders: {{to: orders, rate_limit: 3/15m per client}}
    /api/products: {{to: catalog, rate_limit: 1/15m}}
    /api/other: catalog
""")
    with start(facts) as it:
        alice, bob = it.bearer("alice"), it.bearer("bob")
        assert statuses(it, "/api/orders", alice, 4) == [200, 200, 200, 429]
        assert statuses(it, "/api/orders", bob, 1) == [200]
        assert statuses(it, "/api/products", alice, 1) == [200]
        assert statuses(it, "/api/products", bob, 1) == [429]
        assert statuses(it, "/api/other", alice, 3) == [200, 200, 429]


def test_a_limit_on_a_route_alone_limits_nothing_else(start: Start) -> None:
    facts = of_lab("  routes: {/api/orders: {to: orders, rate_limit: 1/15m per client}, /api/products: catalog}\n")
    with start(facts) as it:
        assert statuses(it, "/api/orders", {}, 2) == [200, 429]
        assert statuses(it, FREE, {}, 5) == [200] * 5


def test_health_is_not_counted(start: Start) -> None:
    with start(of_lab(f"  rate_limit: 1/15m\n{ROUTES}")) as it:
        assert statuses(it, "/health", {}, 5) == [200] * 5
        assert statuses(it, FREE, {}, 2) == [200, 429]
