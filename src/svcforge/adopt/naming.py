"""Names of a source as names of the language: lower-case words joined by dashes, each once."""

from __future__ import annotations

import re
import unicodedata

LONGEST = 40
DEVICES = frozenset(["con", "prn", "aux", "nul"] + [f"{device}{i}" for device in ("com", "lpt") for i in range(10)])
"""Names that no element may have (blueprint.md, "YAML and names")."""

TAKEN = DEVICES | {"kit", "tests", "main", "services", "bffs", "platform", "stand-ins", "packs"}
"""Names that no service or store may have (blueprint.md, "YAML and names")."""


def dashed(name: str, fallback: str = "part") -> str:
    """A name in the form of the language: `User_WebService` is `user-webservice`."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    words = [word for word in re.split(r"[^a-z0-9]+", plain.lower()) if word]
    joined = "-".join(words)[:LONGEST].strip("-")
    if not joined:
        return fallback
    plain_word = joined[0].isalpha() and joined not in DEVICES
    return joined if plain_word else f"{fallback}-{joined}"[:LONGEST].strip("-")


class Names:
    """Names given so far; a second one of the same form gets a number."""

    def __init__(self) -> None:
        self._given: dict[str, str] = {}
        self._used: set[str] = set(TAKEN)
        self._next: dict[str, int] = {}

    def of(self, key: str, name: str, fallback: str = "part") -> str:
        """The name of what `key` stands for, made of `name` when it is first asked for."""
        if key not in self._given:
            base = dashed(name, fallback)
            tried = (*_others(base, fallback), *(() if base in TAKEN else (base,)))
            self._given[key] = next((n for n in tried if n not in self._used), None) or self._numbered(base)
            self._used.add(self._given[key])
        return self._given[key]

    def _numbered(self, base: str) -> str:
        while True:
            self._next[base] = number = self._next.get(base, 1) + 1
            name = f"{base[: LONGEST - len(str(number)) - 1].strip('-')}-{number}"
            if name not in self._used:
                return name


def _others(base: str, fallback: str) -> tuple[str, ...]:
    """What a name becomes that is taken by the language itself: `platform` is `platform-service`."""
    return (f"{base}-{fallback}",) if base in TAKEN and len(base) + len(fallback) < LONGEST else ()


def snake(name: str) -> str | None:
    """A name as a setting's: `SPRING_DATASOURCE_PASSWORD` is `spring_datasource_password`; None when it cannot be one."""
    plain = "_".join(word for word in re.split(r"[^a-z0-9]+", name.lower()) if word)
    return plain[:LONGEST].strip("_") if plain and plain[0].isalpha() else None
