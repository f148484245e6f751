"""A service that does not answer, and those that ask it."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor

from tests.alive.shop import Shop
from tests.driving import Answer, eventually

OPEN = 'circuit_breaker_open{call="inventory.check_availability"}'
TIMEOUT_S = 0.5
"""Of the call to inventory.check_availability."""
WINDOW = 20


def test_a_breaker_opens_spares_its_callers_the_wait_lets_one_probe_through_and_closes(shop: Shop) -> None:
    customer, product = shop.customer(), shop.product(100)

    def timed(_: int = 0) -> tuple[Answer, float]:
        began = time.monotonic()
        return shop.order(customer, product), time.monotonic() - began

    def is_open() -> bool:
        return shop.system.metric("orders", OPEN) == 1

    assert not is_open()
    with shop.system.frozen("inventory"):
        with ThreadPoolExecutor(WINDOW) as pool:
            slow = list(pool.map(timed, range(WINDOW)))
        assert {answer.status for answer, _ in slow} == {503}
        assert is_open()
        answer, seconds = timed()
        assert answer.problem == (503, "urn:problem:orders:unavailable")
        assert seconds < TIMEOUT_S
        # Past its pause it is half open: whoever comes first is the probe, which finds that nothing has changed.
        eventually(lambda: timed()[1] >= TIMEOUT_S, "a probe")
        assert is_open()
    assert eventually(lambda: timed()[0].status == 201, "an order that is taken")
    assert not is_open()
