"""Random passwords of this machine's broker users and database roles: made once, kept in a private file."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable
from pathlib import Path

from svcforge.run.layout import write_private


def passwords(path: Path, names: Iterable[str]) -> dict[str, str]:
    """A password for each name: the one in the file, or a new one that is added to it."""
    try:
        kept = {str(name): str(password) for name, password in json.loads(path.read_bytes()).items()}
    except (OSError, ValueError, AttributeError):
        kept = {}
    wanted = {name: kept.get(name) or secrets.token_urlsafe(24) for name in names}
    if any(kept.get(name) != password for name, password in wanted.items()):
        write_private(path, json.dumps({**kept, **wanted}, indent=2, sort_keys=True) + "\n")
    return wanted
