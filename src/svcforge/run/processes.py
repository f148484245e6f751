"""What the machine says of running processes, and which of them are ours: never told by a number alone."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from svcforge import process

MARK = "SVCFORGE_RUN"
"""Stands in the environment of every process we start; its value is the system's folder."""

_PROC = Path("/proc")


@dataclass(frozen=True, slots=True)
class Identity:
    """A process for good: its number and when it started, since numbers are used again."""

    pid: int
    started: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A process that runs: its group, and its resident memory in bytes."""

    identity: Identity
    group: int
    memory: int


Machine = dict[int, Seen]
"""All running processes by number, as of one moment; those that have ended and wait to be reaped are not in it."""


def machine() -> Machine:
    """The processes of this machine now."""
    found = _from_proc() if sys.platform == "linux" else _from_ps()
    return {one.identity.pid: one for one in found}


def identity(pid: int) -> Identity | None:
    """The process with this number now; None when there is none."""
    one = _read_stat(pid) if sys.platform == "linux" else machine().get(pid)
    return one.identity if one else None


def running(ones: Iterable[Identity]) -> set[Identity]:
    """Those of them that still run: the very same processes, not others with their numbers."""
    if sys.platform == "linux":
        return {one for one in ones if identity(one.pid) == one}
    now = {seen.identity for seen in machine().values()}
    return {one for one in ones if one in now}


def memory(one: Identity, now: Machine) -> int | None:
    """Bytes held by a process and the others of its group; None when it does not run."""
    if one.pid not in now or now[one.pid].identity != one:
        return None
    return sum(seen.memory for seen in now.values() if seen.group == one.pid or seen.identity == one)


def marked(folder: Path) -> list[Identity]:
    """Processes started for the system in `folder`, recorded or not, save this one.

    Only Linux shows another process's environment; elsewhere there are none and the records must do.
    """
    if sys.platform != "linux":
        return []
    wanted = f"{MARK}={folder}".encode()
    return [
        one.identity
        for one in _from_proc()
        if one.identity.pid != os.getpid() and wanted in _environment(one.identity.pid).split(b"\0")
    ]


def _environment(pid: int) -> bytes:
    try:
        return (_PROC / str(pid) / "environ").read_bytes()
    except OSError:
        return b""


def _from_proc() -> Iterator[Seen]:
    for folder in _PROC.iterdir():
        if folder.name.isdecimal() and (one := _read_stat(int(folder.name))):
            yield one


def _read_stat(pid: int) -> Seen | None:
    try:
        text = (_PROC / str(pid) / "stat").read_bytes()
    except OSError:
        return None
    # The program's name stands in parentheses and may hold any of them: proc(5) counts what follows the last.
    state, _, group, *rest = text[text.rindex(b")") + 2 :].split()
    if state in (b"Z", b"X"):
        return None
    ticks, pages = rest[16], int(rest[18])
    return Seen(Identity(pid, f"{ticks.decode()}@{_boot()}"), int(group), pages * _page_size())


@cache
def _boot() -> str:
    """This boot of the machine: ticks are counted from it."""
    return (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()


@cache
def _page_size() -> int:
    return os.sysconf("SC_PAGE_SIZE")


def _from_ps() -> Iterator[Seen]:
    # `stat=` stands before `lstart=`, whose value has spaces.
    columns = ("pid=", "pgid=", "rss=", "stat=", "lstart=")
    answer = process.run(["ps", "-ax", *(part for name in columns for part in ("-o", name))], env={"LC_ALL": "C"})
    for line in answer.out.splitlines():
        pid, group, kilobytes, state, started = line.split(None, 4)
        if not state.startswith("Z"):
            yield Seen(Identity(int(pid), started.strip()), int(group), int(kilobytes) * 1024)
