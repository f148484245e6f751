"""Runs sagas: takes those that are due under a lease, one step after the other, until all is done or all is undone."""

import asyncio
import logging
import random
from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from prometheus_client import Counter, Gauge
from pydantic import BaseModel
from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from .breaker import CircuitOpen
from .columns import now
from .database import Database, changed
from .problems import Problem
from .saga import ACTIVE, NOT_YET, Attempt, Saga, SagaRow, Status
from .tracing import continued
from .work import Work

POLL = 0.5  # seconds; a commit wakes the runner at once
MOST = 50  # sagas in hand at a time
FIRST, LONGEST = 0.2, 30.0  # seconds between two attempts, doubled from one to the other
OPEN_PAUSE = 1.0  # seconds to wait for a breaker
STUCK = 10  # attempts at one step: some minutes
log = logging.getLogger("saga")
RUNNING = Gauge("saga_active", "Sagas that are neither done nor undone", ["saga"])
HELD_UP = Gauge("saga_stuck", f"Those of them whose step has failed {STUCK} times or more", ["saga"])
ENDED = Counter("saga_ended", "Sagas that came to an end", ["saga", "outcome"])
UNDO_FAILED = Counter("saga_undo_failed", "Attempts to undo a step that failed: alert on it", ["saga", "step"])


class LeaseLost(Exception):
    """Another replica has taken the saga over."""


class Progress:
    """Stores a step's outcome in the transaction of its effect."""

    def __init__(self, row: SagaRow, saga: Saga[Any], step: str, owner: UUID) -> None:
        self._row, self._saga, self._step, self._owner = row, saga, step, owner

    async def before(self, session: AsyncSession) -> None:
        """Nothing: the lease is checked when the progress is stored."""

    async def after(self, session: AsyncSession, answer: object) -> None:
        answers = self._row.answers
        if isinstance(answer, BaseModel):
            answers = {**answers, self._step: answer.model_dump(mode="json")}
        status, position = self._saga.after_yes(self._row)
        await self.store(session, status, position, answers=answers, error=self._row.error)

    async def store(self, session: AsyncSession, status: Status, position: int, **values: Any) -> None:
        lease = now() + timedelta(seconds=self._saga.lease)
        values = {"attempts": 0, "refusals": 0, "due_at": lease, **values, "status": status, "position": position}
        mine = update(SagaRow).where(SagaRow.id == self._row.id, SagaRow.owner == self._owner)
        if not changed(await session.execute(mine.values(values))):
            raise LeaseLost


class SagaRunner:
    """A saga whose replica died is due again when its lease ends."""

    def __init__(self, database: Database, sagas: Sequence[Saga[Any]]) -> None:
        self._database, self._sagas = database, {saga.name: saga for saga in sagas}
        self._owner = uuid4()
        self._driving: dict[UUID, asyncio.Task[None]] = {}
        self._committed = asyncio.Event()
        database.on_commit.append(self._committed.set)
        for saga in sagas:  # each counts from nothing on: the first one is seen as well
            for outcome in (Status.DONE, Status.UNDONE):
                ENDED.labels(saga.name, outcome)
            for undo in ("undo", *(f"{step.name}.undo" for step in saga.steps if step.undo)):
                UNDO_FAILED.labels(saga.name, undo)

    async def run(self) -> None:
        while True:
            self._committed.clear()
            with suppress(Exception):
                for due in await self.claim():
                    self._driving[due] = asyncio.create_task(self._drive_aside(due))
            with suppress(TimeoutError):
                await asyncio.wait_for(self._committed.wait(), POLL)

    async def stop(self) -> None:
        """Let go of the sagas in hand, so that another replica goes on at once."""
        for task in (tasks := list(self._driving.values())):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        mine = update(SagaRow).where(SagaRow.owner == self._owner, SagaRow.status.in_(ACTIVE))
        await self._database.transact(lambda session: session.execute(mine.values(owner=None, due_at=now())))

    async def claim(self) -> Sequence[UUID]:
        """Take what is due under this replica's lease."""
        due = (SagaRow.status.in_(ACTIVE), SagaRow.due_at <= now(), SagaRow.name.in_(self._sagas))
        async with self._database.reading() as session:
            oldest = select(SagaRow.id).where(*due).order_by(SagaRow.due_at)
            ids = (await session.scalars(oldest.limit(MOST - len(self._driving)))).all()
        if not ids:
            return []
        lease = now() + timedelta(seconds=max(saga.lease for saga in self._sagas.values()))
        claim = update(SagaRow).where(SagaRow.id.in_(ids), *due).values(owner=self._owner, due_at=lease)

        async def effect(session: AsyncSession) -> Sequence[UUID]:
            return (await session.scalars(claim.returning(SagaRow.id))).all()

        return await self._database.transact(effect)

    async def _drive_aside(self, id: UUID) -> None:
        try:
            await self.drive(id)
        finally:
            del self._driving[id]

    async def drive(self, id: UUID) -> None:
        """Go on with a saga that this replica has claimed, until it ends or has to wait."""
        try:
            while await self._advance(id):
                pass
        except LeaseLost:
            log.info("another replica goes on", extra={"saga_id": id})
        except Exception:
            log.exception("a saga waits for its lease to end", extra={"saga_id": id})

    async def _advance(self, id: UUID) -> bool:
        """Take one step; True if the next may follow at once."""
        async with self._database.reading() as session:
            row = await session.get_one(SagaRow, id)
        saga = self._sagas[row.name]
        step, action = saga.action(row)
        progress = Progress(row, saga, step, self._owner)
        with continued(f"{saga.name} {step}", row.traceparent, row.correlation_id):
            key = f"{row.id}:{step}" + (f"~{row.refusals}" if row.refusals else "")
            work = Work(self._database, progress, key)
            try:
                attempt = Attempt(key, work, row.answers)
                answer = await action(saga.trigger.model_validate(row.trigger), attempt) if action else None
                if not work.committed:
                    await work.commit(_returning(answer))
            except LeaseLost:
                raise
            except Exception as error:
                return await self._not_done(row, saga, step, progress, error)
            return self._went_on(saga, step, row, *saga.after_yes(row))

    async def _not_done(self, row: SagaRow, saga: Saga[Any], step: str, progress: Progress, error: Exception) -> bool:
        refused = isinstance(error, Problem) and error.status < 500 and error.slug not in NOT_YET
        after = saga.after_no(row, error) if refused and isinstance(error, Problem) else None
        reason = str(error) or type(error).__name__
        if after:
            kept = row.error if row.status is Status.UNDOING else f"{step}: {reason}"
            await self._database.transact(lambda session: progress.store(session, *after, error=kept))
            return self._went_on(saga, step, row, *after)
        if row.status is Status.UNDOING:
            UNDO_FAILED.labels(saga.name, step).inc()
        waits = {
            "attempts": row.attempts + (not isinstance(error, CircuitOpen)),
            "refusals": row.refusals + refused,
            "error": f"{step}: {reason}",
            "due_at": now() + timedelta(seconds=_pause(row.attempts, error)),
        }
        status = row.status if refused or isinstance(error, CircuitOpen) else saga.after_silence(row)
        await self._database.transact(lambda session: progress.store(session, status, row.position, **waits))
        fields = {"saga": saga.name, "saga_id": row.id, "step": step, "status": status, "reason": reason}
        log.warning("a step is not done", extra=fields)
        return False

    def _went_on(self, saga: Saga[Any], step: str, row: SagaRow, status: Status, position: int) -> bool:
        fields = {"saga": saga.name, "saga_id": row.id, "step": step, "status": status, "position": position}
        log.info("a saga went on", extra=fields)
        if status not in ACTIVE:
            ENDED.labels(saga.name, status).inc()
        return status in ACTIVE

    async def count(self) -> None:
        """Bring the gauges of active sagas up to date."""
        stuck = func.count().filter(SagaRow.attempts >= STUCK)
        active = select(SagaRow.name, func.count(), stuck).where(SagaRow.status.in_(ACTIVE)).group_by(SagaRow.name)
        async with self._database.reading() as session:
            counts = {row[0]: (row[1], row[2]) for row in await session.execute(active)}
        for name in self._sagas:
            for gauge, count in zip((RUNNING, HELD_UP), counts.get(name, (0, 0)), strict=True):
                gauge.labels(name).set(count)


def _pause(attempts: int, error: Exception) -> float:
    if isinstance(error, CircuitOpen):
        return OPEN_PAUSE
    return min(FIRST * 2.0**attempts, LONGEST) * random.uniform(0.5, 1.5)


def _returning(answer: BaseModel | None) -> Any:
    async def effect(session: AsyncSession) -> BaseModel | None:
        return answer

    return effect
