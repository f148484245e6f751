"""Brings the database up to the last migration."""

import asyncio
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from .database import Database


def migrate(url: str, folder: Path) -> None:
    """Apply what is missing; does not even load Alembic when nothing is and all migrations are svcforge's."""
    names = [path.stem.partition("_") for path in (folder / "versions").glob("*.py")]
    own = any(len(number) != 4 or not number.isdecimal() for number, _, _ in names)
    asyncio.run(_migrate(Database(url), folder, None if own else max(number for number, _, _ in names)))


async def _migrate(database: Database, folder: Path, last: str | None) -> None:
    try:
        if last is None or await _current(database) != last:
            await upgrade(database, folder)
    finally:
        await database.close()


async def upgrade(database: Database, folder: Path) -> None:
    """Apply what is missing."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(folder).replace("%", "%%"))
    async with database.engine.begin() as connection:

        def run(sync: object) -> None:
            config.attributes["connection"] = sync
            command.upgrade(config, "head")

        await connection.run_sync(run)


async def _current(database: Database) -> str | None:
    try:
        async with database.reading() as session:
            version: str | None = await session.scalar(text("select version_num from alembic_version"))
            return version
    except DBAPIError:
        return None
