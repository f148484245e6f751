"""Small units to write, and what they look like on disk."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from svcforge.packs.unit import File, Unit

Tree = dict[str, tuple[bytes, int]]


def tree(root: Path, state: bool = True) -> Tree:
    """Every file below a folder: path -> bytes and executable bit; links as what they point to."""
    found: Tree = {}
    for folder, folders, files in os.walk(root):
        if not state:
            folders[:] = [name for name in folders if name != ".svcforge"]
        for name in files:
            path = Path(folder, name)
            data = str(path.readlink()).encode() if path.is_symlink() else path.read_bytes() if path.is_file() else b""
            found[path.relative_to(root).as_posix()] = (data, path.lstat().st_mode & 0o100)
    return found


def unit(files: Mapping[str, str | bytes], name: str = "orders", folder: str = "services/orders") -> Unit:
    """A unit of files: a path that ends in "!" is a program, in "?" written once, in "=" always ours."""
    kinds = {"?": "once", "=": "owned"}
    made = []
    for path, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        made.append(File(path.rstrip("!?="), data, path.endswith("!"), kinds.get(path[-1], "managed")))  # type: ignore[arg-type]
    return Unit(name, folder, files=tuple(made))


def without_undo(found: Tree) -> Tree:
    """The same without what the last run left for undoing it, which knows this machine's inodes."""
    return {path: value for path, value in found.items() if not path.startswith(".svcforge/undo/")}
