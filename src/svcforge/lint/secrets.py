"""Secrets: names that say that a value is one, and values that give one away."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from svcforge.source.finding import Path

_LAST_WORDS = frozenset(
    {"password", "passwd", "passphrase", "pwd", "secret", "token", "credential", "credentials", "apikey"}
)
_KEYS = frozenset({"api", "access", "private", "secret", "signing", "encryption", "master", "account"})
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_IN_ADDRESS = re.compile(r"\w://[^/\s:@]*:([^/\s@]+)@")
_PLACEHOLDER = re.compile(r"\$\{.*\}|\$\(.*\)|<.*>|\{\{.*\}\}|\*+|")

KNOWN = frozenset(
    {"admin", "changeit", "changeme", "guest", "pass", "password", "postgres", "root", "sa", "secret", "test", "toor"}
)
"""Passwords that are tried first."""


def is_secret(name: str) -> bool:
    """Whether a name says that its value is a secret: `db_password`, `API_KEY`, `clientSecret`; not `token_url`."""
    words = [word.lower() for word in _WORDS.findall(name)]
    return bool(words) and (
        words[-1] in _LAST_WORDS or (words[-1] == "key" and words[-2:-1] != [] and words[-2] in _KEYS)
    )


def given_away(name: str, value: object) -> str | None:
    """The secret in a literal, by the name that it has or as the password of an address; None when there is none."""
    if not isinstance(value, str):
        return None
    if (in_address := password_in(value)) is not None:
        return in_address
    return value if is_secret(name) and not _PLACEHOLDER.fullmatch(value.strip()) else None


def password_in(address: str) -> str | None:
    """The password in `scheme://user:password@host`."""
    found = _IN_ADDRESS.search(address)
    return found[1] if found and not _PLACEHOLDER.fullmatch(found[1]) else None


def literals(data: Any, path: Path, name: str = "") -> Iterator[tuple[str, Any, Path]]:
    """Every scalar of plain data with the name that it goes by: its key, or its neighbour `name` (Kubernetes' `env`)."""
    if isinstance(data, dict):
        named = data.get("name") if isinstance(data.get("name"), str) else None
        for key, value in data.items():
            yield from literals(value, (*path, key), named if key == "value" and named else str(key))
    elif isinstance(data, list):
        for i, value in enumerate(data):
            yield from literals(value, (*path, i), name)
    else:
        yield name, data, path
