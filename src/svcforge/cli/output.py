"""Standard output and report files: the one place that knows whether somebody is looking."""

from __future__ import annotations

import io
import os
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from svcforge.cli import stream
from svcforge.errors import SvcforgeError

if TYPE_CHECKING:
    from svcforge.report.page import Page


def page() -> Page:
    """Standard output as a page: its width and colours on a terminal, 80 plain columns elsewhere."""
    from svcforge.report.page import page_of

    return page_of(is_terminal=sys.stdout.isatty(), columns=shutil.get_terminal_size().columns, environment=os.environ)


def write(text: str) -> None:
    """Write to standard output, also where its encoding lacks a character."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    stream.put(text)


def write_file_text(text: str) -> None:
    """Write what goes on as a file to standard output: in UTF-8 whatever a terminal would have, its line ends as they are."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(encoding="utf-8", errors="backslashreplace", newline="")
    stream.put(text)


def within(path: Path, out: Path) -> str:
    """A path that a user typed, from the output's folder: where it is from here, or else from there.

    Raises SvcforgeError when it is in neither place.
    """
    root = out.resolve()
    # The file itself may be a link; only where it stands is of interest.
    here = path.parent.resolve() / path.name
    if here.is_relative_to(root):
        return here.relative_to(root).as_posix()
    if path.is_absolute() or ".." in path.parts:
        raise SvcforgeError(f'"{path}" is not in "{out}"', "name a file of the output")
    return path.as_posix()


def write_file(file: str, text: str) -> None:
    """Write what the user asked to have in a file, whole or not at all; what stood there is replaced."""
    path = Path(file)
    try:
        if path.exists() and not path.is_file():
            # A device, a pipe, or a folder, which refuses.
            path.write_text(text, encoding="utf-8", newline="\n")
        else:
            _replace(path.resolve(), text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        hint = "name a file, not a folder" if path.is_dir() else "name a file in a folder that exists"
        raise SvcforgeError(f'cannot write "{file}": {error.strerror}', hint) from error


def _replace(path: Path, data: bytes) -> None:
    """Put a file in place of another in one step, so that no reader ever finds half of it."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    mode = path.stat().st_mode & 0o777 if path.exists() else 0o666
    try:
        with open(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as new:
            new.write(data)
        beside.replace(path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
