"""`svcforge.lock`: which packs, in which state, made the workspace; small, for people to review."""

from __future__ import annotations

import json
from collections.abc import Iterable

from svcforge import __version__
from svcforge.packs.pack import Pack

VERSION = 1


def lock_text(packs: Iterable[Pack], blueprint: str) -> bytes:
    """The lock of a workspace.

    Args:
        packs: every pack that the blueprint chose.
        blueprint: SHA-256 of the blueprint in hex.
    """
    known = {
        f"{pack.card.kind}/{pack.card.pack}": {
            "source": "bundled",
            "ref": None,
            "commit": None,
            "digest": pack.digest,
            "renderer": "fast",
        }
        for pack in packs
    }
    found = {
        "lock": VERSION,
        "svcforge": __version__,
        "blueprint": blueprint,
        "packs": dict(sorted(known.items())),
    }
    return (json.dumps(found, indent=2) + "\n").encode()
