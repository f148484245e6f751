"""Heartbeats: sent when there is nothing else to send, missed when the other side is dead."""

from __future__ import annotations

import asyncio
from collections.abc import Callable


class Heartbeat:
    """Beats for one connection until it is stopped.

    Args:
        interval: what was negotiated, in seconds.
        beat: called every half interval, to send something unless something was sent.
        dead: called when nothing was heard for two intervals.
    """

    def __init__(self, interval: float, beat: Callable[[], None], dead: Callable[[], None]) -> None:
        self._interval, self._beat, self._dead = interval, beat, dead
        self._loop = asyncio.get_running_loop()
        self._heard = self._loop.time()
        self._timer = self._loop.call_later(interval / 2, self._tick)

    def heard(self) -> None:
        """The other side lives."""
        self._heard = self._loop.time()

    def stop(self) -> None:
        """Beat no more."""
        self._timer.cancel()

    def _tick(self) -> None:
        if self._loop.time() - self._heard > 2 * self._interval:
            self._dead()
            return
        self._beat()
        self._timer = self._loop.call_later(self._interval / 2, self._tick)
