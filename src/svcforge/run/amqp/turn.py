"""One turn of the event loop: what happened in it is stored first, then said."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Protocol

from svcforge.run.amqp.store import Store


class Speaker(Protocol):
    """Who has something to say at the end of a turn."""

    def speak(self) -> None:
        """Send all that was kept back."""


class Turn:
    """Collects what the clients sent in one turn into one transaction.

    No confirm, and no other answer, leaves before the change that it speaks of is committed; and the more clients
    send at a time, the fewer transactions there are.

    Args:
        failed: called with the error when the store cannot be written; nothing is said then.
    """

    def __init__(self, path: str, failed: Callable[[Exception], None]) -> None:
        self.store = Store(path, self.begin)
        self._failed = failed
        self._speakers: dict[Speaker, None] = {}
        self._begun = False

    def begin(self) -> None:
        """There is something to store."""
        if not self._begun:
            self._begun = True
            asyncio.get_running_loop().call_soon(self.end)

    def says(self, speaker: Speaker) -> None:
        """There is something to say."""
        self._speakers[speaker] = None
        self.begin()

    def end(self) -> None:
        """Store what there is, then let everybody speak."""
        self._begun = False
        try:
            self.store.commit()
        except Exception as error:  # whatever it was: what is not stored must not be confirmed
            self._failed(error)
            return
        speakers, self._speakers = self._speakers, {}
        for speaker in speakers:
            speaker.speak()
