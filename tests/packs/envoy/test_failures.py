"""When what is behind the gateway is slow, broken, away, or too busy."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import pytest
from tests.packs.envoy.conftest import Start
from tests.packs.envoy.facts import of_lab
from tests.packs.envoy.running import Gateway
from tests.packs.envoy.stub import Request, slow, stub

UNAVAILABLE = (503, "urn:problem:gateway:unavailable")
ROUTES = "  routes: {/api/orders: {to: orders, timeout: 500ms}, /api/products: catalog}\n"
PATH = "/api/orders"
REFUSED = "cluster.orders.upstream_rq_active_overflow"
EJECTED = "cluster.orders.outlier_detection.ejections_enforced_total"


def says(*statuses: int) -> Callable[[Request], tuple[int, bytes]]:
    """Answers one after the other, the last one for ever."""
    left = list(statuses)
    return lambda _: (left.pop(0) if len(left) > 1 else left[0], b"{}")


@pytest.mark.parametrize(
    ("method", "headers", "attempts"),
    [
        ("GET", {}, 3),
        ("HEAD", {}, 3),
        ("OPTIONS", {}, 3),
        ("POST", {}, 1),
        ("PUT", {}, 1),
        ("PATCH", {}, 1),
        ("DELETE", {}, 1),
        ("POST", {"Idempotency-Key": "k"}, 3),
        ("POST", {"X-Envoy-Retry-On": "5xx", "X-Envoy-Max-Retries": "5"}, 1),
    ],
)
@pytest.mark.parametrize("status", [502, 503, 504])
def test_only_what_may_be_repeated_is_asked_again(
    shop: Gateway, method: str, headers: dict[str, str], attempts: int, status: int
) -> None:
    shop.stubs["orders"].answer = says(status)
    assert shop.ask(method, PATH, {**headers, **shop.bearer()}).status == status
    assert len(shop.stubs["orders"].asked) == attempts


def test_a_second_attempt_that_succeeds_is_all_the_client_sees(shop: Gateway) -> None:
    shop.stubs["orders"].answer = says(503, 200)
    body = b"x" * 500_000
    answer = shop.ask("POST", PATH, {"Idempotency-Key": "k", **shop.bearer()}, body)
    first, second = shop.stubs["orders"].asked
    assert (answer.status, first.body == body, second.body == body) == (200, True, True)
    assert first.headers["x-correlation-id"] == second.headers["x-correlation-id"]


@pytest.mark.parametrize("status", [400, 404, 409, 429, 500])
def test_an_answer_is_an_answer(shop: Gateway, status: int) -> None:
    shop.stubs["orders"].answer = says(status)
    assert shop.ask("GET", PATH, shop.bearer()).status == status
    assert len(shop.stubs["orders"].asked) == 1


def test_no_answer_in_time_is_a_timeout(start: Start) -> None:
    with start(of_lab(ROUTES)) as it:
        it.stubs["orders"].answer = slow(3.0)
        begun = time.monotonic()
        answer = it.ask("GET", PATH, {"X-Envoy-Upstream-Rq-Timeout-Ms": "60000"})
        assert answer.problem == (504, "urn:problem:gateway:timeout")
        assert answer.json["instance"] == PATH
        assert 0.4 < time.monotonic() - begun < 2.9
        assert it.stubs["orders"].asked[0].headers["x-request-budget-ms"] == "500"


def test_the_budget_is_the_routes_whatever_the_client_says(shop: Gateway) -> None:
    shop.ask("GET", PATH, {"X-Request-Budget-Ms": "3600000", **shop.bearer()})
    assert shop.stubs["orders"].asked[0].headers["x-request-budget-ms"] == "15000"


def test_what_is_too_much_at_once_is_refused_at_once(start: Start) -> None:
    def narrow(text: str) -> str:
        changed = text.replace("max_requests: 512", "max_requests: 2")
        assert changed != text
        return changed

    go = threading.Event()
    with start(of_lab("  routes: {/api/orders: orders, /api/products: catalog}\n"), change=narrow) as it:
        it.stubs["orders"].answer = lambda _: (go.wait(10), (200, b"{}"))[1]
        with ThreadPoolExecutor(2) as others:
            waiting = [others.submit(it.ask, "POST", PATH) for _ in range(2)]
            while len(it.stubs["orders"].asked) < 2:
                time.sleep(0.01)
            refused = it.ask("POST", PATH)
            beside = it.ask("GET", "/api/products")
            go.set()
        assert refused.problem == UNAVAILABLE
        assert beside.status == 200
        assert [one.result().status for one in waiting] == [200, 200]
        assert it.statistics(f"{REFUSED}$") == {REFUSED: 1}


def test_one_bad_instance_of_three_is_left_out(start: Start) -> None:
    with ExitStack() as stack:
        good, also_good, bad = (stack.enter_context(stub()) for _ in range(3))
        bad.answer = says(503)

        def three(text: str) -> str:
            one = text[text.index("              - endpoint:") : text.index("      # Without anybody healthy")]
            more = "".join(one.replace("${port:orders}", str(other.port)) for other in (also_good, bad))
            return text.replace(one, one + more, 1)

        it = stack.enter_context(start(of_lab(ROUTES), change=three, ports={"orders": good.port}))
        statuses = [it.ask("POST", PATH).status for _ in range(60)]
        # The fifth failure in a row decides; Envoy's main thread acts on it, so one more may be on its way by then.
        assert 5 <= statuses.count(503) == len(bad.asked) <= 8
        assert statuses[-20:] == [200] * 20
        assert it.statistics(f"{EJECTED}$") == {EJECTED: 1}


def test_the_only_instance_is_not_left_out_for_what_it_answers(start: Start) -> None:
    with start(of_lab(ROUTES)) as it:
        it.stubs["orders"].answer = lambda request: (503 if request.method == "POST" else 200, b"{}")
        assert [it.ask("POST", PATH).status for _ in range(12)] == [503] * 12
        assert len(it.stubs["orders"].asked) == 12
        assert it.ask("GET", PATH).status == 200


def test_a_service_that_is_away_is_unavailable_and_back_when_it_is_back(start: Start) -> None:
    def hurried(text: str) -> str:
        return text.replace("interval: 5s", "interval: 0.2s").replace(
            "unhealthy_interval: 1s", "unhealthy_interval: 0.2s"
        )

    with start(of_lab(ROUTES), change=hurried) as it:
        it.stubs["orders"].live = False
        assert eventually(lambda: it.ask("POST", PATH).status == 503)
        asked = len(it.stubs["orders"].asked)
        assert [it.ask("POST", PATH).problem for _ in range(3)] == [UNAVAILABLE] * 3
        assert len(it.stubs["orders"].asked) == asked
        assert it.ask("GET", "/api/products").status == 200
        it.stubs["orders"].live = True
        assert eventually(lambda: it.ask("POST", PATH).status == 200)


def test_a_service_that_was_never_there_keeps_nobody_waiting(start: Start) -> None:
    from tests.servers import free_port

    with start(of_lab(ROUTES), ports={"orders": free_port()}) as it:
        assert it.ask("GET", PATH).problem == UNAVAILABLE
        assert it.ask("GET", "/api/products").status == 200


def eventually(done: Callable[[], bool], within_s: float = 10.0) -> bool:
    """Whether it comes true in time."""
    give_up = time.monotonic() + within_s
    while not done():
        if time.monotonic() > give_up:
            return False
        time.sleep(0.05)
    return True
