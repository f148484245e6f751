"""A unit of work: what an operation changes, committed once, with what its caller must remember about it."""

from contextlib import AbstractAsyncContextManager
from typing import Protocol, TypeVar
from uuid import uuid4

from fastapi import Request
from sqlalchemy.ext.asyncio import AsyncSession

from .database import Database, Effect

T = TypeVar("T")


class Companion(Protocol):
    """What is stored in the same transaction: an idempotent answer, an inbox entry, a saga's progress."""

    async def before(self, session: AsyncSession) -> None: ...

    async def after(self, session: AsyncSession, answer: object) -> None: ...


class Work:
    """Handed to an operation by whoever calls it: the API, a consumer or a saga."""

    def __init__(self, database: Database, companion: Companion | None = None, key: str | None = None) -> None:
        self._database, self._companion = database, companion
        self.key = key or str(uuid4())
        self.committed = False
        self.replaced = False

    def read(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A session to read with; close it before calling another service."""
        return self._database.reading()

    async def commit(self, effect: Effect[T]) -> T:
        """Run `effect` in the one transaction; it may run again, so it calls no other service."""

        async def together(session: AsyncSession) -> T:
            if self._companion:
                await self._companion.before(session)
            answer = await effect(session)
            await session.flush()
            if self._companion:
                await self._companion.after(session, answer)
            return answer

        answer = await self._database.transact(together)
        self.committed = True
        return answer


def plain(request: Request) -> Work:
    """The work of a request whose effect is all there is to store."""
    return Work(request.app.state.database)
