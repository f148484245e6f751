"""Copies: a local read model of others' data, kept by their events, in which no older event undoes a newer one."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy import JSON
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from .columns import now
from .consumer import Delivery
from .database import Kept
from .events import subject_of

C = TypeVar("C", bound="Copied")


class Copied(Kept):
    """What every copy has besides its fields. `writers_` says which event wrote each field last.

    A row is `present_` from the first event of its subject on, until one drops it.
    """

    writers_: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    present_: Mapped[bool] = mapped_column(default=False)


async def keep(
    session: AsyncSession,
    kind: type[C],
    key: Any,
    delivery: Delivery[Any],
    values: Mapping[str, Any],
    *,
    present: bool | None = None,
) -> None:
    """Write `values` to the row of `key`, but for the fields that a newer event has written."""
    row = await session.get(kind, key, with_for_update=True)
    if row is None:
        new: Callable[..., C] = kind
        row = new(id=key, writers_={}, present_=False)
        session.add(row)
    if present is not None:
        values = {**values, "present_": present}
    writer = f"{delivery.event.SOURCE}/{subject_of(delivery.event)}"
    newer = {name: value for name, value in values.items() if _newer(row.writers_.get(name), writer, delivery.sequence)}
    for name, value in newer.items():
        setattr(row, name, value)
    row.writers_ = {**row.writers_, **{name: [writer, delivery.sequence] for name in newer}}
    row.updated_at = now()


def _newer(last: list[Any] | None, writer: str, sequence: int) -> bool:
    return last is None or last[0] != writer or last[1] < sequence
