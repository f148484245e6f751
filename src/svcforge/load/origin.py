"""Where the files of a blueprint come from: the disk, or something that stands for it."""

from __future__ import annotations

import glob
from pathlib import Path as FilePath
from typing import Protocol


class Origin(Protocol):
    """What reading a blueprint asks of the place where its files are."""

    def matches(self, folder: FilePath, pattern: str) -> list[FilePath]:
        """The files in a folder and below that a glob names, in the order of their names."""

    def real(self, file: FilePath) -> FilePath:
        """What a file or folder is when links are followed."""

    def size(self, file: FilePath) -> int | None:
        """The bytes of a file, None of what is no file; raises OSError."""

    def read(self, file: FilePath) -> bytes:
        """What is in a file; raises OSError."""


class Disk:
    """The files of this machine."""

    def matches(self, folder: FilePath, pattern: str) -> list[FilePath]:
        """The files that a glob names; links are followed, and told from files later."""
        names = sorted(glob.glob(pattern, root_dir=folder, recursive=True))  # noqa: PTH207 - Path.glob follows links out of the folder differently per version
        return [folder / name for name in names if (folder / name).is_file()]

    def real(self, file: FilePath) -> FilePath:
        """The file behind all links."""
        return file.resolve()

    def size(self, file: FilePath) -> int | None:
        """The bytes of a file."""
        size = file.stat().st_size
        return size if file.is_file() else None

    def read(self, file: FilePath) -> bytes:
        """What is in a file."""
        return file.read_bytes()


DISK = Disk()
