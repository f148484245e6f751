"""Ports on a developer's machine: from the names alone, so that they stay, and none twice in a system."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

FIRST = 20_000
"""Above what servers listen on by habit."""
SPAN = 12_000
"""Below the ports that Linux gives to outgoing connections (32768 and up), as long as names are few."""
WIDEST = 40_000


def ports(system: str, names: Iterable[str]) -> Mapping[str, int]:
    """A port for each name: a hash of system and name, the next free one where two hash alike."""
    ordered = sorted(set(names))
    span = min(WIDEST, max(SPAN, 2 * len(ordered)))
    taken: set[int] = set()
    found: dict[str, int] = {}
    for name in ordered:
        slot = int.from_bytes(hashlib.sha256(f"{system}/{name}".encode()).digest()[:8]) % span
        while slot in taken and len(taken) < span:
            slot = (slot + 1) % span
        taken.add(slot)
        found[name] = FIRST + slot
    return found


def admin(name: str) -> str:
    """The name under which a part's second port is found."""
    return f"{name}/admin"
