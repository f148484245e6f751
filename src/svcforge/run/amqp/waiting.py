"""The messages that wait in a queue, in the order in which they go out."""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass

from svcforge.run.amqp.message import Message

AT_THE_FRONT = -(2**8)
"""A rank before every priority."""


@dataclass(slots=True, eq=False)
class Entry:
    """A message in one queue.

    `row` is its number in the store or None, `position` its place among those of its rank, `expires` the wall clock in
    milliseconds, `returns` how often it was delivered and came back.
    """

    message: Message
    row: int | None
    position: int
    expires: int | None
    returns: int = 0
    redelivered: bool = False


class Waiting:
    """Entries by rank, the lowest first, and within a rank by position."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, int, Entry]] = []
        self.bytes = 0

    def __len__(self) -> int:
        return len(self._heap)

    @property
    def head(self) -> Entry:
        """The next to go; there must be one."""
        return self._heap[0][2]

    def push(self, rank: int, entry: Entry) -> None:
        """Let an entry wait."""
        heapq.heappush(self._heap, (rank, entry.position, entry))
        self.bytes += len(entry.message.body)

    def pop(self) -> Entry:
        """Take the next out; there must be one."""
        entry = heapq.heappop(self._heap)[2]
        self.bytes -= len(entry.message.body)
        return entry

    def drain(self) -> list[Entry]:
        """Take all out."""
        entries = [entry for _, _, entry in self._heap]
        self._heap, self.bytes = [], 0
        return entries


def now() -> int:
    """The wall clock in milliseconds since 1970: what expires must do so over a restart too."""
    return time.time_ns() // 1_000_000
