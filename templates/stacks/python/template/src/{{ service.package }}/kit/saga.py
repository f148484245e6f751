"""Sagas: steps over several services, kept in a durable log, and undone when one of them says no."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Generic, TypeVar
from uuid import UUID, uuid4

from pydantic import BaseModel
from sqlalchemy import JSON, String, Text
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from .columns import now
from .database import Base
from .logs import correlation
from .problems import Problem
from .tracing import traceparent
from .work import Work

D = TypeVar("D", bound=BaseModel)
A = TypeVar("A", bound=BaseModel)


class Status(StrEnum):
    """`lost`: a step was silent for too long; it is asked until it answers, and then all is undone."""

    RUNNING = "running"
    LOST = "lost"
    UNDOING = "undoing"
    DONE = "done"
    UNDONE = "undone"


ACTIVE = (Status.RUNNING, Status.LOST, Status.UNDOING)
NOT_YET = {"in-progress", "conflict"}  # neither yes nor no: the same is being worked on, perhaps by an earlier attempt


class SagaRow(Base):
    """Where a saga stands; `position` counts the steps that are done and not undone."""

    __tablename__ = "saga"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    trigger: Mapped[dict[str, Any]] = mapped_column(JSON)
    answers: Mapped[dict[str, Any]] = mapped_column(JSON)
    status: Mapped[Status]
    position: Mapped[int]
    attempts: Mapped[int]
    refusals: Mapped[int]
    error: Mapped[str | None] = mapped_column(Text)
    owner: Mapped[UUID | None]
    due_at: Mapped[datetime] = mapped_column(index=True)
    traceparent: Mapped[str | None] = mapped_column(String(60))
    correlation_id: Mapped[str | None] = mapped_column(String(128))


def begin(session: AsyncSession, name: str, trigger: BaseModel) -> None:
    """Start the saga `name` when, and only if, the transaction commits."""
    row = SagaRow(
        id=uuid4(),
        name=name,
        trigger=trigger.model_dump(mode="json"),
        answers={},
        status=Status.RUNNING,
        position=0,
        attempts=0,
        refusals=0,
        due_at=now(),
        traceparent=traceparent(),
        correlation_id=correlation.get(),
    )
    session.add(row)


@dataclass(frozen=True)
class Attempt:
    """One try at a step. `key` is the same in every try, so that the other side sees one request."""

    key: str
    work: Work
    answers: dict[str, Any]

    def answer(self, step: str, kind: type[A]) -> A:
        """What an earlier step answered."""
        return kind.model_validate(self.answers[step])


Action = Callable[[D, Attempt], Awaitable[BaseModel | None]]


@dataclass(frozen=True)
class Step(Generic[D]):
    """`do` and `undo` may be asked more than once; after a `pivot` is done there is no way back."""

    name: str
    do: Action[D]
    undo: Action[D] | None = None
    pivot: bool = False


@dataclass(frozen=True)
class Saga(Generic[D]):
    """`undo` comes last, when all steps are undone. `lease` in seconds is longer than any step takes."""

    name: str
    trigger: type[D]
    steps: tuple[Step[D], ...]
    undo: Action[D] | None = None
    attempts: int = 10
    lease: float = 30.0

    def action(self, row: SagaRow) -> tuple[str, Action[D] | None]:
        """What comes next, and by which name."""
        if row.status is not Status.UNDOING:
            step = self.steps[row.position]
            return step.name, step.do
        if row.position:
            step = self.steps[row.position - 1]
            return f"{step.name}.undo", step.undo
        return "undo", self.undo

    def after_yes(self, row: SagaRow) -> tuple[Status, int]:
        """Status and position once the action has succeeded."""
        if row.status is Status.UNDOING:
            return (Status.UNDOING, row.position - 1) if row.position else (Status.UNDONE, 0)
        done = row.position + 1
        if row.status is Status.LOST:
            return Status.UNDOING, done
        return (Status.DONE if done == len(self.steps) else Status.RUNNING), done

    def after_no(self, row: SagaRow, problem: Problem) -> tuple[Status, int] | None:
        """Status and position once the action was refused; None if it must be tried again."""
        if row.status is Status.UNDOING:
            nothing_to_undo = problem.status == 404 or problem.slug == "wrong-state"
            return self.after_yes(row) if nothing_to_undo else None
        return None if self._past_pivot(row) else (Status.UNDOING, row.position)

    def after_silence(self, row: SagaRow) -> Status:
        """Status once the action has had no answer."""
        given_up = row.status is Status.RUNNING and row.attempts + 1 >= self.attempts and self._can_turn_back(row)
        return Status.LOST if given_up else row.status

    def _past_pivot(self, row: SagaRow) -> bool:
        return any(step.pivot for step in self.steps[: row.position])

    def _can_turn_back(self, row: SagaRow) -> bool:
        step, last = self.steps[row.position], row.position == len(self.steps) - 1
        return not (self._past_pivot(row) or step.pivot or (last and step.undo is None))
