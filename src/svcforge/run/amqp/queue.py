"""A queue: what waits in it, who takes from it, and what becomes of what nobody takes."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Iterable
from typing import Protocol

from svcforge.run.amqp import death
from svcforge.run.amqp.arguments import DROP_HEAD, QUORUM, REJECT_AND_DEAD_LETTER, QueueSettings, QueueSpec
from svcforge.run.amqp.message import Message
from svcforge.run.amqp.store import Store, StoredMessage
from svcforge.run.amqp.waiting import AT_THE_FRONT, Entry, Waiting, now

_RETRY_S = 1.0


class Consumer(Protocol):
    """Who takes messages from a queue."""

    priority: int
    exclusive: bool

    def can_take(self) -> bool:
        """Whether it takes one more now."""

    def take(self, entry: Entry) -> None:
        """Deliver; it answers later with `done`, `reject` or `give_back`, or at once when it needs no answer."""

    def cancelled(self) -> None:
        """The queue is gone."""


class Surroundings(Protocol):
    """What a queue needs of its virtual host."""

    name: str
    store: Store

    def dead_letter(self, letter: Message, reason: str) -> bool:
        """Publish a dead letter; whether some queue took it and none refused."""

    def unused(self, queue: Queue) -> None:
        """The queue has had no use for as long as it wanted to live without."""


class Queue:
    """A classic or a quorum queue, as `settings` say.

    `owner` is the connection that it is exclusive to.
    """

    def __init__(self, spec: QueueSpec, settings: QueueSettings, around: Surroundings, owner: object = None) -> None:
        self.spec, self.settings, self.owner = spec, settings, owner
        self.deleted = False
        self._around = around
        self._ready = Waiting()
        self._out: set[Entry] = set()
        self._stranded: list[tuple[Entry, str]] = []
        self._consumers: list[Consumer] = []
        self._positions = itertools.count()
        self._expiry: asyncio.TimerHandle | None = None
        self._retry: asyncio.TimerHandle | None = None
        self._idle: asyncio.TimerHandle | None = None
        self.used()

    @property
    def ready(self) -> int:
        """How many messages wait in it."""
        return len(self._ready)

    @property
    def consumers(self) -> int:
        """How many consume from it."""
        return len(self._consumers)

    @property
    def place(self) -> str:
        """The queue as complaints name it."""
        return f"queue '{self.spec.name}' in vhost '{self._around.name}'"

    @property
    def is_quorum(self) -> bool:
        """Whether it is a quorum queue."""
        return self.settings.type == QUORUM

    def put(self, message: Message) -> bool:
        """Take a message in; False when the queue is full and says so."""
        if self._is_full(len(message.body)):
            if self.settings.overflow == REJECT_AND_DEAD_LETTER:
                self._dead_letter(Entry(message, None, 0, None), death.TOO_MANY)
            return False
        properties = message.properties
        given = properties.text("expiration")
        ttls = [ttl for ttl in (self.settings.message_ttl, int(given) if given else None) if ttl is not None]
        expires = now() + min(ttls) if ttls else None
        row = None
        if self.spec.durable and self.owner is None and (self.is_quorum or properties.persistent):
            row = self._around.store.add(self._around.name, self.spec.name, message, expires)
        entry = Entry(message, row, next(self._positions), expires=None)
        self._ready.push(self._rank(message), entry)
        self.pump()
        if expires is not None:  # only now: with a time to live of 0 it still goes to a consumer who waits for it
            entry.expires = expires
            self.pump()
        self._drop_surplus()
        return True

    def restore(self, stored: StoredMessage) -> None:
        """Take in a message from the store.

        Whether it had been delivered before the broker ended is not known: it says that it may have been.
        """
        entry = Entry(stored.message, stored.id, next(self._positions), stored.expires, stored.returns, True)
        self._ready.push(self._rank(stored.message), entry)

    def get(self) -> Entry | None:
        """The next message, without a consumer; it is answered like one that was delivered."""
        self.used()
        self._drop_expired()
        entry = self._take_out() if self._ready else None
        self._wait_for_expiry()
        return entry

    def done(self, entry: Entry) -> None:
        """The message is dealt with."""
        self._out.discard(entry)
        if not self.deleted:
            self._forget(entry)

    def reject(self, entry: Entry) -> None:
        """The message is refused for good."""
        self._out.discard(entry)
        if not self.deleted:
            self._dead_letter(entry, death.REJECTED)

    def give_back(self, entry: Entry, *, asked: bool) -> None:
        """The message comes back, `asked` by its consumer or because the consumer is gone; `pump` goes on with it.

        A classic queue puts it where it was. A quorum queue puts it to the front but, when a consumer asks and there
        is no delivery limit, to the end (rabbitmq.com/docs/quorum-queues, "Repeated Requeues").
        """
        self._out.discard(entry)
        if self.deleted:
            return
        entry.redelivered = True
        entry.returns += 1
        if entry.row is not None:
            self._around.store.returned(entry.row, entry.returns)
        limit = self.settings.delivery_limit
        if limit is not None and entry.returns > limit:
            self._dead_letter(entry, death.TOO_OFTEN)
        elif self.is_quorum:
            entry.position = next(self._positions)
            self._ready.push(self._rank(entry.message) if asked and limit is None else AT_THE_FRONT, entry)
        else:
            self._ready.push(self._rank(entry.message), entry)

    def pump(self) -> None:
        """Deliver what waits to those who can take it."""
        self._drop_expired()
        while self._ready and (consumer := self._next_consumer()):
            consumer.take(self._take_out())
            self._drop_expired()
        self._wait_for_expiry()

    def add(self, consumer: Consumer) -> None:
        """Let a consumer take from here on; `pump` starts it."""
        self._consumers.append(consumer)
        self.used()

    def remove(self, consumer: Consumer) -> None:
        """The consumer takes no more; what it holds stays out until it comes back."""
        if consumer in self._consumers:
            self._consumers.remove(consumer)
            self.used()

    @property
    def has_exclusive_consumer(self) -> bool:
        """Whether a consumer wants to be the only one."""
        return any(consumer.exclusive for consumer in self._consumers)

    def purge(self) -> int:
        """Drop all that waits; how many that were."""
        dropped = self._ready.drain()
        self._forget_all(dropped)
        return len(dropped)

    def close(self) -> int:
        """End the queue and all that is in it or out for delivery; how many waited."""
        self.deleted = True
        for timer in (self._expiry, self._retry, self._idle):
            if timer:
                timer.cancel()
        self._forget_all([*self._out, *(entry for entry, _ in self._stranded)])
        consumers, self._consumers = self._consumers, []
        for consumer in consumers:
            consumer.cancelled()
        return self.purge()

    def used(self) -> None:
        """Somebody uses the queue: the time that it may be unused begins anew."""
        if self._idle:
            self._idle.cancel()
        if self.settings.expires is not None and not self._consumers and not self.deleted:
            delay = self.settings.expires / 1000
            self._idle = asyncio.get_running_loop().call_later(delay, self._around.unused, self)

    def _next_consumer(self) -> Consumer | None:
        able = self._consumers[:1] if self.settings.single_active_consumer else self._consumers
        chosen = max((c for c in able if c.can_take()), key=lambda consumer: consumer.priority, default=None)
        if chosen and not self.settings.single_active_consumer:
            self._consumers.remove(chosen)
            self._consumers.append(chosen)  # round robin
        return chosen

    def _take_out(self) -> Entry:
        entry = self._ready.pop()
        self._out.add(entry)
        return entry

    def _rank(self, message: Message) -> int:
        return -min(message.properties.priority, self.settings.max_priority)

    @property
    def _drops_head(self) -> bool:
        return self.settings.overflow == DROP_HEAD

    def _is_full(self, size: int) -> bool:
        """Whether it refuses one more message; a quorum queue notices one message late, as RabbitMQ's does."""
        if self._drops_head:
            return False
        if self.is_quorum:
            return self._is_beyond(len(self._ready), self._ready.bytes)
        return self._is_beyond(len(self._ready) + 1, self._ready.bytes + size)

    def _is_beyond(self, count: int, size: int) -> bool:
        most, largest = self.settings.max_length, self.settings.max_bytes
        return (most is not None and count > most) or (largest is not None and size > largest)

    def _drop_expired(self) -> None:
        """Only from the head: what expires behind it waits for its turn, as in RabbitMQ."""
        while self._ready and (expires := self._ready.head.expires) is not None and expires <= now():
            self._dead_letter(self._ready.pop(), death.EXPIRED)

    def _drop_surplus(self) -> None:
        while self._ready and self._is_beyond(len(self._ready), self._ready.bytes) and self._drops_head:
            self._dead_letter(self._ready.pop(), death.TOO_MANY)
        self._wait_for_expiry()

    def _wait_for_expiry(self) -> None:
        if self._expiry:
            self._expiry.cancel()
            self._expiry = None
        if self._ready and (expires := self._ready.head.expires) is not None:
            delay = max(0, expires - now()) / 1000
            self._expiry = asyncio.get_running_loop().call_later(delay, self.pump)

    def _dead_letter(self, entry: Entry, reason: str) -> None:
        settings = self.settings
        if settings.dead_letter_exchange is not None:
            letter = death.dead_letter(
                entry.message, self.spec.name, reason, settings.dead_letter_exchange, settings.dead_letter_key
            )
            if not self._around.dead_letter(letter, reason) and settings.at_least_once:
                self._stranded.append((entry, reason))
                self._retry = self._retry or asyncio.get_running_loop().call_later(_RETRY_S, self._retry_stranded)
                return
        self._forget(entry)

    def _retry_stranded(self) -> None:
        self._retry = None
        stranded, self._stranded = self._stranded, []
        for entry, reason in stranded:
            self._dead_letter(entry, reason)

    def _forget_all(self, entries: Iterable[Entry]) -> None:
        for entry in entries:
            self._forget(entry)

    def _forget(self, entry: Entry) -> None:
        if entry.row is not None:
            self._around.store.remove(entry.row)
            entry.row = None
