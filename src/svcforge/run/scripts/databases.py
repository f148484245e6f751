"""Makes a PostgreSQL database for each service, owned by a role of its own.

Standard input is `{"url": ..., "databases": {name: password}}`; `url` is of a role that may create both.
"""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from typing import Any


async def make(url: str, databases: dict[str, str]) -> None:
    """Databases and roles that are there already are kept, with the password given."""
    # Lives in the environment that runs this file, not in svcforge's own.
    driver = importlib.import_module("asyncpg")
    try:
        connection = await driver.connect(url, timeout=10)
    except (driver.PostgresError, driver.InterfaceError, OSError, ValueError, TimeoutError) as error:
        sys.exit(f"cannot connect to PostgreSQL: {error!r}")
    try:
        for name, password in databases.items():
            await one(connection, name, password)
    except driver.PostgresError as error:
        sys.exit(f"PostgreSQL refuses: {error!r}")
    finally:
        await connection.close()


async def one(connection: Any, name: str, password: str) -> None:
    """A role and a database, both called `name`; nobody else may connect to it."""
    quoted = '"' + name.replace('"', '""') + '"'
    secret = "'" + password.replace("'", "''") + "'"
    there = await connection.fetchval("SELECT 1 FROM pg_roles WHERE rolname = $1", name)
    await connection.execute(f"{'ALTER' if there else 'CREATE'} ROLE {quoted} LOGIN PASSWORD {secret}")
    if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
        # Who gives a database to a role must be a member of it.
        await connection.execute(f"GRANT {quoted} TO CURRENT_USER")
        await connection.execute(f"CREATE DATABASE {quoted} OWNER {quoted}")
        await connection.execute(f"REVOKE ALL ON DATABASE {quoted} FROM PUBLIC")


if __name__ == "__main__":
    asked = json.load(sys.stdin)
    asyncio.run(make(asked["url"], asked["databases"]))
