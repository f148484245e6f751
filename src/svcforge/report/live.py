"""A running system on a terminal: the table of its parts, and its log lines coloured by name."""

from __future__ import annotations

import json
import re
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from rich.table import Table
from rich.text import Text

_NAME_STYLES = ("cyan", "magenta", "green", "yellow", "blue", "bright_cyan", "bright_magenta", "bright_green")
_STATE_STYLES = {
    "healthy": "green",
    "running": "green",
    "unhealthy": "bold red",
    "restarting": "bold red",
    "stopped": "dim",
    "yours": "bold cyan",
}
_LEVEL_STYLES = {"warning": "yellow", "error": "bold red", "critical": "bold red"}
_STAMP = re.compile(r"\d{4}-\d\d-\d\dT(\d\d:\d\d:\d\d)[.\d]*Z ")
_HEADINGS = ("part", "state", "port", "memory", "restarts", "")


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the table; `memory` in bytes, None when the part does not run."""

    name: str
    state: str
    port: int
    memory: int | None
    restarts: int
    detail: str = ""


def table(rows: Iterable[Row]) -> Table:
    """The parts as a table for a terminal."""
    shown = Table(box=None, header_style="dim", pad_edge=False)
    for heading in _HEADINGS:
        numeric = heading in ("port", "memory", "restarts")
        shown.add_column(heading, justify="right" if numeric else "left", no_wrap=heading != "", overflow="ellipsis")
    for row in rows:
        name, state, *rest, detail = cells(row)
        style = _STATE_STYLES.get(state, "yellow")
        shown.add_row(Text(name, name_style(name)), Text(state, style), *rest, Text(detail, "dim"))
    return shown


def plain_table(rows: Iterable[Row]) -> str:
    """The same as aligned text, for a file or a pipe."""
    lines = [_HEADINGS, *(cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(_HEADINGS))]
    return "\n".join(_aligned(line, widths) for line in lines)


def cells(row: Row) -> tuple[str, ...]:
    """A row as text, a cell for each heading."""
    memory = "" if row.memory is None else f"{row.memory / 1_000_000:.0f} MB"
    return (row.name, row.state, str(row.port), memory, str(row.restarts or ""), row.detail)


def log_line(name: str, line: str, width: int) -> Text:
    """A log line behind its part's name, which is `width` characters wide."""
    return Text.assemble((f"{name:<{width}} | ", name_style(name)), readable(line))


def readable(line: str) -> Text:
    """A JSON log line as time, level, message and the rest; any other line as it is, with a short time."""
    try:
        fields = json.loads(line) if line.startswith("{") else None
    except ValueError:
        fields = None
    if not isinstance(fields, dict):
        stamp = _STAMP.match(line)
        return Text.assemble((f"{stamp[1]} ", "dim"), line[stamp.end() :]) if stamp else Text(line)
    moment = str(fields.pop("timestamp", ""))[11:19]
    level = str(fields.pop("level", ""))
    message = str(fields.pop("event", "") or fields.pop("message", ""))
    rest = " ".join(f"{name}={value}" for name, value in fields.items())
    text = Text()
    for part, style in ((moment, "dim"), (level, _LEVEL_STYLES.get(level, "dim")), (message, ""), (rest, "dim")):
        if part:
            text.append(f"{part} ", style)
    return text


def name_style(name: str) -> str:
    """The colour of a name, the same in every run."""
    return _NAME_STYLES[zlib.crc32(name.encode()) % len(_NAME_STYLES)]


def _aligned(line: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()


@contextmanager
def counting(what: str, least: int) -> Iterator[Callable[[int, int], None]]:
    """A progress bar on standard error for at least so many things; called with those done and all of them."""
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = None

        def count(done: int, total: int) -> None:
            nonlocal task
            if total >= least:
                task = progress.add_task(what, total=total) if task is None else task
                progress.update(task, completed=done)

        yield count
