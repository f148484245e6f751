"""Transactional outbox: events are rows of the business transaction; one relay publishes them in order."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from itertools import groupby
from operator import attrgetter

from prometheus_client import Counter, Gauge
from sqlalchemy import BigInteger, Integer, LargeBinary, String, delete, func, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from .columns import now
from .database import Base, Database, insert
from .events import Envelope, Event, envelope, subject_of

log = logging.getLogger("outbox")
PENDING = Gauge("outbox_pending", "Events waiting to be published")
OLDEST = Gauge("outbox_oldest_seconds", "How long the oldest of them has waited")
PUBLISHED = Counter("outbox_published", "Events published", ["type"])
BATCH = 200
POLL = 1.0  # seconds; a commit wakes the relay at once


class OutboxRow(Base):
    """An event waiting to be published."""

    __tablename__ = "outbox"

    id: Mapped[int] = mapped_column(BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True)
    event_id: Mapped[str] = mapped_column(String(36))
    type: Mapped[str] = mapped_column(String(200))
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[bytes] = mapped_column(LargeBinary)


class SequenceRow(Base):
    """The number of a subject's last event."""

    __tablename__ = "outbox_sequence"

    subject: Mapped[str] = mapped_column(String(200), primary_key=True)
    last: Mapped[int]


async def emit(session: AsyncSession, event: Event) -> None:
    """Publish `event` when, and only if, the transaction commits."""
    sent = envelope(event, await _next(session, subject_of(event)))
    body = sent.model_dump_json(exclude_none=True).encode()
    session.add(OutboxRow(event_id=sent.id, type=sent.type, subject=sent.subject, body=body))


async def _next(session: AsyncSession, subject: str) -> int:
    first = insert(session, SequenceRow).values(subject=subject, last=1)
    counted = first.on_conflict_do_update(index_elements=["subject"], set_={"last": SequenceRow.last + 1})
    return (await session.scalars(counted.returning(SequenceRow.last))).one()


Publish = Callable[[str, str, bytes], Awaitable[None]]  # type, id, body


class Relay:
    """Publishes what is in the outbox and deletes what the broker has confirmed: at least once, in order."""

    def __init__(self, database: Database, publish: Publish) -> None:
        self._database, self._publish = database, publish
        self._committed = asyncio.Event()
        database.on_commit.append(self._committed.set)

    async def run(self) -> None:
        while True:
            self._committed.clear()
            try:
                while await self.flush():
                    pass
            except Exception as error:
                log.warning("the outbox waits", extra={"reason": str(error) or type(error).__name__})
                await asyncio.sleep(POLL)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._committed.wait(), POLL)

    async def flush(self) -> int:
        """Publish a batch; the number of events that were confirmed."""
        async with self._database.reading() as session:
            if not await _alone(session):
                return 0
            rows = (await session.scalars(select(OutboxRow).order_by(OutboxRow.id).limit(BATCH))).all()
            by_subject = groupby(sorted(rows, key=attrgetter("subject")), key=attrgetter("subject"))
            sent = await asyncio.gather(*(self._in_order(list(group)) for _, group in by_subject))
            confirmed = [row for rows, _ in sent for row in rows]
            if confirmed:
                await self._delete([row.id for row in confirmed])
        for row in confirmed:
            PUBLISHED.labels(row.type).inc()
        if failure := next((error for _, error in sent if error), None):
            raise failure
        return len(confirmed)

    async def _in_order(self, rows: Sequence[OutboxRow]) -> tuple[list[OutboxRow], Exception | None]:
        confirmed: list[OutboxRow] = []
        for row in rows:
            try:
                await self._publish(row.type, row.event_id, row.body)
            except Exception as error:
                return confirmed, error
            confirmed.append(row)
        return confirmed, None

    async def _delete(self, ids: list[int]) -> None:
        await self._database.transact(lambda session: session.execute(delete(OutboxRow).where(OutboxRow.id.in_(ids))))

    async def count(self) -> None:
        """Bring the gauges of waiting events up to date."""
        async with self._database.reading() as session:
            PENDING.set(await session.scalar(select(func.count()).select_from(OutboxRow)) or 0)
            oldest = await session.scalar(select(OutboxRow.body).order_by(OutboxRow.id).limit(1))
        sent = Envelope.model_validate_json(oldest).time if oldest else now()
        OLDEST.set((now() - sent).total_seconds())


async def _alone(session: AsyncSession) -> bool:
    """True if no other replica relays; the lock ends with the reading session."""
    if session.get_bind().dialect.name != "postgresql":
        return True
    return bool(await session.scalar(select(func.pg_try_advisory_xact_lock(func.hashtext("outbox")))))
