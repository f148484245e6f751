"""What outlives the broker: declared topology and persistent messages, in one SQLite file."""

from __future__ import annotations

import itertools
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import asdict
from typing import NamedTuple

from svcforge.run.amqp.arguments import QueueSpec
from svcforge.run.amqp.exchange import BindingSpec, ExchangeSpec
from svcforge.run.amqp.message import Message

Spec = ExchangeSpec | QueueSpec | BindingSpec
_FORMAT = 1
_KINDS: dict[str, type[ExchangeSpec] | type[QueueSpec] | type[BindingSpec]] = {
    "exchange": ExchangeSpec,
    "queue": QueueSpec,
    "binding": BindingSpec,
}
_SCHEMA = """
create table if not exists topology (
    vhost text, kind text, identity text, spec text, primary key (vhost, kind, identity)
) without rowid;
create table if not exists message (
    id integer primary key, vhost text, queue text, exchange text, key text, header blob, body blob,
    expires integer, returns integer
);
"""


class StoreError(Exception):
    """The file cannot be used as a store; the message says why."""


class StoredMessage(NamedTuple):
    """A message in a durable queue; `expires` is in milliseconds since 1970, `returns` how often it came back."""

    id: int
    vhost: str
    queue: str
    message: Message
    expires: int | None
    returns: int


class Store:
    """Changes are kept until `commit`, which writes them in one transaction.

    A committed change survives the end of the process however it ends; a power cut may take the last few.

    Args:
        path: the file, made when missing; ":memory:" for a store that forgets.
        changed: called at the first change after a commit.

    Raises:
        StoreError: the file is in use, of another format, or cannot be opened.
    """

    def __init__(self, path: str, changed: Callable[[], None]) -> None:
        try:
            self._db = _opened(path)
            last = int(self._db.execute("select coalesce(max(id), 0) from message").fetchone()[0])
        except sqlite3.Error as error:
            raise StoreError(f'cannot use the store "{path}": {error}') from error
        self._ids = itertools.count(last + 1)
        self._changed = changed
        self._dirty = False
        self._topology: dict[tuple[str, str, str], str | None] = {}
        self._added: dict[int, StoredMessage] = {}
        self._removed: list[int] = []
        self._returned: dict[int, int] = {}

    def topology(self) -> Iterator[tuple[str, Spec]]:
        """Every declaration with its virtual host: exchanges, then queues, then bindings."""
        for kind, spec in _KINDS.items():
            rows = self._db.execute("select vhost, spec from topology where kind = ? order by identity", (kind,))
            for vhost, text in rows.fetchall():
                yield vhost, spec(**json.loads(text))

    def messages(self) -> Iterator[StoredMessage]:
        """Every message, the oldest first."""
        for row in self._db.execute("select * from message order by id"):
            number, vhost, queue, exchange, key, header, body, expires, returns = row
            yield StoredMessage(number, vhost, queue, Message(exchange, key, header, body), expires, returns)

    def declare(self, vhost: str, spec: Spec) -> None:
        """Keep a declaration."""
        self._change()
        self._topology[_place(vhost, spec)] = json.dumps(asdict(spec))

    def forget(self, vhost: str, spec: Spec) -> None:
        """Drop a declaration."""
        self._change()
        self._topology[_place(vhost, spec)] = None

    def add(self, vhost: str, queue: str, message: Message, expires: int | None) -> int:
        """Keep a message of a queue; its number, by which it is removed."""
        self._change()
        number = next(self._ids)
        self._added[number] = StoredMessage(number, vhost, queue, message, expires, 0)
        return number

    def remove(self, number: int) -> None:
        """Drop a message; one that was added since the last commit is never written."""
        self._change()
        if self._added.pop(number, None) is None:
            self._removed.append(number)

    def returned(self, number: int, returns: int) -> None:
        """Keep how often a message has come back to its queue."""
        self._change()
        self._returned[number] = returns

    def commit(self) -> None:
        """Write all changes since the last commit, or none when it raises."""
        if not self._dirty:
            return
        with self._db:
            self._db.execute("begin")
            for place, text in self._topology.items():
                if text is None:
                    self._db.execute("delete from topology where (vhost, kind, identity) = (?, ?, ?)", place)
                else:
                    self._db.execute("insert or replace into topology values (?, ?, ?, ?)", (*place, text))
            self._db.executemany("insert into message values (?, ?, ?, ?, ?, ?, ?, ?, ?)", self._rows())
            self._db.executemany("delete from message where id = ?", ((number,) for number in self._removed))
            returns = ((count, number) for number, count in self._returned.items())
            self._db.executemany("update message set returns = ? where id = ?", returns)
        self._topology, self._added, self._removed, self._returned = {}, {}, [], {}
        self._dirty = False

    def close(self) -> None:
        """Write what is left and close the file."""
        self.commit()
        self._db.close()

    def _rows(self) -> Iterator[tuple[object, ...]]:
        for number, vhost, queue, message, expires, returns in self._added.values():
            yield number, vhost, queue, message.exchange, message.key, message.header, message.body, expires, returns

    def _change(self) -> None:
        if not self._dirty:
            self._dirty = True
            self._changed()


def _opened(path: str) -> sqlite3.Connection:
    db = sqlite3.connect(path, isolation_level=None, timeout=0)
    # Exclusive: a second broker on the same file must fail at once, not lose messages quietly.
    # Not synchronous=full: that guards against a power cut, at one fsync per confirm.
    db.executescript("pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = normal;")
    (found,) = db.execute("pragma user_version").fetchone()
    if found not in (0, _FORMAT):
        raise StoreError(f'the store "{path}" is of format {found}, this broker writes {_FORMAT}: move it away')
    db.executescript(f"begin immediate; {_SCHEMA} pragma user_version = {_FORMAT}; commit;")
    return db


def _place(vhost: str, spec: Spec) -> tuple[str, str, str]:
    if isinstance(spec, BindingSpec):
        return vhost, "binding", json.dumps(spec.identity)
    return vhost, "exchange" if isinstance(spec, ExchangeSpec) else "queue", spec.name
