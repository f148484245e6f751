"""The open staging folder, as far as one unit fills it: files and folders that a journal then moves to their places."""

from __future__ import annotations

import os
from collections.abc import Iterable

from svcforge.write.disk import write


class Staging:
    """Where one unit lays down what is to be written; names begin with its number in the run."""

    def __init__(self, folder: int, number: int) -> None:
        self.folder, self.number, self.count = folder, number, 0

    def name(self) -> str:
        """A name that nothing in the folder has."""
        self.count += 1
        return f"{self.number}.{self.count - 1}"

    def file(self, data: bytes, mode: int, exact: bool = False) -> tuple[str, int]:
        """Lay down a file; its name and its inode. The user's umask applies unless the mode is to be exact."""
        name = self.name()
        return name, write(self.folder, name, data, mode, new=True, exact=exact)

    def tree(self, files: Iterable[tuple[str, bytes, int]]) -> tuple[str, int]:
        """Lay down a folder of files: path, bytes, mode; its name and its inode."""
        root = f"{self.number}"
        os.mkdir(root, dir_fd=self.folder)
        made = {""}
        for path, data, mode in files:
            parent = path.rpartition("/")[0]
            if parent not in made:
                for folder in ancestors(parent):
                    if folder not in made:
                        os.mkdir(f"{root}/{folder}", dir_fd=self.folder)
                        made.add(folder)
            write(self.folder, f"{root}/{path}", data, mode, new=True)
        return root, os.stat(root, dir_fd=self.folder).st_ino


def ancestors(path: str) -> list[str]:
    """A path and the folders above it, the highest first."""
    parts = path.split("/")
    return ["/".join(parts[:end]) for end in range(1, len(parts) + 1)]
