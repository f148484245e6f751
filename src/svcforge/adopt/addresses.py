"""Whom a value of the configuration names: hosts in URLs, JDBC and ADO strings, `host:port` lists, bare names."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

LONGEST = 4096
"""Characters of a value that are looked at."""


@dataclass(frozen=True, slots=True)
class Address:
    """A host that a value names. `text` is the address as written, without what comes before an @ in it.

    `bare`: a lone word that may be no host at all; `credentials`: a user with a password stands in it.
    """

    host: str
    scheme: str | None = None
    schema: str | None = None
    text: str = ""
    bare: bool = False
    credentials: bool = False


_URL = re.compile(
    r"(?P<scheme>[A-Za-z][A-Za-z0-9+.:-]{0,40}?)://(?:(?P<user>[^/@\s\"']*)@)?"
    r"(?P<hosts>[A-Za-z0-9_.:,-]+)(?:/(?P<path>[A-Za-z0-9_.~$%/-]*))?(?P<rest>[;?][^\s\"']*)?"
)
_PAIR = re.compile(r"(?P<key>[A-Za-z][A-Za-z _]{0,30}?)\s*=\s*(?P<value>[^;]*)")
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9_.-]*[A-Za-z0-9])?")
_LIST = re.compile(rf"{_HOST.pattern}:\d{{1,5}}(?:/\S*)?(?:,\s*{_HOST.pattern}:\d{{1,5}}(?:/\S*)?)*")
_SERVER = ("server", "data source", "host", "address", "addr")
_DATABASE = ("database", "initial catalog", "databasename", "dbname")
DATABASES = ("jdbc", "mysql", "postgres", "postgresql", "mongodb", "mongodb+srv", "redis", "rediss", "mariadb", "sqlserver",
             "mysql2", "postgresql+asyncpg", "postgresql+psycopg2", "mysql+pymysql", "couchdb", "cassandra", "r2dbc")  # fmt: skip
"""Schemes whose path names a database."""

ADDRESS_WORDS = frozenset(
    [
        "host",
        "hosts",
        "hostname",
        "addr",
        "address",
        "addresses",
        "url",
        "uri",
        "urls",
        "endpoint",
        "endpoints",
        "server",
        "servers",
        "service",
        "broker",
        "brokers",
        "bootstrap",
        "connection",
        "upstream",
        "backend",
        "target",
        "dsn",
    ]
)
"""Words of a variable's name that make a lone word in its value a host."""


def addresses(value: str) -> list[Address]:
    """The hosts that a value names, in order."""
    value = value.strip()[:LONGEST]
    found = list(_urls(value))
    if not found and _LIST.fullmatch(value):
        for each in value.split(","):
            address, _, path = each.strip().partition("/")
            found.append(Address(address.partition(":")[0], schema=path or None, text=address))
    if not found and "=" in value and ";" in value:
        found = list(_connection(value))
    if not found and _HOST.fullmatch(value) and not value.isdigit():
        found = [Address(value, text=value, bare=True)]
    return found


def _urls(value: str) -> Iterator[Address]:
    for match in _URL.finditer(value):
        scheme = match["scheme"].lower()
        first = scheme.split(":")[0]
        path = (match["path"] or "").strip("/")
        database = path.split("/")[0] if first in DATABASES or scheme.startswith("jdbc") else None
        database = database or _named(match["rest"] or "")
        for host in match["hosts"].split(","):
            name, _, port = host.partition(":")
            if name:
                written = f"{match['scheme']}://{name}" + (f":{port}" if port else "")
                yield Address(
                    name, scheme, database or None, written, credentials=":" in (match["user"] or "")
                )  # fmt: skip


def _named(rest: str) -> str | None:
    """The database in the parameters of a URL (`;databaseName=orders`)."""
    pairs = {
        m["key"].strip().lower(): m["value"].strip() for m in _PAIR.finditer(rest.replace("?", ";").replace("&", ";"))
    }
    return next((pairs[key] for key in _DATABASE if pairs.get(key)), None)


def _connection(value: str) -> Iterator[Address]:
    """`Server=sqldata;Database=Catalog;User Id=sa;Password=...`"""
    pairs = {m["key"].strip().lower(): m["value"].strip() for m in _PAIR.finditer(value)}
    server = next((pairs[key] for key in _SERVER if pairs.get(key)), "")
    host = re.split(r"[,:]", server.removeprefix("tcp:"))[0]
    if _HOST.fullmatch(host):
        secret = any(pairs.get(key) for key in ("password", "pwd"))
        yield Address(host, None, _named(f";{value}"), host, credentials=secret)


def is_public(host: str) -> bool:
    """Whether a host is a name on the Internet: dotted, no number, and no name of a machine or a cluster's own."""
    last = host.rpartition(".")[2].lower()
    inner = ("local", "localhost", "internal", "svc", "test", "example", "invalid", "lan", "home", "localdomain", "")
    return "." in host and last.isalpha() and len(last) > 1 and last not in inner and ".example." not in f".{host}"


def is_number(host: str) -> bool:
    """Whether a host is an IPv4 address of another machine."""
    return bool(re.fullmatch(r"(?:\d{1,3}\.){3}\d{1,3}", host)) and not host.startswith(("127.", "0."))
