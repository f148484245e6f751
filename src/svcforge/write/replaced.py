"""Files of the user's that get another content: all of them or none, and only while they are what was read."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from svcforge.errors import SvcforgeError

MARK = b"\xef\xbb\xbf"
"""A byte-order mark, which a text does not show and keeps."""


_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


@dataclass(frozen=True, slots=True)
class New:
    """What becomes of a file: the text that was read there (None: there was no file), and the one that comes."""

    old: str | None
    new: str


def replace(files: Mapping[Path, New], home: Path) -> None:
    """Write the new texts, each through a file beside it that then takes its name.

    Raises SvcforgeError, and leaves every file as it was, when one has changed meanwhile, is outside the home folder,
    is read-only, or cannot be written.
    """
    staged: dict[Path, Path] = {}
    before: dict[Path, bytes | None] = {}
    try:
        for file, change in files.items():
            real = _inside(file, home)
            before[real] = raw = real.read_bytes() if change.old is not None else None
            mark = MARK if raw is not None and raw.startswith(MARK) else b""
            if raw != (None if change.old is None else mark + change.old.encode()):
                raise SvcforgeError(f'"{file}" has changed meanwhile', "try again")
            if raw is not None and not real.stat().st_mode & _WRITABLE:
                # Taking its name is possible all the same; who locked it said that it is not wanted.
                raise SvcforgeError(f'"{file}" is read-only', "mend its permissions")
            staged[real] = _staged(real, mark + change.new.encode())
        _exchange(staged, before)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise SvcforgeError(f'"{error.filename}" cannot be written: {reason}', "mend its permissions") from error
    finally:
        for temporary in staged.values():
            temporary.unlink(missing_ok=True)


def _inside(file: Path, home: Path) -> Path:
    real = file.resolve()
    if not real.is_relative_to(home.resolve()):
        raise SvcforgeError(f'"{file}" is a link that leaves the blueprint\'s folder', "copy the file here")
    return real


def _staged(file: Path, content: bytes) -> Path:
    """A file beside another one with what is to stand there, and the other's permissions."""
    descriptor, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.", suffix=".new")
    with os.fdopen(descriptor, "wb") as staged:
        staged.write(content)
        staged.flush()
        os.fsync(staged.fileno())
    mode = file.stat().st_mode if file.exists() else 0o666 & ~_mask()
    Path(name).chmod(mode & 0o777)
    return Path(name)


def _mask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _exchange(staged: Mapping[Path, Path], before: Mapping[Path, bytes | None]) -> None:
    """Give every file its new content; what was exchanged is put back when one cannot be."""
    done: list[Path] = []
    try:
        for file, temporary in staged.items():
            temporary.replace(file)
            done.append(file)
    except OSError:
        for file in done:
            content = before[file]
            with contextlib.suppress(OSError):
                if content is None:
                    file.unlink()
                else:
                    _staged(file, content).replace(file)
        raise
