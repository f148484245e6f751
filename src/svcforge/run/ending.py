"""Ends what runs: the last started first, politely, then for good."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import signal
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import groupby

from svcforge.run import health, processes
from svcforge.run.manifest import Drain
from svcforge.run.processes import Identity

_STEP = 0.03
"""Seconds between two looks at what still runs."""


@dataclass(frozen=True, slots=True)
class Running:
    """A process group to be ended; those of a higher wave were started later. `admin` is the port that drains it."""

    name: str
    identity: Identity
    wave: int
    admin: int | None = None
    drain: Drain | None = None


async def end(running: Iterable[Running], grace: Callable[[], float]) -> None:
    """End all, wave by wave from the highest: drain, SIGTERM, and SIGKILL for what is left.

    `grace` tells how many seconds a wave has; it is asked again and again, so that it may become 0 meanwhile.
    """
    by_wave = sorted(running, key=lambda one: -one.wave)
    for _, wave in groupby(by_wave, key=lambda one: one.wave):
        here = tuple(wave)
        await asyncio.gather(*(_drained(one, grace) for one in here))
        _signal(here, signal.SIGTERM)
        left = await _left(here, grace)
        _signal(left, signal.SIGKILL)
        await _left(left, lambda: 5.0)


async def _drained(one: Running, grace: Callable[[], float]) -> None:
    if one.drain is None or one.admin is None or not processes.running([one.identity]):
        return
    began = asyncio.get_running_loop().time()
    status, _ = await health.ask(one.admin, "POST", one.drain.post)
    while status == 200 and asyncio.get_running_loop().time() - began < grace():
        status, text = await health.ask(one.admin, "GET", one.drain.busy)
        if not any(int(number) for number in re.findall(r"(\d+)\s*$", text, re.MULTILINE)):
            return
        await asyncio.sleep(_STEP)


async def _left(running: tuple[Running, ...], grace: Callable[[], float]) -> tuple[Running, ...]:
    """Those that still run once all have ended or the time is up."""
    began = asyncio.get_running_loop().time()
    while left := _running(running):
        if asyncio.get_running_loop().time() - began >= grace():
            break
        await asyncio.sleep(_STEP)
    return left


def _signal(running: Iterable[Running], number: int) -> None:
    # A look right before the signal: the number may be another process's by now.
    for one in _running(running):
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if os.getpgid(one.identity.pid) == one.identity.pid:
                os.killpg(one.identity.pid, number)
            else:
                os.kill(one.identity.pid, number)


def _running(these: Iterable[Running]) -> tuple[Running, ...]:
    these = tuple(these)
    alive = processes.running(one.identity for one in these)
    return tuple(one for one in these if one.identity in alive)
