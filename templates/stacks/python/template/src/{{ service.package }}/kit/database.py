"""The service's own database, SQLite or PostgreSQL: one writer, readers, and transactions that survive a lost race."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any, TypeVar, cast
from uuid import UUID

from sqlalchemy import URL, BigInteger, CursorResult, Enum, MetaData, Result, Uuid, event, make_url, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, declared_attr, mapped_column
from sqlalchemy.orm.exc import StaleDataError

from .columns import Connection, Exact, Milliseconds, UtcDateTime, now
from .problems import Problem, already_exists

if TYPE_CHECKING:
    from sqlalchemy.dialects.postgresql import Insert

T = TypeVar("T")
Effect = Callable[[AsyncSession], Awaitable[T]]

DRIVERS = {"sqlite": "sqlite+aiosqlite", "postgresql": "postgresql+asyncpg", "postgres": "postgresql+asyncpg"}
ATTEMPTS = 5
UNIQUE_VIOLATION = "23505"
LOST_RACES = {UNIQUE_VIOLATION, "40001", "40P01"}  # PostgreSQL: the last two are serialization failure and deadlock


class Base(DeclarativeBase):
    """Every table of the service."""

    metadata = MetaData(
        naming_convention={"ix": "ix_%(table_name)s_%(column_0_N_name)s", "uq": "uq_%(table_name)s_%(column_0_N_name)s"}
    )
    type_annotation_map = {  # noqa: RUF012
        UUID: Uuid(),
        int: BigInteger(),
        datetime: UtcDateTime(),
        Decimal: Exact(),
        timedelta: Milliseconds(),
        StrEnum: Enum(StrEnum, native_enum=False, length=40, values_callable=lambda kind: [one.value for one in kind]),
    }


class Kept:
    """What every entity has besides its own fields; `version_` makes a lost update impossible."""

    created_at: Mapped[datetime] = mapped_column(default=now)
    updated_at: Mapped[datetime] = mapped_column(default=now, onupdate=now)
    version_: Mapped[int] = mapped_column()

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version_}


class Database:
    """Sessions to read with, and `transact` to write."""

    def __init__(self, url: str) -> None:
        parsed = make_url(url)
        parsed = parsed.set(drivername=DRIVERS.get(parsed.drivername, parsed.drivername))
        if parsed.get_backend_name() == "sqlite":
            # SQLite has one writer: wait for one connection here, fairly, instead of in SQLite's busy loop.
            self._write = _sqlite(parsed, 1, "BEGIN IMMEDIATE")
            self._read = _sqlite(parsed, 4, "BEGIN")
        else:
            self._write = self._read = create_async_engine(parsed, pool_pre_ping=True)
        self._writing = async_sessionmaker(self._write, expire_on_commit=False)
        self.reading = async_sessionmaker(self._read, expire_on_commit=False)
        self.on_commit: list[Callable[[], None]] = []

    @property
    def engine(self) -> AsyncEngine:
        return self._write

    async def transact(self, effect: Effect[T]) -> T:
        """Run `effect` in a transaction of its own, and again from the start when another one came first."""
        clash = False
        for _ in range(ATTEMPTS):
            try:
                async with self._writing.begin() as session:
                    result = await effect(session)
            except (DBAPIError, StaleDataError) as error:
                if not _lost_race(error):
                    raise
                clash = _not_unique(error)
            else:
                for notify in self.on_commit:
                    notify()
                return result
        if clash:
            raise already_exists()
        raise Problem(409, "conflict", "Others are changing the same data; try again.")

    async def check(self) -> None:
        """Raise unless the database answers and has been migrated."""
        async with self.reading() as session:
            await session.execute(text("select version_num from alembic_version"))

    async def close(self) -> None:
        await self._write.dispose()
        await self._read.dispose()


async def insert_or_ignore(session: AsyncSession, table: type[Base], values: dict[str, Any]) -> bool:
    """Insert a row unless one with the same key exists; True if it was inserted."""
    return changed(await session.execute(insert(session, table).values(values).on_conflict_do_nothing())) == 1


def insert(session: AsyncSession, table: type[Base]) -> "Insert":
    """An INSERT that may say what to do on a conflict; PostgreSQL and SQLite say it alike."""
    dialect = import_module(f"sqlalchemy.dialects.{session.get_bind().dialect.name}")
    statement: Insert = dialect.insert(table)
    return statement


def changed(result: Result[Any]) -> int:
    """How many rows a statement touched."""
    return cast("CursorResult[Any]", result).rowcount


def _sqlite(url: URL, connections: int, begin: str) -> AsyncEngine:
    made = {"factory": Connection}
    engine = create_async_engine(url, pool_size=connections, max_overflow=0, connect_args=made)

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy says BEGIN, below
        cursor = connection.cursor()
        for pragma in ("journal_mode=WAL", "synchronous=NORMAL", "busy_timeout=5000", "foreign_keys=ON"):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def start(connection: Any) -> None:
        connection.exec_driver_sql(begin)

    return engine


def _lost_race(error: DBAPIError | StaleDataError) -> bool:
    if isinstance(error, StaleDataError):
        return True
    return _sqlstate(error) in LOST_RACES or _not_unique(error)


def _not_unique(error: DBAPIError | StaleDataError) -> bool:
    """Whether a row has what must be unique: one that came first, or one that was there all along."""
    if isinstance(error, StaleDataError):
        return False
    return _sqlstate(error) == UNIQUE_VIOLATION or "UNIQUE constraint failed" in str(error.orig)


def _sqlstate(error: DBAPIError) -> str | None:
    state: str | None = getattr(error.orig, "sqlstate", None)
    return state
