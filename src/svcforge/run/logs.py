"""The logs of all parts as one: new lines as they come, in order of time."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import IO

_STAMP = re.compile(r"(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d:\d\d)(?:[.,](\d{1,6}))?\d*\s?(Z|[+-]\d\d:?\d\d)?", re.ASCII)
_HEAD = 400
"""Characters of a line in which its time is looked for."""

Line = tuple[str, str]
"""Who said it, and what."""


def ordered(lines: Iterable[Line]) -> list[Line]:
    """The oldest first; a line without a time of its own stays behind the one before it of the same name."""
    latest: dict[str, float] = {}
    timed = []
    for name, line in lines:
        latest[name] = max(latest.get(name, 0.0), _time(line) or 0.0)
        timed.append((latest[name], name, line))
    return [(name, line) for _, name, line in sorted(timed, key=lambda item: item[0])]


def last_lines(path: Path, count: int) -> list[str]:
    """The end of a file, at most `count` lines; none when it is not there."""
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - count * 2000))
            return [_text(line) for line in file.read().splitlines()[-count:]]
    except OSError:
        return []


class Tail:
    """The lines of files, as they are added; a file may come later, or be moved away for a new one."""

    def __init__(self, sources: Mapping[str, Path]) -> None:
        self._sources = dict(sources)
        self._open: dict[str, IO[bytes]] = {}
        self._rest: dict[str, bytes] = {}

    def __enter__(self) -> Tail:
        return self

    def __exit__(self, *_: object) -> None:
        for file in self._open.values():
            file.close()

    def lines(self) -> list[Line]:
        """The whole lines that were added since the last call, all that there are the first time."""
        return ordered((name, line) for name in self._sources for line in self._added(name))

    def _added(self, name: str) -> Iterator[str]:
        path = self._sources[name]
        try:
            file = self._open.get(name) or self._open.setdefault(name, path.open("rb"))
            *whole, self._rest[name] = (self._rest.get(name, b"") + file.read()).split(b"\n")
            moved = path.stat().st_ino != os.fstat(file.fileno()).st_ino
        except OSError:
            return
        if moved:
            # The new file is read from its beginning the next time.
            self._open.pop(name).close()
        yield from map(_text, whole)


def keep_last_run(path: Path) -> None:
    """Move a log aside, so that a run begins with an empty one and the run before can still be read."""
    if path.exists():
        path.replace(path.with_name(path.name + ".1"))


def _time(line: str) -> float | None:
    stamp = _STAMP.search(line[:_HEAD])
    if not stamp:
        return None
    day, clock, fraction, zone = (group or "" for group in stamp.groups())
    try:
        # A time without a zone is local, as Envoy's is.
        return datetime.fromisoformat(f"{day}T{clock}.{fraction.ljust(6, '0')}{zone}").timestamp()
    except (ValueError, OverflowError):
        return None


def _text(line: bytes) -> str:
    return line.rstrip(b"\r\n").decode("utf-8", "replace")
