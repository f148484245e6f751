"""What is known of a file: as it was last offered, and as it is now."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum

from svcforge.packs.card import FileKind
from svcforge.packs.unit import File

Signature = tuple[int, int, int, int]
"""Inode, size, modification time in ns and mode: a file with another one has been written to or replaced."""


class State(StrEnum):
    """How a generated file and the user get on."""

    CLEAN = "clean"
    CONFLICTED = "conflicted"
    """A conflict waits for the user."""
    DETACHED = "detached"
    """No template makes it any more, and the user has changed it."""
    DELETED = "deleted"
    """The user has deleted it; it stays deleted."""
    IGNORED = "ignored"
    """The user has taken it over for good."""


@dataclass(frozen=True, slots=True)
class Entry:
    """The base of a file, the bytes last offered to the user, without the bytes.

    Args:
        hash: SHA-256 in hex.
        blob: the id git gives to these bytes, by which they may be found in the user's repository.
        executable: whether the file is a program.
        kind: whose it is.
        state: how it and the user get on.
        size: number of bytes kept; None when they are lost.
    """

    hash: str
    blob: str
    executable: bool
    kind: FileKind
    state: State
    size: int | None


def offered(file: File) -> Entry:
    """The entry of a file that is offered now."""
    data = file.data
    blob = hashlib.sha1(b"blob %d\0" % len(data), usedforsecurity=False)
    blob.update(data)
    digest = hashlib.sha256(data).hexdigest()
    return Entry(digest, blob.hexdigest(), file.executable, file.kind, State.CLEAN, len(data))


class Thing(StrEnum):
    """What stands at a path; the values end sentences."""

    FILE = "a file"
    ABSENT = "nothing"
    LINK = "a symbolic link"
    FOLDER = "a folder"
    OTHER = "neither a file nor a folder"
    HIDDEN = "behind a symbolic link or a file"
    UNREADABLE = "not readable"


@dataclass(frozen=True, slots=True)
class Current:
    """What is at a path now; the rest only of a file: `marked` is whether a conflict of ours is still in it."""

    thing: Thing
    hash: str = ""
    executable: bool = False
    signature: Signature = (0, 0, 0, 0)
    marked: bool = False


ABSENT = Current(Thing.ABSENT)
