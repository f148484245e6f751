"""What runs, as a file: the supervisor writes it at every change, the other commands read it."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from svcforge.run.ending import Running
from svcforge.run.layout import Layout, write_private
from svcforge.run.manifest import Drain
from svcforge.run.processes import Identity

PartCondition = Literal[
    "waiting", "migrating", "starting", "healthy", "unhealthy", "restarting", "stopping", "stopped", "yours"
]
"""`yours` is one that the user starts and that does not answer yet."""

Phase = Literal["preparing", "starting", "running", "incomplete", "stopping", "stopped", "failed"]
"""`incomplete`: all have been started and some never became healthy. `failed`: nothing could be started."""


class _Kept(BaseModel):
    model_config = ConfigDict(frozen=True)


class Process(_Kept):
    """A process for good: see `processes.Identity`."""

    pid: int
    started: str


class PartState(_Kept):
    """One part: its condition, and what is needed to find and end its process."""

    name: str
    kind: str
    condition: PartCondition
    port: int
    wave: int
    restarts: int = 0
    detail: str = ""
    process: Process | None = None
    admin: int | None = None
    drain: Drain | None = None


class State(_Kept):
    """The whole system; `message` and `hint` say why it failed."""

    version: Literal[1] = 1
    system: str
    phase: Phase
    supervisor: Process
    parts: tuple[PartState, ...] = ()
    message: str = ""
    hint: str = ""

    def running(self) -> tuple[Running, ...]:
        """The processes recorded, in the form in which they can be ended."""
        return tuple(
            Running(part.name, identity_of(part.process), part.wave, part.admin, part.drain)
            for part in self.parts
            if part.process
        )


def identity_of(process: Process) -> Identity:
    """A recorded process as the machine knows it."""
    return Identity(process.pid, process.started)


def process_of(identity: Identity) -> Process:
    """A process as it is recorded."""
    return Process(pid=identity.pid, started=identity.started)


def read(layout: Layout) -> State | None:
    """The last state written; None when nothing ever ran here, or the file is of another svcforge."""
    try:
        return State.model_validate_json(layout.state_file.read_bytes())
    except (OSError, ValidationError):
        return None


def write(layout: Layout, state: State) -> None:
    """Put the state in the place of the last one."""
    write_private(layout.state_file, state.model_dump_json(indent=1) + "\n")
