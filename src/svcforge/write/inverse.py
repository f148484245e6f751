"""Undoing a run: the journal that does it backwards, written when the run is done and read when that is wanted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from itertools import count

from svcforge.merge.entry import Thing
from svcforge.write.disk import Disk, Hidden, signature, status
from svcforge.write.journal import UNDO, Journal, Move, Put, Remove, Step, UnitSteps
from svcforge.write.manifest import BASE, MANIFEST, manifest_of, read_state


def inverse(disk: Disk, journal: Journal, late: Mapping[str, Sequence[str]]) -> Journal:
    """What takes a journal back that has been done: what it replaced comes back, what it made goes.

    What was changed meanwhile was not done and is left out. Each step holds what the run left at its path: what looks
    otherwise when it is undone has been worked on since.
    """
    # Where steps before a move have put what they did is, by now, elsewhere.
    elsewhere = {move.source: move.path for unit in journal.units for move in _moves(unit.files)}
    with closing(disk.seen_as(elsewhere)) as seen:
        units = [back for unit in reversed(journal.units) for back in _unit(seen, unit, late.get(unit.unit, ()))]
    return Journal(UNDO, [unit for unit in units if unit.files or unit.state])


def _unit(disk: Disk, unit: UnitSteps, unmoved: Sequence[str]) -> Iterator[UnitSteps]:
    files = [back for step in reversed(unit.files) if step.path not in unmoved for back in _back(disk, step)]
    state = [] if unmoved else [back for step in reversed(unit.state) for back in _back(disk, step)]
    yield UnitSteps(unit.unit, unit.folder, files, ())
    # Apart: the state goes back even if a file stays, so that the next generation offers everything anew.
    yield UnitSteps(unit.unit, unit.folder, (), state)
    # Last of all: until then the paths are those after the move.
    yield from (UnitSteps(unit.unit, move.source, [_moved_back(move)], ()) for move in _moves(unit.files))


def _moves(steps: Sequence[Step]) -> Iterator[Move]:
    return (step for step in steps if isinstance(step, Move))


def _moved_back(move: Move) -> Move:
    return Move(move.source, move.path, move.inode)


def _back(disk: Disk, step: Step) -> Iterator[Step]:
    if isinstance(step, Move):
        return
    if isinstance(step, Remove):
        yield Put(step.path, step.staged, step.before[0])
        return
    try:
        here = status(*disk.place(step.path))
    except (FileNotFoundError, Hidden):
        return
    if here is None or here.st_ino != step.inode:
        return
    if step.before is None:
        # Its name in staging has been free since it was moved to its path.
        yield Remove(step.path, step.staged, signature(here))
    else:
        yield Put(step.path, step.staged, step.before[0], signature(here))


def backwards(disk: Disk, kept: Journal) -> tuple[Journal, list[str]]:
    """The journal that was kept for undoing, and the files that it leaves.

    Folders that were made are taken apart into their files; those that have been worked on since are left.
    """
    units, left = [], []
    for unit in kept.units:
        whole = next((s for s in unit.files if isinstance(s, Remove) and s.path == unit.folder), None)
        if whole is None:
            units.append(unit)
        elif disk.look(unit.folder).thing is Thing.FOLDER:
            names = (f"{whole.staged}.u{number}" for number in count())
            text = read_state(disk, unit.folder, MANIFEST)
            known = manifest_of(text[0], f"{unit.folder}/{MANIFEST}").files if text else {}
            gone = []
            for path, entry in known.items():
                current = disk.look(f"{unit.folder}/{path}")
                if current.thing is Thing.FILE and current.hash == entry.hash:
                    gone.append(Remove(f"{unit.folder}/{path}", next(names), current.signature))
                elif current.thing is not Thing.ABSENT:
                    left.append(f"{unit.folder}/{path}")
            units.append(UnitSteps(unit.unit, unit.folder, gone, ()))
            units.append(UnitSteps(unit.unit, unit.folder, (), list(_state_of(disk, unit.folder, names))))
    return Journal(UNDO, units), left


def _state_of(disk: Disk, folder: str, names: Iterator[str]) -> Iterator[Remove]:
    for name in (BASE, MANIFEST):
        current = disk.look(f"{folder}/{name}")
        if current.thing is Thing.FILE:
            yield Remove(f"{folder}/{name}", next(names), current.signature)
