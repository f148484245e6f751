"""What runs leave in the state folder: what the last one replaced is kept, for undoing it, and all else goes."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import stat
import sys
from pathlib import Path

from svcforge import process
from svcforge.write.disk import status
from svcforge.write.journal import UNDO

INDEX = "journal.json"
"""What undoes a run, beside what it replaced."""

STAGING, EARLIER = re.compile("tx-[1-9][0-9]*"), "tx-0"
"""Staging folders, and how what an earlier run had left for undoing it is called while it is removed."""

STRAY = re.compile(r"tx-[0-9]+|.*\.new")
"""What a run that was cut short may have left."""

AT_ONCE = 2000
"""More files than this are removed by a process that nobody waits for."""


def keep(state: int, staging: str, place: Path) -> None:
    """Keep what a run that is done has replaced, for undoing it, instead of what the one before had.

    Args:
        state: the open state folder.
        staging: the run's staging folder in it, with the index that undoes it.
        place: the path of the state folder.
    """
    earlier = f"{EARLIER}{os.getpid()}"
    with contextlib.suppress(FileNotFoundError):
        os.rename(UNDO, earlier, src_dir_fd=state, dst_dir_fd=state)
    os.rename(staging, UNDO, src_dir_fd=state, dst_dir_fd=state)
    _dispose(state, place / earlier)


def clear(state: int, place: Path) -> None:
    """Remove what runs that were cut short have left; one that was done all but that is kept for undoing it."""
    with os.scandir(state) as entries:
        stray = sorted(entry.name for entry in entries if STRAY.fullmatch(entry.name))
    for name in stray:
        if STAGING.fullmatch(name) and _done(state, name):
            keep(state, name, place)
        else:
            remove(state, name)


def _done(state: int, name: str) -> bool:
    """Whether a staging folder has its index: nothing but its name was left to be changed."""
    found = status(state, name)
    if found is None or not stat.S_ISDIR(found.st_mode):
        return False
    index = status(state, f"{name}/{INDEX}")
    return index is not None and stat.S_ISREG(index.st_mode)


def remove(folder: int, name: str) -> None:
    """Remove a file or a folder, if it is there."""
    found = status(folder, name)
    if found is not None and stat.S_ISDIR(found.st_mode):
        shutil.rmtree(name, ignore_errors=True, dir_fd=folder)
    elif found is not None:
        os.unlink(name, dir_fd=folder)


def _dispose(folder: int, path: Path) -> None:
    """Remove what nobody needs any more; freeing many old files takes longer than writing the new ones."""
    found = status(folder, path.name)
    many = False
    if found is not None and stat.S_ISDIR(found.st_mode):
        with os.scandir(path) as entries:
            many = sum(1 for _ in entries) > AT_ONCE
    if many:
        script = "import shutil, sys; shutil.rmtree(sys.argv[1], ignore_errors=True)"
        process.start([sys.executable, "-I", "-S", "-c", script, path.absolute()])
    else:
        remove(folder, path.name)
