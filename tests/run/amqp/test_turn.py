"""Stored first, then said; and much in one transaction."""

from __future__ import annotations

import asyncio
from pathlib import Path

from svcforge.run.amqp.message import Message
from svcforge.run.amqp.properties import Properties
from svcforge.run.amqp.store import Store
from svcforge.run.amqp.turn import Turn

MESSAGE = Message("", "queue", Properties({}).payload(4), b"body")


class Listener:
    """Notes what is in the store whenever it may speak."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.heard: list[int] = []

    def speak(self) -> None:
        self.heard.append(len(list(self._store.messages())))


def keep(turn: Turn, count: int) -> list[int]:
    return [turn.store.add("/", "queue", MESSAGE, None) for _ in range(count)]


async def one_turn() -> None:
    await asyncio.sleep(0)
    await asyncio.sleep(0)


async def test_nothing_is_said_before_it_is_stored(tmp_path: Path) -> None:
    failures: list[Exception] = []
    turn = Turn(str(tmp_path / "store.db"), failures.append)
    listener = Listener(turn.store)
    keep(turn, 3)
    turn.says(listener)
    keep(turn, 2)
    assert listener.heard == []
    await one_turn()
    assert (listener.heard, failures) == ([5], [])


async def test_nothing_is_said_when_it_cannot_be_stored(tmp_path: Path) -> None:
    failures: list[Exception] = []
    turn = Turn(str(tmp_path / "store.db"), failures.append)
    listener = Listener(turn.store)
    turn.store.close()
    keep(turn, 1)
    turn.says(listener)
    await one_turn()
    assert (listener.heard, len(failures)) == ([], 1)


async def test_who_has_nothing_to_say_is_not_asked_again(tmp_path: Path) -> None:
    turn = Turn(str(tmp_path / "store.db"), lambda error: None)
    listener = Listener(turn.store)
    turn.says(listener)
    await one_turn()
    keep(turn, 1)
    await one_turn()
    assert listener.heard == [0]


def reopened(path: Path) -> Store:
    return Store(str(path), lambda: None)


def test_a_message_that_comes_and_goes_in_a_turn_is_never_written(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = reopened(path)
    stays, goes = (store.add("/", "queue", MESSAGE, 7) for _ in range(2))
    store.remove(goes)
    store.returned(stays, 2)
    store.close()
    [found] = reopened(path).messages()
    assert (found.id, found.queue, found.expires, found.returns) == (stays, "queue", 7, 2)
    assert (found.message.header, found.message.body) == (MESSAGE.header, MESSAGE.body)


def test_numbers_go_on_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    store = reopened(path)
    first = store.add("/", "queue", MESSAGE, None)
    store.close()
    again = reopened(path)
    assert again.add("/", "queue", MESSAGE, None) > first
    again.remove(first)
    again.close()
    assert [found.id for found in reopened(path).messages()] == [first + 1]
