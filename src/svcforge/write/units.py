"""The units that stand in an output: every folder with a manifest, found by looking."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from svcforge.write.disk import Disk
from svcforge.write.manifest import MANIFEST, Manifest, manifest_of, read_state

SKIPPED = ("node_modules", "__pycache__")
"""Folders in which tools keep what they made; those that begin with a dot are not looked into either."""


def units_in(out: Path, disk: Disk) -> Iterator[tuple[str, Manifest]]:
    """Folder ("" is the root) and manifest of each unit, by path.

    Raises SvcforgeError when a manifest is none.
    """
    state, _, name = MANIFEST.partition("/")
    for place, folders, _ in os.walk(out):
        folder = Path(place).relative_to(out).as_posix()
        folder = "" if folder == "." else folder
        if state in folders and Path(place, state, name).exists():
            path = f"{folder}/{MANIFEST}" if folder else MANIFEST
            text = read_state(disk, folder, MANIFEST)
            if text is not None:
                yield folder, manifest_of(text[0], path)
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in SKIPPED)
