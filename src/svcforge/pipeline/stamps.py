"""When the files that a judgement depends on were last changed, those that a glob would match now included."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from svcforge.load import Loaded

Stamps = Mapping[Path, tuple[int, int, int] | None]
"""A file -> its time of change in nanoseconds, its bytes and its inode; None while there is none."""


def stamps(loaded: Loaded, beside: Iterable[Path] = ()) -> Stamps:
    """The files of a blueprint as they are now, whatever they were when it was read."""
    from svcforge.load.origin import DISK

    files = {Path(loaded.file), *map(Path, loaded.sources), *beside}
    for folder, pattern in loaded.globs:
        files.update(DISK.matches(folder, pattern))
    return {file: _stamp(file) for file in files}


def changed(before: Stamps, now: Stamps) -> list[str]:
    """The names of the files that are new, gone or not as they were."""
    return sorted(str(file) for file in before.keys() | now.keys() if before.get(file) != now.get(file))


def _stamp(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino
