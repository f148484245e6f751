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


def write_file(file: str, text: str) -> None:
    """Write a report to a file that the user named; what stood there is replaced."""
    try:
        Path(file).write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise SvcforgeError(
            f'cannot write "{file}": {error.strerror}', "name a file in a folder that exists"
        ) from error
