"""Real servers named in the environment: what they must hold before services connect to them."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit

from svcforge import process
from svcforge.errors import SvcforgeError
from svcforge.run import scripts
from svcforge.run.environments import Environment

AMQP_URL = "SVCFORGE_AMQP_URL"
POSTGRES_URL = "SVCFORGE_POSTGRES_URL"

DRIVERS = {AMQP_URL: ("pika>=1.3.2,<2",), POSTGRES_URL: ("asyncpg>=0.30,<1",)}
"""What to install where a real server is named: the small programs of `scripts` speak through these."""

_TIME_LIMIT = 60.0


async def declare(url: str, definitions: Path, driver: Environment) -> None:
    """Declare on a real broker what `definitions` holds; raises SvcforgeError when that fails."""
    try:
        held = json.loads(definitions.read_bytes())
    except (OSError, ValueError) as error:
        raise SvcforgeError(f'cannot read "{definitions}": {error}', "run `svcforge generate` again") from None
    await _script("declare.py", {"url": url, "definitions": held}, driver, AMQP_URL)


async def make_databases(url: str, passwords: Mapping[str, str], driver: Environment) -> None:
    """Make a database and a role of each name on a real server; raises SvcforgeError when that fails."""
    await _script("databases.py", {"url": url, "databases": dict(passwords)}, driver, POSTGRES_URL)


def role(system: str, database: str) -> str:
    """The name of a service's database and role on a server that other systems may use too."""
    # PostgreSQL cuts names off after 63 bytes.
    return re.sub(r"[^a-z0-9]+", "_", f"{system}_{database}".lower())[:63]


def database_url(url: str, name: str, password: str) -> str:
    """The server's address for one role and its database; options such as `sslmode` are kept."""
    parts = urlsplit(url)
    place = parts.netloc.rpartition("@")[2]
    return urlunsplit(("postgresql", f"{quote(name, '')}:{quote(password, '')}@{place}", f"/{name}", parts.query, ""))


async def _script(name: str, asked: Mapping[str, object], driver: Environment, variable: str) -> None:
    file = Path(scripts.__file__).with_name(name)
    # What is asked holds passwords: other users of the machine see command lines.
    given = json.dumps(asked).encode()
    command: list[str | Path] = [driver.programs / "python", "-I", file]
    done = await asyncio.to_thread(process.run, command, timeout=_TIME_LIMIT, stdin=given)
    if not done.ok:
        raise SvcforgeError(
            f'the server that "{variable}" names cannot be used: {done.err.strip()}',
            f"start it, correct the address, or unset {variable}",
            exit_code=1,
        )
