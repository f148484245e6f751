"""Conflicts that wait for the user: listed, and closed by taking one side."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from svcforge.errors import SvcforgeError
from svcforge.merge.entry import Current, State, Thing
from svcforge.merge.table import BESIDE
from svcforge.merge.threeway import settled
from svcforge.write.disk import MOST_MARKED, Disk, Hidden, TooLarge
from svcforge.write.journal import Journal, Put, Remove, Step, UnitSteps
from svcforge.write.manifest import MANIFEST, Manifest, manifest_text, read_state
from svcforge.write.staging import Staging
from svcforge.write.units import units_in
from svcforge.write.workspace import Workspace, peek, trouble

Side = Literal["yours", "generated"]
"""Whose lines are taken: the user's, or those that are generated now."""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A file that waits for the user; `path` is from the root of the output.

    `marked` tells whether its conflict is between markers in the file itself, `beside` whether the new one lies beside
    it; where neither is so any more, it is resolved.
    """

    path: str
    marked: bool
    beside: bool

    @property
    def open(self) -> bool:
        """Whether something is left to be resolved."""
        return self.marked or self.beside


def conflicts(out: Path) -> list[Conflict]:
    """The conflicts in an output, by path; those that the user has resolved since are no more.

    Raises SvcforgeError when another command is at work in there.
    """
    disk = peek(out)
    if disk is None:
        return []
    try:
        return [
            found for folder, known in units_in(out, disk) for found, _ in _waiting(disk, folder, known) if found.open
        ]
    finally:
        disk.close()


def take(out: Path, side: Side, only: Collection[str] = (), *, durable: bool = True) -> list[Conflict]:
    """Close conflicts by taking one side of each; what is closed.

    Args:
        only: the paths to close, from the root of the output; none is all.

    Raises SvcforgeError, and changes nothing, where one of `only` is in no conflict, or a file cannot be written.
    """
    with Workspace(out, durable) as workspace:
        closed: list[Conflict] = []
        units = []
        try:
            for number, (folder, known) in enumerate(units_in(out, workspace.disk)):
                waiting = list(_waiting(workspace.disk, folder, known))
                chosen = [found for found in waiting if found[0].open and (not only or found[0].path in only)]
                if chosen:
                    closed += [conflict for conflict, _ in chosen]
                    units.append(_closed(workspace, number, folder, known, chosen, side))
        except OSError as error:
            raise trouble(out, error) from None
        if unknown := sorted(set(only) - {conflict.path for conflict in closed}):
            raise SvcforgeError(f'"{unknown[0]}" is in no conflict', "svcforge resolve lists those that are")
        if units and (late := workspace.commit(Journal(workspace.staging_name, units))):
            left = {path for paths in late.values() for path in paths}
            closed = [conflict for conflict in closed if conflict.path not in left]
        return closed


def _waiting(disk: Disk, folder: str, known: Manifest) -> Iterator[tuple[Conflict, Current]]:
    for path, entry in known.files.items():
        if entry.state is State.CONFLICTED:
            full = f"{folder}/{path}" if folder else path
            current = disk.look(full)
            beside = disk.look(full + BESIDE).thing is not Thing.ABSENT
            yield Conflict(full, current.marked, beside), current


def _closed(
    workspace: Workspace,
    number: int,
    folder: str,
    known: Manifest,
    chosen: list[tuple[Conflict, Current]],
    side: Side,
) -> UnitSteps:
    """The steps that close a unit's conflicts, its manifest the last."""
    staging, disk = Staging(workspace.staging, number), workspace.disk
    steps: list[Step] = []
    for conflict, current in chosen:
        text = _text(disk, conflict.path) if conflict.marked else None
        if text is not None:
            steps.append(_put(staging, conflict.path, settled(text, side), current))
        if conflict.beside:
            beside = disk.look(conflict.path + BESIDE)
            if beside.thing is not Thing.FILE:
                raise SvcforgeError(f'"{conflict.path}{BESIDE}" is {beside.thing}', "move it away")
            if side == "generated" and text is None:
                steps.append(_put(staging, conflict.path, _text(disk, conflict.path + BESIDE), current))
            steps.append(Remove(conflict.path + BESIDE, staging.name(), beside.signature))
    inside = f"{folder}/" if folder else ""
    done = {conflict.path.removeprefix(inside) for conflict, _ in chosen}
    files = {p: replace(e, state=State.CLEAN) if p in done else e for p, e in known.files.items()}
    there = read_state(disk, folder, MANIFEST)
    assert there is not None
    text = manifest_text(replace(known, files=files))
    state = Put(inside + MANIFEST, *staging.file(text, there[1][3], exact=True), there[1])
    return UnitSteps(known.header.unit, folder, steps, (state,))


def _put(staging: Staging, path: str, data: bytes, current: Current) -> Put:
    before = current.signature if current.thing is Thing.FILE else None
    return Put(path, *staging.file(data, before[3] if before else 0o666, exact=before is not None), before)


def _text(disk: Disk, path: str) -> bytes:
    try:
        found = disk.read(path, 1 << 30 if path.endswith(BESIDE) else MOST_MARKED)
    except (Hidden, TooLarge):
        found = None
    if found is None:
        raise SvcforgeError(f'"{path}" cannot be read any more', "look at it, then try again")
    return found[0]
