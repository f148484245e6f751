"""The units that stand in an output: every folder with a manifest, found by looking."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from svcforge.write.disk import Disk
from svcforge.write.manifest import MANIFEST, Manifest, manifest_of, read_state

SKIPPED = ("node_modules", "__pycache__")
"""Folders in which tools keep what they made; those that begin with a dot are not looked into either."""


def folders_of_units(out: Path) -> Iterator[str]:
    """The folder of each unit, "" is the root, by path; whatever its manifest holds."""
    state, _, manifest = MANIFEST.partition("/")
    for place, folders, _ in os.walk(out):
        folder = Path(place).relative_to(out).as_posix()
        if state in folders and Path(place, state, manifest).is_file():
            yield "" if folder == "." else folder
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in SKIPPED)


def units_in(out: Path, disk: Disk) -> Iterator[tuple[str, Manifest]]:
    """Folder and manifest of each unit, by path.

    Raises SvcforgeError when a manifest is none.
    """
    for folder in folders_of_units(out):
        text = read_state(disk, folder, MANIFEST)
        if text is not None:
            yield folder, manifest_of(text[0], f"{folder}/{MANIFEST}" if folder else MANIFEST)
