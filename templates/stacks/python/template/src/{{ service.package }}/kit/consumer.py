"""Handling of events: once each, tried again when it fails, and given up to the dead letters in the end."""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from itertools import count
from typing import Generic, TypeVar

from opentelemetry.trace import SpanKind
from prometheus_client import Counter
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession

from .database import Database
from .events import Envelope, Event
from .inbox import AlreadyHandled, Entry
from .tracing import continued
from .work import Work

E = TypeVar("E", bound=Event)
LONGEST = 60.0  # seconds between two attempts
UNLIMITED = -1  # retries that never end
log = logging.getLogger("consumer")
OUTCOMES = ("handled", "repeated", "dead", "unreadable")
HANDLED = Counter("consumer_events", "Events taken from a queue", ["queue", "outcome"])


@dataclass(frozen=True)
class Delivery(Generic[E]):
    """An event as a handler gets it; `work` commits its effect and the inbox entry together."""

    event: E
    sequence: int
    work: Work


@dataclass(frozen=True)
class Subscription(Generic[E]):
    """A queue, and what is done with the events in it."""

    queue: str
    event: type[E]
    handle: Callable[[Delivery[E]], Awaitable[object]]
    retries: int
    backoff: float
    dead_letter: bool = True
    idempotent: bool = True


class Consumer(Generic[E]):
    """Takes the events of one subscription."""

    def __init__(self, database: Database, subscription: Subscription[E]) -> None:
        self._database, self.subscription = database, subscription
        for outcome in OUTCOMES:  # each counts from nothing on: the first one is seen as well
            HANDLED.labels(subscription.queue, outcome)

    async def take(self, body: bytes) -> bool:
        """Handle an event; False if it belongs to the dead letters."""
        try:
            envelope = Envelope.model_validate_json(body)
            event = self.subscription.event.model_validate(envelope.data)
        except ValidationError as error:
            log.error("an event cannot be read", extra={"queue": self.subscription.queue, "reason": str(error)})
            return self._outcome("unreadable")
        name = f"{self.subscription.queue} process"
        with continued(name, envelope.traceparent, envelope.correlationid, SpanKind.CONSUMER):
            outcome = await self._attempts(envelope, event)
            fields = {"queue": self.subscription.queue, "event_id": envelope.id, "outcome": outcome}
            log.log(logging.ERROR if outcome == "dead" else logging.INFO, "an event was taken", extra=fields)
            return self._outcome(outcome)

    async def _attempts(self, envelope: Envelope, event: E) -> str:
        retries = self.subscription.retries
        for attempt in count() if retries == UNLIMITED else range(retries + 1):
            if attempt:
                pause = min(self.subscription.backoff * 2 ** min(attempt - 1, 20), LONGEST)
                await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            try:
                await self._handle(envelope, event)
            except AlreadyHandled:
                return "repeated"
            except Exception:
                fields = {"queue": self.subscription.queue, "event_id": envelope.id, "attempt": attempt + 1}
                log.warning("an event was not handled", exc_info=True, extra=fields)
            else:
                return "handled"
        return "dead"

    async def _handle(self, envelope: Envelope, event: E) -> None:
        entry = Entry(self.subscription.queue, envelope.id) if self.subscription.idempotent else None
        work = Work(self._database, entry, f"{self.subscription.queue}:{envelope.id}")
        if entry:
            async with work.read() as session:
                if await entry.made(session):
                    raise AlreadyHandled
        await self.subscription.handle(Delivery(event, envelope.sequence, work))
        if not work.committed:
            await work.commit(_nothing)

    def _outcome(self, outcome: str) -> bool:
        HANDLED.labels(self.subscription.queue, outcome).inc()
        return outcome in {"handled", "repeated"} or not self.subscription.dead_letter


async def _nothing(session: AsyncSession) -> None:
    """The handler changed nothing here; the inbox entry is all there is to commit."""
