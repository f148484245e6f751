"""A pack: a folder in Copier's format with its card, read once, known by the digest of what is in it."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from svcforge.errors import SvcforgeError
from svcforge.packs.card import Card, read_card

CARD = "pack.yaml"

LITTER = ("__pycache__", ".git", ".DS_Store", ".mypy_cache", ".ruff_cache", ".pytest_cache")
"""Folders and files that tools leave behind in a pack's folder; no part of it."""

LARGEST, MOST = 64 << 20, 10_000
"""The bytes and the files that a pack may hold."""


@dataclass(frozen=True, slots=True)
class Source:
    """A file of a pack: its bytes, and whether it is executable."""

    data: bytes
    executable: bool


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a pack of somebody else's comes from.

    Args:
        source: a folder or a git address, as the blueprint says it.
        ref: the version that the blueprint asks for, of a git address.
        commit: the commit that this version was found to be.
    """

    source: str
    ref: str | None = None
    commit: str | None = None


@dataclass(frozen=True)
class Pack:
    """A card and the folder it was read from; the files are read when they are first asked for.

    Args:
        card: what it says of itself.
        root: the folder.
        origin: where it comes from; None is with svcforge itself.
        base: the pack that it extends: what is not in its own folder is that one's.
    """

    card: Card
    root: Path
    origin: Origin | None = None
    base: Pack | None = None

    @cached_property
    def tree(self) -> Mapping[str, Source]:
        """Every file by its path from the root, in the order of their names.

        Raises SvcforgeError for a symbolic link or anything else that is no regular file.
        """
        below = self.base.tree if self.base else {}
        return dict(sorted({**below, **dict(files_of(self.root))}.items()))

    @cached_property
    def digest(self) -> str:
        """SHA-256 over names, executable bits and contents: the same on every machine."""
        # A card that extends another has that one's values; two cards cannot stand in one tree.
        total = hashlib.sha256(self.base.digest.encode() if self.base else b"")
        for path, source in self.tree.items():
            content = hashlib.sha256(source.data).hexdigest()
            total.update(f"{content} {'x' if source.executable else '-'} {path}\n".encode())
        return total.hexdigest()


def read_pack(root: Path, name: str | None = None) -> Pack:
    """The pack in a folder; `name` is what messages call the folder.

    Raises SvcforgeError when there is no card or it is wrong.
    """
    called = f"{name or root.name}/{CARD}"
    try:
        text = (root / CARD).read_text("utf-8")
    except FileNotFoundError:
        raise SvcforgeError(f'there is no "{called}"', "a pack is a folder with a card, pack.yaml") from None
    except (OSError, UnicodeDecodeError) as error:
        raise SvcforgeError(f'cannot read "{called}": {error}') from None
    return Pack(read_card(text, called), root)


def files_of(root: Path) -> list[tuple[str, Source]]:
    """Every file below a folder by its path from there, litter excepted.

    Raises SvcforgeError for anything that is no regular file, and for more than a pack may hold.
    """
    found: list[tuple[str, Source]] = []
    size = 0
    for folder, folders, files in os.walk(root):
        folders[:] = [name for name in folders if name not in LITTER]
        for name in [*folders, *files]:
            if name in LITTER or name.endswith((".pyc", ".pyo")):
                continue
            path = Path(folder, name)
            relative = path.relative_to(root).as_posix()
            status = path.lstat()
            if stat.S_ISDIR(status.st_mode):
                continue
            if not stat.S_ISREG(status.st_mode):
                raise SvcforgeError(f'"{root.name}/{relative}" is no regular file', "a pack holds files, not links")
            size += status.st_size
            if size > LARGEST or len(found) == MOST:
                raise SvcforgeError(
                    f'"{root.name}" is too large for a pack',
                    f"it may hold {MOST:,} files and {LARGEST >> 20} MB: name the folder of the templates alone",
                )
            found.append((relative, Source(path.read_bytes(), bool(status.st_mode & 0o111))))
    return found
