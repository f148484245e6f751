"""How long a program takes and how much memory it needs: in processes of its own, nothing shared with this one."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes in the unit in which this system tells of memory."""


class Failed(Exception):
    """A program that was to be measured did not end well; says what it printed."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What a run took: seconds on the wall, and bytes of memory at its peak (of its largest process)."""

    seconds: float
    memory: int


def taken(args: Sequence[str | Path], env: Mapping[str, str] | None = None) -> Taken:
    """Run a program once; raises Failed unless it ends with 0."""
    start = time.perf_counter()
    with subprocess.Popen(
        [str(arg) for arg in args],
        env=env,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    ) as child:
        assert child.stdout is not None
        printed = child.stdout.read()
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        shown = printed.decode("utf-8", "replace").strip()[-2000:]
        raise Failed(f"{' '.join(map(str, args))} ended with {child.returncode}\n{shown}")
    return Taken(seconds, usage.ru_maxrss * UNIT)


def settled() -> None:
    """Return once all that earlier runs left in memory is on disk: the next one must not wait for it."""
    os.sync()


def least(runs: Sequence[Taken]) -> Taken:
    """The least of several runs: what is above it is what else the machine was doing."""
    return Taken(min(run.seconds for run in runs), min(run.memory for run in runs))


def svcforge() -> list[str]:
    """The command as it is installed beside this interpreter."""
    script = Path(sys.executable).with_name("svcforge")
    return [str(script)] if script.exists() else [sys.executable, "-m", "svcforge"]
