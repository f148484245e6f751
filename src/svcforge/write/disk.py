"""The output as it is on disk: every folder opened component by component, no symbolic link ever followed."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path

from svcforge.merge.entry import ABSENT, Current, Signature, Thing
from svcforge.merge.threeway import MOST, OPEN, holds_markers

OPEN_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
OPEN_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
"""Without waiting for the other end of a FIFO."""

NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC

MOST_OPEN = 128
"""Folders kept open at a time."""

CHUNK = 1 << 20

MOST_MARKED = 4 * MOST
"""Bytes of a text in which all three of a conflict may stand."""


class Hidden(Exception):
    """A component of the path is a link or no folder."""


class TooLarge(Exception):
    """A file is larger than anything svcforge has written."""


class Disk:
    """A folder and what is below it; paths are relative, with "/"."""

    def __init__(self, root: Path) -> None:
        self.path = root
        self.root = os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        self.called: Mapping[str, str] = {}
        """Folders by the path that they are asked for, and where they are."""
        self._open: dict[str, int] = {}
        self.made: list[str] = []
        """Folders that were not there before, in the order in which they were made."""

    def close(self) -> None:
        """Close every folder."""
        self.forget()
        os.close(self.root)

    def forget(self) -> None:
        """Close every folder but the root: what they are called may have changed."""
        for descriptor in self._open.values():
            os.close(descriptor)
        self._open.clear()

    def seen_as(self, called: Mapping[str, str]) -> Disk:
        """The same disk, some folders of it seen as if they stood at other paths: asked for -> where it is."""
        seen = Disk(self.path)
        seen.called = called
        return seen

    def folder(self, path: str, make: bool = False) -> int:
        """The open folder at a path, made with its parents if asked to; "" is the root. It stays ours to close.

        Raises FileNotFoundError, Hidden, OSError.
        """
        if not path:
            return self.root
        for asked, there in self.called.items():
            if path == asked or path.startswith(f"{asked}/"):
                path = there + path[len(asked) :]
                break
        known = self._open.get(path)
        if known is not None:
            return known
        parent, _, name = path.rpartition("/")
        within = self.folder(parent, make)
        if len(self._open) >= MOST_OPEN and parent:
            # Closes the parent as well; open it again rather than keep count.
            self.forget()
            within = self.folder(parent, make)
        try:
            descriptor = os.open(name, OPEN_FOLDER, dir_fd=within)
        except FileNotFoundError:
            if not make:
                raise
            with contextlib.suppress(FileExistsError):
                os.mkdir(name, 0o777, dir_fd=within)
                self.made.append(path)
            return self.folder(path)
        except OSError as error:
            if error.errno in (errno.ENOTDIR, errno.ELOOP):
                raise Hidden(path) from None
            raise
        self._open[path] = descriptor
        return descriptor

    def place(self, path: str, make: bool = False) -> tuple[int, str]:
        """The open folder that holds a path, and its name in there."""
        parent, _, name = path.rpartition("/")
        return self.folder(parent, make), name

    def look(self, path: str) -> Current:
        """What is at a path; a file is read for its hash."""
        try:
            folder, name = self.place(path)
            descriptor = os.open(name, OPEN_FILE, dir_fd=folder)
        except FileNotFoundError:
            return ABSENT
        except Hidden:
            return Current(Thing.HIDDEN)
        except OSError as error:
            return Current(_obstacle(error))
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                return Current(Thing.FOLDER if stat.S_ISDIR(status.st_mode) else Thing.OTHER)
            digest, text = hashlib.sha256(), bytearray()
            for chunk in _chunks(descriptor):
                digest.update(chunk)
                if status.st_size <= MOST_MARKED:
                    text += chunk
            marked = OPEN in text and holds_markers(bytes(text))
            executable = bool(status.st_mode & 0o100)
            return Current(Thing.FILE, digest.hexdigest(), executable, signature(status), marked)
        except OSError as error:
            return Current(_obstacle(error))
        finally:
            os.close(descriptor)

    def read(self, path: str, limit: int) -> tuple[bytes, Signature] | None:
        """The bytes of a file that svcforge wrote itself; None when it is not there.

        Raises Hidden when something else is in its place, TooLarge beyond `limit` bytes, OSError.
        """
        try:
            folder, name = self.place(path)
            descriptor = os.open(name, OPEN_FILE, dir_fd=folder)
        except FileNotFoundError:
            return None
        except OSError as error:
            if error.errno in (errno.ELOOP, errno.ENXIO):
                raise Hidden(path) from None
            raise
        try:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise Hidden(path)
            if status.st_size > limit:
                raise TooLarge(path)
            return b"".join(_chunks(descriptor)), signature(status)
        finally:
            os.close(descriptor)


def signature(status: os.stat_result) -> Signature:
    """What changes when a file is written to, replaced or made executable."""
    return status.st_ino, status.st_size, status.st_mtime_ns, stat.S_IMODE(status.st_mode)


def status(folder: int, name: str) -> os.stat_result | None:
    """The status of a name, links not followed; None when there is nothing."""
    try:
        return os.stat(name, dir_fd=folder, follow_symlinks=False)
    except FileNotFoundError:
        return None


def write(folder: int, name: str, data: bytes, mode: int = 0o666, *, new: bool = False, exact: bool = False) -> int:
    """Write a file of our own into an open folder; its inode.

    Args:
        folder: the open folder.
        name: the file's name, or its path from the folder if that is all ours.
        data: all of it.
        mode: before the user's umask, unless it is to be `exact`.
        new: whether a file that is there already is an error, rather than overwritten.
        exact: whether the mode is just this.
    """
    descriptor = os.open(name, NEW_FILE | (os.O_EXCL if new else os.O_TRUNC), mode, dir_fd=folder)
    try:
        written = os.write(descriptor, data)
        while written < len(data):
            written += os.write(descriptor, data[written:])
        if exact:
            os.fchmod(descriptor, mode)
        return os.fstat(descriptor).st_ino
    finally:
        os.close(descriptor)


def _chunks(descriptor: int) -> Iterator[bytes]:
    while chunk := os.read(descriptor, CHUNK):
        yield chunk


def _obstacle(error: OSError) -> Thing:
    """What stands in the way of opening a file."""
    if error.errno == errno.ELOOP:
        return Thing.LINK
    if error.errno in (errno.ENXIO, errno.ENODEV):
        return Thing.OTHER
    if error.errno in (errno.EACCES, errno.EPERM, errno.EIO):
        return Thing.UNREADABLE
    raise error
