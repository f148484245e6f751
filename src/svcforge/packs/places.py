"""Where svcforge keeps what is the user's and no project's: a cache, and what the user trusts."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path


def cache_folder() -> Path | None:
    """Where svcforge may keep what it can make again; None when the user has no such place."""
    return _place("XDG_CACHE_HOME", "~/.cache", "~/Library/Caches")


def config_folder() -> Path | None:
    """Where svcforge keeps what the user has decided; None when the user has no such place."""
    return _place("XDG_CONFIG_HOME", "~/.config", "~/Library/Application Support")


def _place(variable: str, elsewhere: str, mac: str) -> Path | None:
    if sys.platform == "darwin":
        base = Path(mac)
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or "~/AppData/Local")
    else:
        base = Path(os.environ.get(variable) or elsewhere)
    try:
        folder = base.expanduser() / "svcforge"
    except RuntimeError:
        return None
    return folder if folder.is_absolute() else None


def private(folder: Path) -> bool:
    """Whether it is a folder that nobody else can write to."""
    try:
        status = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(status.st_mode) and ours(status)


def ours(status: os.stat_result) -> bool:
    """Whether nobody else owns it or can write to it."""
    if sys.platform == "win32":
        return True
    return status.st_uid == os.geteuid() and not status.st_mode & 0o022
