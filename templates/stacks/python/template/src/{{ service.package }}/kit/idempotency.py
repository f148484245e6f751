"""Idempotency-Key: a repeated request is answered as the first was, and has no second effect."""

import hashlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from fastapi import FastAPI, Request, Response
from pydantic import BaseModel
from sqlalchemy import LargeBinary, String, delete, update
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from .columns import now
from .database import Base, Database, changed, insert_or_ignore
from .problems import MEDIA_TYPE, Problem, answer
from .request import within
from .work import Work

KEPT = timedelta(hours=24)
CLAIM = 60.0  # seconds a request may take before another may have its key; fewer when its caller waits no longer


class IdempotencyRow(Base):
    """A key that a caller used on an operation: claimed, and then with its answer."""

    __tablename__ = "idempotency"

    caller: Mapped[str] = mapped_column(String(200), primary_key=True)
    operation: Mapped[str] = mapped_column(String(80), primary_key=True)
    key: Mapped[str] = mapped_column(String(255), primary_key=True)
    fingerprint: Mapped[str] = mapped_column(String(64))
    claim: Mapped[UUID]
    expires_at: Mapped[datetime | None] = mapped_column(index=True)
    status: Mapped[int | None]
    body: Mapped[bytes | None] = mapped_column(LargeBinary)


class Replayed(Exception):
    """The request has been answered before."""

    def __init__(self, status: int, body: bytes) -> None:
        super().__init__(status)
        self.status, self.body = status, body


class Claim:
    """This request's hold on its key; the answer is stored in the transaction of its effect."""

    def __init__(self, row: IdempotencyRow, status: int) -> None:
        self._status = status
        # A saga asks again for as long as it lives; its keys, `<saga>:<step>`, do not expire.
        self._kept = row.caller.startswith("service:") and ":" in row.key
        self._mine = (
            IdempotencyRow.caller == row.caller,
            IdempotencyRow.operation == row.operation,
            IdempotencyRow.key == row.key,
            IdempotencyRow.claim == row.claim,
        )

    async def before(self, session: AsyncSession) -> None:
        """Nothing: the key was claimed before the work began."""

    async def after(self, session: AsyncSession, answer: object) -> None:
        body = answer.model_dump_json().encode() if isinstance(answer, BaseModel) else b""
        await self.store(session, self._status, body)

    async def store(self, session: AsyncSession, status: int, body: bytes) -> None:
        """Keep the answer, unless another request has taken the key over."""
        final = {"status": status, "body": body, "expires_at": None if self._kept else now() + KEPT}
        if not changed(await session.execute(update(IdempotencyRow).where(*self._mine).values(final))):
            raise _in_progress()

    async def release(self, session: AsyncSession) -> None:
        await session.execute(delete(IdempotencyRow).where(*self._mine))


@asynccontextmanager
async def once(
    request: Request, caller: str, operation: str, *, status: int, required: bool = True
) -> AsyncIterator[Work]:
    """The work of one request; raises Replayed if its key has an answer. `status` is that of success."""
    database: Database = request.app.state.database
    key = request.headers.get("Idempotency-Key")
    if not key:
        if required:
            raise Problem(400, "key-missing", "Send an Idempotency-Key header, such as a new UUID.")
        yield Work(database)
        return
    claim = Claim(await _claimed(database, caller, operation, key, await _fingerprint(request)), status)
    work = Work(database, claim, key)
    try:
        yield work
    except Problem as problem:
        refusal = answer(problem, request)
        if refusal.status_code < 500:
            await database.transact(lambda session: claim.store(session, refusal.status_code, bytes(refusal.body)))
        else:
            await database.transact(claim.release)
        raise
    except Exception:
        await database.transact(claim.release)
        raise
    if not work.committed:
        await database.transact(claim.release)


async def _claimed(database: Database, caller: str, operation: str, key: str, fingerprint: str) -> IdempotencyRow:
    identity = {"caller": caller, "operation": operation, "key": key[:255]}
    mine = {**identity, "fingerprint": fingerprint, "claim": uuid4()}

    async def claim(session: AsyncSession) -> IdempotencyRow:
        await session.execute(delete(IdempotencyRow).where(IdempotencyRow.expires_at < now()))
        ends = now() + timedelta(seconds=within(CLAIM))
        await insert_or_ignore(session, IdempotencyRow, {**mine, "expires_at": ends})
        return await session.get_one(IdempotencyRow, identity)

    row = await database.transact(claim)
    if row.fingerprint != fingerprint:
        raise Problem(422, "key-reused", "This Idempotency-Key came with another request before.")
    if row.status is not None:
        raise Replayed(row.status, row.body or b"")
    if row.claim != mine["claim"]:
        raise _in_progress()
    return row


async def _fingerprint(request: Request) -> str:
    line = f"{request.method} {request.url.path}?{request.url.query}\n"
    return hashlib.sha256(line.encode() + await request.body()).hexdigest()


def _in_progress() -> Problem:
    return Problem(409, "in-progress", "A request with this Idempotency-Key is being worked on.")


def install(app: FastAPI) -> None:
    """Answer a replayed request from the store."""

    @app.exception_handler(Replayed)
    async def replayed(request: Request, error: Replayed) -> Response:
        media_type = MEDIA_TYPE if error.status >= 400 else "application/json"
        return Response(error.body, error.status, {"Idempotent-Replayed": "true"}, media_type if error.body else None)
