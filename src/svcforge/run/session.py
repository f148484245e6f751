"""What the commands do with a running system: start its supervisor, see how it is, stop it."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from svcforge import process
from svcforge.errors import SvcforgeError
from svcforge.process import Child
from svcforge.run import manifest, processes, state
from svcforge.run.assembly import Selection, selected
from svcforge.run.ending import Running, end
from svcforge.run.layout import Layout
from svcforge.run.lifetime import end_leftovers, leftovers
from svcforge.run.lock import held
from svcforge.run.logs import keep_last_run
from svcforge.run.processes import MARK
from svcforge.run.state import State

PATIENCE = 60.0
"""Seconds that a supervisor may take to end what it runs, before that is done without it."""


@dataclass(frozen=True, slots=True)
class PartStatus:
    """A part as a user sees it; `memory` in bytes, None when it does not run."""

    name: str
    kind: str
    state: str
    url: str
    pid: int | None
    memory: int | None
    restarts: int
    detail: str


@dataclass(frozen=True, slots=True)
class Status:
    """A system as a user sees it. `phase` is `lost` when its supervisor was killed and parts still run."""

    system: str
    running: bool
    phase: str
    parts: tuple[PartStatus, ...]


def start(root: Path, selection: Selection, deadline: float | None = None) -> Child:
    """Start the supervisor in a session of its own; raises SvcforgeError when one runs already."""
    if sys.platform == "win32":
        raise SvcforgeError("a system does not run on Windows itself", "run `svcforge up` inside WSL")
    system = manifest.read(root)
    selected(system, selection)
    layout = Layout(root)
    layout.prepare()
    with held(layout.lock) as ours:
        if not ours:
            raise already_running(root)
        for log in (layout.journal, *map(layout.log, system.names)):
            keep_last_run(log)
    options = [f"--only={name}" for name in selection.only] + [f"--except={name}" for name in selection.yours]
    options += [] if selection.gateway else ["--no-gateway"]
    options += [] if deadline is None else [f"--deadline={deadline}"]
    command = [sys.executable, "-m", "svcforge.run", str(root), *options]
    # The user's whole environment: the supervisor hands on what each child may see.
    return process.start(command, root, {MARK: str(root)}, out=layout.journal, inherit=("*",))


def already_running(root: Path) -> SvcforgeError:
    """The complaint about a second `up`."""
    return SvcforgeError(
        f'"{manifest.read(root).system}" is already running here',
        "`svcforge status` shows it, `svcforge down` ends it",
        exit_code=1,
    )


def live_state(root: Path) -> State | None:
    """What the supervisor last said, if it still runs."""
    last = state.read(Layout(root))
    return last if last and processes.running([state.identity_of(last.supervisor)]) else None


def status(root: Path) -> Status:
    """How the system is, also when it does not run."""
    last, now = state.read(Layout(root)), processes.machine()
    system = last.system if last else manifest.read(root).system
    live = live_state(root)
    parts = []
    for part in last.parts if last else ():
        memory = processes.memory(state.identity_of(part.process), now) if part.process else None
        # Nobody keeps the conditions of a lost system; what runs and what does not is still to be seen.
        condition = part.condition if live else "running" if memory is not None else "stopped"
        parts.append(
            PartStatus(
                name=part.name,
                kind=part.kind,
                state=condition,
                url=f"http://127.0.0.1:{part.port}" if part.kind != "broker" else f"amqp://127.0.0.1:{part.port}",
                pid=part.process.pid if part.process and memory is not None else None,
                memory=memory,
                restarts=part.restarts,
                detail=part.detail,
            )
        )
    lost = any(part.memory is not None for part in parts)
    phase = live.phase if live else "lost" if lost else "stopped"
    return Status(system, live is not None, phase, tuple(parts))


def stop(root: Path, say: Callable[[str], None]) -> bool:
    """End every process of the system, its supervisor being alive or not; whether there was any."""
    ended = False
    if live := live_state(root):
        supervisor = state.identity_of(live.supervisor)
        asyncio.run(end([Running("svcforge", supervisor, wave=0)], lambda: PATIENCE))
        ended = True
    if leftovers(Layout(root)):
        ended = asyncio.run(end_leftovers(Layout(root), lambda: 10.0, say)) > 0
    return ended


def log_sources(root: Path) -> dict[str, Path]:
    """Where the logs are, by name: every part's, and under `svcforge` what the supervisor says."""
    layout, system = Layout(root), manifest.read(root)
    return {"svcforge": layout.journal, **{name: layout.log(name) for name in system.names}}
