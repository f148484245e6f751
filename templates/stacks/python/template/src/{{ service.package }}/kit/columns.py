"""Column types that mean the same on SQLite and PostgreSQL."""

import sqlite3
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import JSON, TEXT, BigInteger, DateTime, Dialect, Numeric, Text
from sqlalchemy.types import TypeDecorator, TypeEngine


def now() -> datetime:
    """The present in UTC."""
    return datetime.now(UTC)


class UtcDateTime(TypeDecorator[datetime]):
    """A point in time. SQLite forgets the zone, so UTC is given back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


DECIMAL = Text(collation="decimal")
"""How SQLite keeps a decimal, of which it would make a float: as text that is compared as the number it is."""


class Connection(sqlite3.Connection):
    """A connection that can compare decimals."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **options)
        self.create_collation("decimal", lambda one, other: int(Decimal(one).compare(Decimal(other))))


def _reflected(_inspector: object, _table: object, column: dict[str, Any]) -> None:
    if type(column["type"]) is TEXT:
        column["type"] = DECIMAL


AS_THEY_ARE: dict[str, Any] = {"listeners": [("column_reflect", _reflected)]}
"""For migrations that make a table anew: SQLite does not tell how a column is compared; only decimals are TEXT."""


class Exact(TypeDecorator[Decimal]):
    """A decimal without rounding."""

    impl = Numeric
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        return dialect.type_descriptor(DECIMAL if dialect.name == "sqlite" else Numeric())

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        return str(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        return None if value is None else Decimal(value)


class Milliseconds(TypeDecorator[timedelta]):
    """A duration, in whole milliseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        return None if value is None else value // timedelta(milliseconds=1)

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:
        return None if value is None else timedelta(milliseconds=value)


class Document(TypeDecorator[Any]):
    """A value object, or a list of them, as JSON."""

    impl = JSON
    cache_ok = True

    def __init__(self, kind: Any) -> None:
        super().__init__()
        self.kind = kind
        self._adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def process_bind_param(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self._adapter.dump_python(value, mode="json")

    def process_result_value(self, value: Any, dialect: Dialect) -> Any:
        return None if value is None else self._adapter.validate_python(value)
