"""The journal: what a run is about to do, written down before it does it, so that a run cut short can be finished."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from svcforge.errors import SvcforgeError
from svcforge.merge.entry import Signature
from svcforge.render.gate import STATE, check_path
from svcforge.write import names
from svcforge.write.disk import write
from svcforge.write.manifest import BASE, MANIFEST

VERSION = 1
JOURNAL = f"{STATE}/journal.json"
LARGEST = 1 << 30
"""Bytes of a journal; a change of every file of ten thousand services needs a tenth."""

UNDO = "undo"
"""The folder, in the workspace's state, of what the last run replaced, which is the staging folder of undoing it."""

WORKSPACE_LOCK = "svcforge.lock"
"""The one file outside the state folders that is state."""


@dataclass(frozen=True, slots=True)
class Put:
    """A file, or a new unit's whole folder, is moved from staging to its path.

    Args:
        path: from the root of the output.
        staged: its name in the staging folder, which is where what it replaces goes.
        inode: of what was staged.
        before: what it replaces; None where nothing was.
    """

    path: str
    staged: str
    inode: int
    before: Signature | None = None


@dataclass(frozen=True, slots=True)
class Remove:
    """A file is moved from its path to the staging folder."""

    path: str
    staged: str
    before: Signature


@dataclass(frozen=True, slots=True)
class Move:
    """A unit's folder is moved: from `source` to its path; `inode` is the folder's."""

    path: str
    source: str
    inode: int


Step = Put | Remove | Move


@dataclass(frozen=True, slots=True)
class UnitSteps:
    """A unit's files, and its state, which is left as it was when one of the files has changed meanwhile."""

    unit: str
    folder: str
    files: Sequence[Step]
    state: Sequence[Step]


@dataclass(frozen=True, slots=True)
class Journal:
    """All of a run: the name of the staging folder, and the units in the order in which they are done."""

    staging: str
    units: Sequence[UnitSteps]


def journal_text(journal: Journal) -> bytes:
    """The journal as it is written."""

    def steps(found: Sequence[Step]) -> list[list[object]]:
        return [
            ["move", step.path, step.source, step.inode]
            if isinstance(step, Move)
            else ["put", step.path, step.staged, step.inode, step.before]
            if isinstance(step, Put)
            else ["remove", step.path, step.staged, step.before]
            for step in found
        ]

    units = [
        {"unit": unit.unit, "folder": unit.folder, "files": steps(unit.files), "state": steps(unit.state)}
        for unit in journal.units
    ]
    return json.dumps({"version": VERSION, "staging": journal.staging, "units": units}).encode()


def journal_of(text: bytes) -> Journal:
    """The journal in a text that anybody may have written.

    Raises SvcforgeError when it is none, or names a path that may not be written.
    """
    try:
        found = _Document.model_validate_json(text)
        return Journal(found.staging, tuple(unit.steps() for unit in found.units))
    except (ValidationError, SvcforgeError) as error:
        what = error.message if isinstance(error, SvcforgeError) else str(error.errors(include_url=False)[0]["msg"])
        raise SvcforgeError(
            f'"{JOURNAL}" is no journal of svcforge: {what.lower()}',
            "remove it and its staging folder if you did not get it from svcforge on this machine",
        ) from None


def write_journal(state: int, journal: Journal) -> None:
    """Write the journal into the open state folder: once this returns, the run will be done."""
    name = JOURNAL.rpartition("/")[2]
    write(state, f"{name}.new", journal_text(journal), 0o600)
    descriptor = os.open(f"{name}.new", os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=state)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    os.rename(f"{name}.new", name, src_dir_fd=state, dst_dir_fd=state)
    names.sync_names(state)


def drop_journal(state: int) -> None:
    """Remove the journal: the run is done, or undone."""
    os.unlink(JOURNAL.rpartition("/")[2], dir_fd=state)
    names.sync_names(state)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


_Number = Annotated[int, Field(ge=0, strict=True)]
_Signature = tuple[_Number, _Number, Annotated[int, Field(strict=True)], _Number]
_Staged = Annotated[str, Field(pattern=r"^[0-9]+(\.[0-9a-z]+)?$")]
_Put = tuple[Literal["put"], str, _Staged, _Number, _Signature | None]
_Remove = tuple[Literal["remove"], str, _Staged, _Signature]
_Move = tuple[Literal["move"], str, str, _Number]


class _Unit(_Strict):
    unit: str
    folder: str
    files: tuple[_Put | _Remove | _Move, ...]
    state: tuple[_Put | _Remove, ...]

    def steps(self) -> UnitSteps:
        if self.folder:
            check_path(self.folder)
        inside = f"{self.folder}/" if self.folder else ""
        files: list[Step] = []
        for step in self.files:
            if step[1] != self.folder and not step[1].startswith(inside):
                raise SvcforgeError(f'"{step[1]}" is outside its unit')
            check_path(step[1])
            if step[0] == "move":
                check_path(step[2])
                files.append(Move(*step[1:]))
            else:
                files.append(_step(step))
        for step in self.state:
            if step[1] not in (inside + MANIFEST, inside + BASE, WORKSPACE_LOCK):
                raise SvcforgeError(f'"{step[1]}" is no state of its unit')
        return UnitSteps(self.unit, self.folder, files, [_step(step) for step in self.state])


def _step(
    step: tuple[Literal["put"], str, str, int, Signature | None] | tuple[Literal["remove"], str, str, Signature],
) -> Step:
    return Put(*step[1:]) if step[0] == "put" else Remove(*step[1:])


class _Document(_Strict):
    version: Literal[1]
    staging: Annotated[str, Field(pattern=rf"^(tx-[0-9]+|{UNDO})$")]
    units: tuple[_Unit, ...]
