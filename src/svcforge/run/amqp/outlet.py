"""Where a connection's answers wait for the end of the turn, and what tells when they pile up."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from svcforge.run.amqp.turn import Turn

_HIGH_WATER = 1 << 20


class Outlet:
    """The sending half of a connection.

    Args:
        turn: decides when it is spoken.
        transport: takes the bytes.
        relieved: called when a reader that was too slow has caught up.
    """

    def __init__(self, turn: Turn, transport: asyncio.Transport, relieved: Callable[[], None]) -> None:
        self._turn, self._transport, self._relieved = turn, transport, relieved
        self._parts: list[bytes] = []
        self._size = 0
        self._last: dict[Callable[[], None], None] = {}
        self._paused = False
        self._was_full = False
        self._finished = False
        self.spoke = False
        """Whether anything was sent since this was last set to False."""

    def has_room(self) -> bool:
        """Whether deliveries may go out; when not, for the client reads too slowly, `relieved` tells when they may."""
        self._was_full = self._was_full or self._paused or self._size > _HIGH_WATER
        return not self._was_full

    def write(self, data: bytes) -> None:
        """Send at the end of the turn."""
        self._parts.append(data)
        self._size += len(data)
        self._turn.says(self)

    def at_last(self, words: Callable[[], None]) -> None:
        """Call `words` before the turn's answers go out, so that it may add to them; once, however often it is asked."""
        self._last[words] = None
        self._turn.says(self)

    def speak(self) -> None:
        """Send what was kept back."""
        last, self._last = self._last, {}
        for words in last:
            words()
        parts, self._parts, self._size = self._parts, [], 0
        if parts:
            self._transport.write(b"".join(parts))
            self.spoke = True
        if self._finished:
            self._transport.close()
        self._relieve()

    def pause(self) -> None:
        """The client does not keep up."""
        self._paused = True

    def resume(self) -> None:
        """The client has caught up."""
        self._paused = False
        self._relieve()

    def finish(self) -> None:
        """Close when the turn's answers are sent."""
        self._finished = True
        self._turn.says(self)

    def _relieve(self) -> None:
        if self._was_full and not self._paused:
            self._was_full = False
            self._relieved()
