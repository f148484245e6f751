"""Where requests go: rewritten to the API version, the most specific route first, and nowhere else."""

from __future__ import annotations

import random

import pytest
from tests.packs.envoy.conftest import Start
from tests.packs.envoy.facts import of_lab
from tests.packs.envoy.running import Gateway

NOT_FOUND = (404, "urn:problem:gateway:not-found")


@pytest.mark.parametrize(
    ("asked", "service", "path"),
    [
        ("/api/orders", "orders", "/v1/orders"),
        ("/api/orders/7", "orders", "/v1/orders/7"),
        ("/api/orders/7/cancel", "orders", "/v1/orders/7/cancel"),
        ("/api/orders?status=pending&limit=5", "orders", "/v1/orders?status=pending&limit=5"),
        ("/api/products/a%20b", "catalog", "/v1/products/a%20b"),
        ("/api/home", "web", "/v1/home"),
        ("/api/m/home", "mobile", "/v1/home"),
        ("/api/order-details/7", "web", "/v1/order-details/7"),
    ],
)
def test_what_stands_before_the_prefixs_last_word_gives_way_to_the_version(
    shop: Gateway, asked: str, service: str, path: str
) -> None:
    assert shop.ask("GET", asked, shop.bearer()).status == 200
    assert shop.stubs[service].paths == [path]


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/api", "/apiorders", "/api/ordersx", "/api/order", "/api/unknown", "/API/orders", "/v1/orders"),
        *("/internal/reserve_items", "/api/internal/reserve_items", "/health/ready", "/health/live", "/healthx"),
        *("/metrics", "/openapi.json"),
    ],
)
def test_what_no_route_covers_is_not_found(shop: Gateway, path: str) -> None:
    answer = shop.ask("GET", path, shop.bearer())
    assert answer.problem == NOT_FOUND
    assert answer.json["instance"] == path
    assert [stub.asked for stub in shop.stubs.values() if stub.asked] == []


@pytest.mark.parametrize(
    "path",
    [
        *("/api/orders/..%2f..%2finternal/x", "/api/orders/..%2F..%2Finternal/x", "/api/orders/%2e%2e%2finternal"),
        *("/api/orders%2f7", "/api/orders/..%5c..%5cinternal/x", "/api%2forders"),
    ],
)
def test_a_path_with_hidden_slashes_or_garbage_is_refused(shop: Gateway, path: str) -> None:
    assert shop.ask("GET", path, shop.bearer()).problem == (400, "urn:problem:gateway:bad-request")
    assert shop.stubs["orders"].asked == []


@pytest.mark.parametrize(
    "path",
    [
        *("/api/orders/../internal/x", "/api/orders/../../internal/x", "/api/orders/%2e%2e/internal/x"),
        *("/api/orders/..\\internal\\x", "/api/orders/.%2e/.%2e/metrics"),
    ],
)
def test_a_path_that_climbs_out_of_its_route_leads_nowhere(shop: Gateway, path: str) -> None:
    assert shop.ask("GET", path, shop.bearer()).problem == NOT_FOUND
    assert shop.stubs["orders"].asked == []


@pytest.mark.parametrize(
    "path", ["//api/orders/7", "/api//orders///7", "/api/./orders/7", "/api/x/../orders/7", "/api/%6frders/7"]
)
def test_the_service_sees_the_path_that_was_routed(shop: Gateway, path: str) -> None:
    shop.ask("GET", path, shop.bearer())
    assert shop.stubs["orders"].paths == ["/v1/orders/7"]


def test_the_most_specific_route_wins_and_a_word_beats_a_parameter(start: Start) -> None:
    facts = of_lab("""
  routes:
    /api/{tenant}/orders: orders
    /api/{tenant}/orders/{id}/products: catalog
    /api/main/orders: catalog
    POST /api/main/orders: orders
    /api/sites/{site}: catalog
    /api/sites/main: orders
""")
    with start(facts) as it:
        for method, asked, service, path in [
            ("GET", "/api/acme/orders/7", "orders", "/v1/orders/7"),
            ("GET", "/api/acme/orders/7/products/8?x=1", "catalog", "/v1/products/8?x=1"),
            ("GET", "/api/main/orders/7", "catalog", "/v1/orders/7"),
            ("POST", "/api/main/orders", "orders", "/v1/orders"),
            ("GET", "/api/sites/main", "orders", "/v1/main"),
            ("GET", "/api/sites/mainland", "catalog", "/v1/sites/mainland"),
        ]:
            it.stubs[service].reset()
            assert it.ask(method, asked).status == 200
            assert (asked, it.stubs[service].paths) == (asked, [path])
        for path in ["/api/acme/ordersx", "/api/acme/x/orders", "/api//orders", "/api/sites"]:
            assert (path, it.ask("GET", path).problem) == (path, NOT_FOUND)


def test_a_route_for_a_method_lets_no_other_through(start: Start) -> None:
    with start(of_lab("  routes: {GET /api/products: catalog}\n")) as it:
        assert it.ask("GET", "/api/products").status == 200
        assert it.ask("POST", "/api/products").problem == NOT_FOUND
        assert [request.method for request in it.stubs["catalog"].asked] == ["GET"]


def test_a_route_at_the_root_never_reaches_what_is_internal(start: Start) -> None:
    with start(of_lab("  routes: {/: orders}\n")) as it:
        for path in ["/orders/7", "/internal/reserve", "/metrics", "/health/ready"]:
            assert it.ask("GET", path).status == 200
        assert it.stubs["orders"].paths == ["/v1/orders/7", "/v1/internal/reserve", "/v1/metrics", "/v1/health/ready"]
        assert it.ask("GET", "/health").headers["server"] == "gateway"
        assert len(it.stubs["orders"].asked) == 4


def most_specific(routes: list[tuple[str, str]], path: list[str]) -> tuple[str, str] | None:
    """Where a path goes, worked out from the sentence in the language's reference, segment by segment."""
    found = []
    for prefix, service in routes:
        segments = prefix.split("/")[1:]
        here = path[: len(segments)]
        if len(here) == len(segments) and all(a == b or a[0] == "{" for a, b in zip(segments, here, strict=True)):
            words = [at for at, segment in enumerate(segments) if segment[0] != "{"]
            inner = path[words[-1] if words else 0 :]
            found.append(
                (len(segments), [segment[0] != "{" for segment in segments], service, "/".join(["/v1", *inner]))
            )
    return max(found)[2:] if found else None


def random_routes(chance: random.Random) -> list[tuple[str, str]]:
    """Prefixes that differ by more than the names of their parameters, each with a service."""
    shapes = {tuple(chance.choices(["a", "b", "c", "*"], k=chance.randint(1, 4))) for _ in range(60)}
    parameters = ("{p}", "{q}", "{r}", "{s}")
    prefixes = [
        "".join(f"/{parameters[at] if s == '*' else s}" for at, s in enumerate(shape)) for shape in sorted(shapes)
    ]
    return [(prefix, chance.choice(["orders", "catalog"])) for prefix in prefixes]


def test_any_routes_lead_where_their_sentence_says(start: Start) -> None:
    chance = random.Random(2026)
    routes = random_routes(chance)
    paths = {tuple(chance.choices("abcd", k=chance.randint(1, 6))) for _ in range(400)}
    lines = "".join(f"    {prefix}: {service}\n" for prefix, service in routes)
    wrong = []
    with start(of_lab(f"  routes:\n{lines}")) as it:
        for path in sorted(paths):
            for stub in it.stubs.values():
                stub.reset()
            status = it.ask("GET", "/" + "/".join(path)).status
            went = [(name, seen) for name, stub in it.stubs.items() for seen in stub.paths]
            wanted = most_specific(routes, list(path))
            if (status, went) != ((200, [wanted]) if wanted else (404, [])):
                wrong.append((path, status, went, wanted))
    assert len(routes) > 40
    assert wrong == []
