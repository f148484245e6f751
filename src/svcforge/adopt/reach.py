"""What may be read: the files of the sources' own folders, and no other."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 32_000_000
"""The largest file that is read."""
ABSENT = "there is no such file"
OUTSIDE = "it lies outside of the sources: name its folder as a source too"


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a file was not read."""

    reason: str


def real(path: Path) -> Path:
    """Where a path leads when links are followed; a name that no file can have leads to itself."""
    try:
        return Path(os.path.realpath(path))
    except (OSError, ValueError):
        return path.absolute()


def exists(path: Path) -> bool:
    """Whether something is there; what nothing can be called is not."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def is_folder(path: Path) -> bool:
    """Whether a folder is there; what no folder can be called is none."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def is_there(path: Path) -> bool:
    """Whether a file is there; what no file can be called is none."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


class Reach:
    """The folders of the sources; what lies elsewhere, a link that leads there included, is refused.

    Files are shown from the innermost folder that holds all sources.
    """

    def __init__(self, named: Sequence[Path]) -> None:
        folders = [path.absolute() if path.is_dir() else path.absolute().parent for path in named]
        try:
            self.base = Path(os.path.commonpath(folders))
        except ValueError:  # two drives
            self.base = folders[0]
        self._named = {real(path) for path in named if not path.is_dir()}
        self._folders = [real(folder) for folder in dict.fromkeys(folders)]

    def shown(self, path: Path) -> str:
        """A file's name for people."""
        return Path(os.path.relpath(path.absolute(), self.base)).as_posix()

    def holds(self, path: Path) -> bool:
        """Whether a file or folder, wherever links lead, lies in the folders of the sources."""
        there = real(path)
        return there in self._named or any(there.is_relative_to(folder) for folder in self._folders)

    def text(self, path: Path) -> str | Refused:
        """A file's text, without a byte-order mark."""
        try:
            if not self.holds(path):
                return Refused(OUTSIDE)
            # What is named may be a pipe, as in `svcforge import <(helm template .)`.
            if real(path) not in self._named and not path.is_file():
                return Refused(ABSENT)
            with path.open("rb") as file:
                read = file.read(MAX_BYTES + 1)
            if len(read) > MAX_BYTES:
                return Refused(f"it is larger than {MAX_BYTES // 1_000_000} MB")
            return read.decode("utf-8-sig")
        except UnicodeDecodeError:
            return Refused("it is no text in UTF-8")
        except (OSError, ValueError) as error:  # ValueError: a name that no file can have
            return Refused(getattr(error, "strerror", None) or "it has no name that a file can have")
