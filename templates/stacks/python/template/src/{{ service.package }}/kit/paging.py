"""Lists a page at a time, newest first; the cursor says where the next page begins."""

import base64
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy import Select, and_, or_
from sqlalchemy.ext.asyncio import AsyncSession

from .problems import Problem

T = TypeVar("T")
LIMIT = 20
MOST = 100


async def paged(
    session: AsyncSession,
    rows: Select[T],
    kind: Any,
    ids: Sequence[Any] | None,
    limit: int | None,
    cursor: str | None,
) -> tuple[Sequence[T], str | None]:
    """Up to `limit` rows of the entity `kind`, and the cursor of the page after them, if there is one."""
    limit = limit or (LIMIT if ids is None else MOST)
    if ids is not None:
        rows = rows.where(kind.id.in_(ids))
    if cursor:
        at, key = _read(cursor, kind)
        rows = rows.where(or_(kind.created_at < at, and_(kind.created_at == at, kind.id < key)))
    rows = rows.order_by(kind.created_at.desc(), kind.id.desc()).limit(limit + 1)
    found = (await session.scalars(rows)).all()
    return found[:limit], _write(found[limit - 1]) if len(found) > limit else None


def _write(row: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps([row.created_at.isoformat(), str(row.id)]).encode()).decode()


def _read(cursor: str, kind: Any) -> tuple[datetime, UUID | str]:
    try:
        at, key = json.loads(base64.urlsafe_b64decode(cursor))
        return datetime.fromisoformat(at), kind.id.type.python_type(key)
    except (ValueError, TypeError) as error:
        raise Problem(422, "validation", "The cursor is not one of ours.") from error
