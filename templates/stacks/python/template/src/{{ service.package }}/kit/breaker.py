"""A circuit breaker: stops asking what keeps failing, and tries again with one call at a time."""

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from prometheus_client import Gauge

from .problems import Problem

OPEN = Gauge("circuit_breaker_open", "1 while calls are not let through", ["call"])


class Unavailable(Problem):
    """There was no answer: neither yes nor no. `passing` says that it may come if asked again at once."""

    def __init__(self, detail: str, *, passing: bool = True) -> None:
        super().__init__(503, "unavailable", detail)
        self.passing = passing


class CircuitOpen(Unavailable):
    """The call was not made, because too many before it had failed."""


class Breaker:
    """Opens when `failures` of the last `window` calls failed; after `reset` seconds one probe decides."""

    def __init__(
        self, call: str, failures: float, window: int, reset: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._call, self._limit, self._reset, self._clock = call, failures * window, reset, clock
        self._failed: deque[bool] = deque(maxlen=window)
        self._opened_at: float | None = None
        self._probing = False
        OPEN.labels(call).set(0)

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Let a call through, or raise CircuitOpen; Unavailable counts as a failure, any other outcome as an answer."""
        probe = self._admitted_as_probe()
        try:
            yield
        except Unavailable:
            self._record(failed=True, probe=probe)
            raise
        except Exception:
            self._record(failed=False, probe=probe)
            raise
        else:
            self._record(failed=False, probe=probe)
        finally:
            if probe:
                self._probing = False

    def _admitted_as_probe(self) -> bool:
        if self._opened_at is None:
            return False
        if self._probing or self._clock() < self._opened_at + self._reset:
            raise CircuitOpen(f"{self._call} is not being asked, since it kept failing.", passing=False)
        self._probing = True
        return True

    def _record(self, *, failed: bool, probe: bool) -> None:
        if self._opened_at is not None and not probe:
            return  # a call from before it opened
        self._failed.append(failed)
        if probe and not failed:
            self._failed.clear()
            self._opened_at = None
        elif probe or sum(self._failed) >= self._limit:
            self._opened_at = self._clock()
        OPEN.labels(self._call).set(self._opened_at is not None)
