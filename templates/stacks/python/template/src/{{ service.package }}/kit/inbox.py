"""Inbox: an event that comes twice is handled once."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from .columns import now
from .database import Base, insert_or_ignore


class InboxRow(Base):
    """An event that a consumer has handled."""

    __tablename__ = "inbox"

    consumer: Mapped[str] = mapped_column(String(120), primary_key=True)
    event_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(default=now)


class AlreadyHandled(Exception):
    """The event was handled before, and its effect stands."""


class Entry:
    """Marks an event as handled in the transaction of its effect."""

    def __init__(self, consumer: str, event_id: str) -> None:
        self._identity = {"consumer": consumer, "event_id": event_id}

    async def made(self, session: AsyncSession) -> bool:
        """True if the event was handled before, so that nothing needs to be begun."""
        return await session.get(InboxRow, self._identity) is not None

    async def before(self, session: AsyncSession) -> None:
        if not await insert_or_ignore(session, InboxRow, {**self._identity, "received_at": now()}):
            raise AlreadyHandled

    async def after(self, session: AsyncSession, answer: object) -> None:
        """Nothing more to remember."""
