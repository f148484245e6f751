"""A revision in git as the place where a blueprint and its includes are read from; nothing is checked out."""

from __future__ import annotations

import fnmatch
import glob
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path as FilePath

from svcforge import process
from svcforge.errors import SvcforgeError

PATIENCE = 60.0
"""Seconds that git may take for one answer."""


@dataclass(slots=True)
class Revision:
    """The files of a revision below a folder, by their paths in it; links in it are no files.

    `name` is what the user calls the revision, `commit` what it is, `prefix` the folder as the repository knows it.
    """

    root: FilePath
    name: str
    commit: str
    prefix: str
    _blobs: dict[FilePath, tuple[str, int]] | None = None
    _texts: dict[str, bytes] = field(default_factory=dict)

    def matches(self, folder: FilePath, pattern: str) -> list[FilePath]:
        """The files that a glob names, as on disk; what is in them is asked for at once."""
        inside = [file for file in self._files() if file.is_relative_to(folder)]
        found = sorted(file for file in inside if matches(file.relative_to(folder).parts, pattern.split("/")))
        self._fetch(self._files()[file][0] for file in found)
        return found

    def real(self, file: FilePath) -> FilePath:
        """The file itself."""
        return file

    def size(self, file: FilePath) -> int:
        """The bytes of a file; raises FileNotFoundError."""
        return self._blob(file)[1]

    def read(self, file: FilePath) -> bytes:
        """What is in a file; raises FileNotFoundError."""
        blob = self._blob(file)[0]
        self._fetch([blob])
        return self._texts[blob]

    def has(self, file: FilePath) -> bool:
        """Whether there is such a file."""
        return file in self._files()

    def _blob(self, file: FilePath) -> tuple[str, int]:
        if file not in self._files():
            raise FileNotFoundError(str(file))
        return self._files()[file]

    def _files(self) -> dict[FilePath, tuple[str, int]]:
        """The object and the bytes of each file."""
        if self._blobs is None:
            listed = _git(self.root, "ls-tree", "-r", "-z", "-l", "--full-tree", f"{self.commit}:{self.prefix}")
            self._blobs = {}
            for entry in listed.out.split("\0") if listed.ok else ():
                about, tab, path = entry.partition("\t")
                mode, kind, blob, size = about.split() if tab else ("", "", "", "")
                if kind == "blob" and mode != LINK:
                    self._blobs[FilePath(path)] = (blob, int(size))
        return self._blobs

    def _fetch(self, blobs: Iterable[str]) -> None:
        """Read objects that are not read yet, all in one go."""
        wanted = list(dict.fromkeys(blob for blob in blobs if blob not in self._texts))
        if not wanted:
            return
        answer = _git(self.root, "cat-file", "--batch", stdin="".join(f"{blob}\n" for blob in wanted).encode()).raw
        for blob in wanted:
            head, _, answer = answer.partition(b"\n")
            if not head.startswith(blob.encode() + b" blob "):
                raise SvcforgeError(f'git cannot read revision "{self.name}"', "see what is missing: git fsck")
            size = int(head.split()[2])
            self._texts[blob], answer = answer[:size], answer[size + 1 :]


LINK = "120000"
"""The mode of a symbolic link."""


def revision(name: str, folder: FilePath, prefix: str | None = None) -> Revision:
    """The revision of a name, of the repository that a folder is in, with the files of that folder.

    Args:
        prefix: another folder of the repository whose files are meant, with a slash at its end; empty for all.

    Raises SvcforgeError without git, without a repository, or without such a revision.
    """
    where = folder if folder.is_dir() else FilePath()
    inside = _git(where, "rev-parse", "--show-toplevel", "--show-prefix")
    if not inside.ok and "not a git repository" not in inside.err:
        why = inside.err.partition("\n")[0].removeprefix("fatal: ")
        raise SvcforgeError(f'git cannot look for "{name}": {why}', "mend that, or name the older version's file")
    if not inside.ok:
        raise SvcforgeError(
            f'there is no file "{name}", and no git repository here that could have such a revision',
            "name the older version's file, or a revision where the blueprint is under git",
        )
    root, own, *_ = [*inside.out.split("\n"), ""]
    found = _git(where, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{name}^{{commit}}")
    if not found.ok:
        raise SvcforgeError(
            f'"{name}" is neither a file nor a revision of this repository',
            f'see "git branch --all" and "git tag"; a shallow clone has to fetch it first: git fetch origin {name}',
        )
    return Revision(FilePath(root), name, found.out.strip(), own if prefix is None else prefix)


def matches(parts: Sequence[str], pattern: Sequence[str]) -> bool:
    """Whether a path fits a glob, both split at their slashes, as `glob.glob` has it: what is hidden has to be named."""
    if not pattern:
        return not parts
    head, rest = pattern[0], pattern[1:]
    if head in ("", ".") and rest:
        return matches(parts, rest)
    hidden = bool(parts) and parts[0].startswith(".")
    if head == "**":
        deeper = bool(parts) and not hidden and (matches(parts[1:], pattern) or not (rest or parts[1:]))
        return deeper or (bool(rest) and matches(parts, rest))
    if not parts:
        return False
    if glob.has_magic(head):
        fitting = fnmatch.fnmatchcase(parts[0], head) and (head.startswith(".") or not hidden)
    else:
        fitting = parts[0] == head
    return fitting and matches(parts[1:], rest)


def _git(folder: FilePath, *arguments: str, stdin: bytes = b"") -> process.Completed:
    from shutil import which

    if which("git") is None:
        raise SvcforgeError(
            "there is no git to look for a revision with", "install git, or name the older version's file"
        )
    return process.run(("git", *arguments), cwd=folder, env=process.ASKING_GIT, timeout=PATIENCE, stdin=stdin)
