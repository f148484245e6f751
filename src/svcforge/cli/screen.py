"""Where a running system is shown: a terminal with a table that stays below the log lines, or a plain stream."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import typer

from svcforge.run.logs import Line
from svcforge.run.session import Status

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.live import Live

    from svcforge.report.live import Row

TABLE_EVERY = 0.5
"""Seconds between two looks at the machine for the table."""


class Screen:
    """Prints log lines of `names` as they come; with a `status`, a terminal shows its table too."""

    def __init__(self, names: Iterable[str], status: Callable[[], Status] | None = None) -> None:
        self._status = status
        self._width = max(map(len, names))
        self._console = terminal()
        self._live: Live | None = None
        self._looked = 0.0
        self._shown: RenderableType = ""

    def __enter__(self) -> Screen:
        if self._console and self._status:
            from rich.live import Live

            self._live = Live(console=self._console, get_renderable=self._table, refresh_per_second=4, transient=True)
            self._live.start()
        return self

    def __exit__(self, *_: object) -> None:
        if self._live:
            self._live.stop()

    def show(self, lines: Iterable[Line]) -> None:
        """Print log lines behind their parts' names."""
        for name, line in lines:
            if self._console:
                from svcforge.report.live import log_line

                self._console.print(log_line(name, line, self._width), soft_wrap=True)
            else:
                typer.echo(f"{name:<{self._width}} | {line}")

    def say(self, text: str) -> None:
        """Print a text of our own."""
        if self._console:
            self._console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            typer.echo(text)

    def _table(self) -> RenderableType:
        if self._status and time.monotonic() - self._looked > TABLE_EVERY:
            from svcforge.report.live import table

            self._looked = time.monotonic()
            self._shown = table(rows(self._status()))
        return self._shown


def terminal() -> Console | None:
    """The terminal that standard output is, or None when it is something else."""
    if not sys.stdout.isatty():
        return None
    from rich.console import Console

    console = Console()
    return None if console.is_dumb_terminal else console


def rows(status: Status) -> list[Row]:
    """The parts of a system as lines of the table."""
    from svcforge.report.live import Row

    return [
        Row(
            name=part.name,
            state=part.state,
            port=int(part.url.rpartition(":")[2]),
            memory=part.memory,
            restarts=part.restarts,
            # Nobody should take a played external for the real one.
            detail=part.detail or ("stand-in" if part.kind == "stand-in" else ""),
        )
        for part in status.parts
    ]
