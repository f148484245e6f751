"""The user's own files that are still as they were generated: what is left to write."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from svcforge.write.disk import Disk
from svcforge.write.manifest import MANIFEST, manifest_of, read_state
from svcforge.write.workspace import peek


def unwritten(out: Path, folders: Iterable[str]) -> tuple[str, ...]:
    """The files of kind `once` that still hold what was generated, by path from the output folder.

    Args:
        folders: those of the units, from the output folder.

    Raises SvcforgeError when a manifest is no manifest, or another command is at work.
    """
    disk = peek(out)
    if disk is None:
        return ()
    try:
        return tuple(path for folder in folders for path in _of_unit(disk, folder))
    finally:
        disk.close()


def _of_unit(disk: Disk, folder: str) -> Iterator[str]:
    state = read_state(disk, folder, MANIFEST)
    if state is None:
        return
    for path, entry in manifest_of(state[0], folder or MANIFEST).files.items():
        place = f"{folder}/{path}" if folder else path
        if entry.kind == "once" and disk.look(place).hash == entry.hash:
            yield place
