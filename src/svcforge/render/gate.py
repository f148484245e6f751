"""The one gate that every output path passes, whoever made it: a template, a manifest, a journal."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from svcforge.errors import SvcforgeError

STATE = ".svcforge"
"""The folder that holds a unit's state; no template may write into one."""

RESERVED = frozenset({".git", ".hg", ".svn", STATE, "git~1"})
"""Refused at any depth and in any spelling: a file in there can run code or falsify what svcforge knows."""

DEVICES = frozenset(
    ["con", "prn", "aux", "nul", "conin$", "conout$"]
    + [f"{name}{n}" for name in ("com", "lpt") for n in "123456789¹²³"]
)
"""Names that are devices on Windows, with any extension."""

FORBIDDEN = frozenset('<>:"|?*\\')
LONGEST_PART, LONGEST_PATH = 255, 1024


def check_path(path: str) -> str:
    """The path itself when it may be written: relative, made of harmless parts.

    Raises SvcforgeError saying what is wrong with it.
    """
    problem = _problem(path)
    if problem:
        shown = "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in path)
        raise SvcforgeError(f'"{shown}" is no path to write to: {problem}')
    return path


def check_paths(paths: Iterable[str]) -> None:
    """Check each path, and that no two of them meet in a file system that ignores case.

    Raises SvcforgeError naming the path, or the two that collide.
    """
    files: dict[str, str] = {}
    folders: dict[str, str] = {}
    for path in paths:
        check_path(path)
        folded = _folded(path)
        if folded in files:
            raise SvcforgeError(f'"{path}" and "{files[folded]}" are the same file where case is ignored')
        files[folded] = path
        folder, cut, _ = path.rpartition("/")
        while cut and folders.setdefault(_folded(folder), folder) is folder:
            folder, cut, _ = folder.rpartition("/")
        if cut and folders[_folded(folder)] != folder:
            raise SvcforgeError(
                f'"{folder}" and "{folders[_folded(folder)]}" are the same folder where case is ignored'
            )
    for folded in sorted(files.keys() & folders.keys()):
        raise SvcforgeError(f'"{files[folded]}" is a file and "{folders[folded]}" is a folder')


def _folded(path: str) -> str:
    return path.lower() if path.isascii() else unicodedata.normalize("NFC", path.casefold())


def _problem(path: str) -> str:
    if not path:
        return "it is empty"
    if path[0] == "/":
        return "it is absolute"
    if len(path) > LONGEST_PATH // 4 and len(path.encode("utf-8", "replace")) > LONGEST_PATH:
        return f"it is longer than {LONGEST_PATH} bytes"
    return next((problem for part in path.split("/") if (problem := _part_problem(part))), "")


@lru_cache(maxsize=16384)
def _part_problem(part: str) -> str:
    """What is wrong with one part of a path; few parts differ among thousands of files."""
    if part in ("", ".", ".."):
        return f'a part is "{part}"'
    if len(part.encode("utf-8", "replace")) > LONGEST_PART:
        return f"a part is longer than {LONGEST_PART} bytes"
    if part[-1] in ". ":
        return "a part ends in a dot or a space"
    if bad := next((char for char in part if char in FORBIDDEN), ""):
        return f"it holds {bad}"
    # Control, format (bidi, zero width), surrogate, private, unassigned; separators but the plain space.
    if bad := next((char for char in part if not char.isprintable()), ""):
        return f"it holds the invisible U+{ord(bad):04X}"
    if not unicodedata.is_normalized("NFC", part):
        return "it is not in Unicode's composed form (NFC)"
    folded = _folded(part)
    if folded in RESERVED:
        return f"{folded} is not for templates"
    if folded.split(".")[0].rstrip() in DEVICES:
        return "a part is the name of a device"
    return ""
