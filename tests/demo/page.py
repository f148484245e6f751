"""What the demo prints: numbered steps in 80 columns, each with what it proves and how long it took."""

from __future__ import annotations

import os
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import contextmanager

WIDTH = 80
MARGIN = " " * 4


class Page:
    """The steps so far, printed as they happen."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._steps = 0
        self._colours = sys.stdout.isatty() and not os.environ.get("NO_COLOR")

    @contextmanager
    def step(self, title: str, proves: str) -> Iterator[None]:
        """A step: its number and title first, what it proved and how long it took when it went well."""
        self._steps += 1
        print(f"\n{self._bold(f'{self._steps:>2}  {title}')}")
        began = time.monotonic()
        yield
        self._paragraph(f"{proves} ({time.monotonic() - began:.1f} s)", first="  = ")

    def say(self, text: str) -> None:
        """A paragraph inside a step."""
        self._paragraph(text, first=MARGIN)

    def line(self, text: str) -> None:
        """One line of somebody else's, cut off where the page ends."""
        room = WIDTH - len(MARGIN) - 2
        print(f"{MARGIN}  {text if len(text) <= room else text[: room - 1] + '…'}".rstrip())

    def end(self) -> None:
        """All went well."""
        print(f"\n{self._bold(f'{self._steps} steps, all as they should be, in {self._seconds():.0f} s')}")

    def failure(self, text: str) -> None:
        """Why the demo stops here."""
        print(f"\n{self._bold('This is not as it should be')}, {self._seconds():.0f} s after the start:\n{text}")

    def _seconds(self) -> float:
        return time.monotonic() - self._began

    def _paragraph(self, text: str, first: str) -> None:
        print(textwrap.fill(text, WIDTH, initial_indent=first, subsequent_indent=MARGIN, break_on_hyphens=False))

    def _bold(self, text: str) -> str:
        return f"\033[1m{text}\033[0m" if self._colours else text
