"""What is wrong with the state that svcforge keeps in an output, and mending what can be mended without losing anything."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from svcforge.errors import SvcforgeError
from svcforge.merge.entry import Entry, State, Thing, offered
from svcforge.merge.table import BESIDE
from svcforge.merge.threeway import OPEN
from svcforge.packs.unit import File
from svcforge.write.disk import Disk
from svcforge.write.journal import WORKSPACE_LOCK, Journal, Put, Step, UnitSteps
from svcforge.write.lock import read_lock, units_of
from svcforge.write.manifest import BASE, MANIFEST, Manifest, Offered, kept, manifest_of, manifest_text, read_state
from svcforge.write.parted import blended, committed, joined, joined_lock, sides
from svcforge.write.staging import Staging
from svcforge.write.units import folders_of_units
from svcforge.write.workspace import Workspace, peek

REJOINED = "svcforge generate puts them together, or doctor --fix"
"""What helps against a merge of git's."""


ALONE = (
    "svcforge doctor --fix makes it again while the blueprint is as it was; else these files lie side by side unmerged"
)
"""What is left where git has not what is lost."""

Again = Callable[[str, Manifest], Mapping[str, bytes]]
"""Folder and manifest of a unit -> the bytes of its files by path, as they would be generated now."""


@dataclass(frozen=True, slots=True)
class Ailment:
    """Something wrong: where, what, what to do; `mended` once `mend` has done that."""

    path: str
    problem: str
    remedy: str
    mended: bool = False


def ailments(out: Path) -> list[Ailment]:
    """What is wrong in an output.

    Raises SvcforgeError when there is none, another command is at work in it, or an earlier one was cut short.
    """
    disk = peek(out)
    if disk is None:
        raise SvcforgeError(f'there is no "{out}"', "name the folder that was generated into")
    try:
        return [
            *_of_lock(out, disk),
            *(found for folder in folders_of_units(out) for found in _of_unit(out, disk, folder)),
        ]
    finally:
        disk.close()


def mend(out: Path, again: Again = lambda *_: {}, *, durable: bool = True) -> list[Ailment]:
    """Rebuild the bases that can be rebuilt from the user's git repository; what was wrong, and what still is.

    Args:
        again: what makes a unit's files again where git does not have all; by their hashes it is seen if they are those.
        durable: whether everything is put onto the disk before and after.

    Raises SvcforgeError, and changes nothing, when it cannot be written.
    """
    before = ailments(out)
    with Workspace(out, durable) as workspace:
        units = []
        lock = workspace.disk.read(WORKSPACE_LOCK, 1 << 20)
        if lock is not None and (both := joined_lock(lock[0])) != lock[0]:
            laid = Staging(workspace.staging, 0).file(both, lock[1][3], exact=True)
            units.append(UnitSteps(WORKSPACE_LOCK, "", (), (Put(WORKSPACE_LOCK, *laid, lock[1]),)))
        for number, folder in enumerate(folders_of_units(out), 1):
            steps = _rebuilt(out, workspace, number, folder, again)
            units += [UnitSteps(folder or WORKSPACE_LOCK, folder, (), steps)] if steps else []
        if units:
            workspace.commit(Journal(workspace.staging_name, units))
    left = ailments(out)
    return [replace(found, mended=found not in left) for found in before]


def rejoin(out: Path, durable: bool = True) -> None:
    """Put together what git has left of two branches in the state of an output, if it has.

    Raises SvcforgeError, and changes nothing, when it cannot be written.
    """
    for folder in ("", *units_of(read_lock(out) or b"")):
        try:
            # Whatever stands there: a pipe must not make one wait, nor a link lead out.
            manifest = os.open(out / folder / MANIFEST, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC)
        except OSError:
            continue
        try:
            parted = os.read(manifest, len(OPEN)) == OPEN
        except OSError:
            parted = False
        finally:
            os.close(manifest)
        if parted:
            mend(out, durable=durable)
            return


def _of_lock(out: Path, disk: Disk) -> Iterator[Ailment]:
    found = disk.read(WORKSPACE_LOCK, 1 << 20)
    if found is not None and sides(found[0]):
        yield Ailment(WORKSPACE_LOCK, "git has merged two branches in it", REJOINED)
    known = units_of(joined_lock(found[0])) if found else {}
    if not known:
        yield Ailment(WORKSPACE_LOCK, "it lists no parts", "svcforge generate writes it anew")
        return
    for folder in known:
        path = f"{folder}/{MANIFEST}" if folder else MANIFEST
        if disk.look(path).thing is Thing.ABSENT and (out / folder).is_dir():
            yield Ailment(
                path, "it is not there", "restore it from git: without it, files that differ lie side by side"
            )


def _of_unit(out: Path, disk: Disk, folder: str) -> Iterator[Ailment]:
    inside = f"{folder}/" if folder else ""
    try:
        known = _manifest(disk, folder)
    except SvcforgeError as error:
        yield Ailment(inside + MANIFEST, error.message, error.hint)
        return
    if _parted(disk, folder):
        yield Ailment(
            inside + MANIFEST,
            "git has merged two branches in it",
            "svcforge generate puts them together, or doctor --fix",
        )
        return
    if known.header.ejected:
        return
    lost = _lost(disk, folder, known)
    if lost:
        there = _found(out, disk, folder, known, lost).keys() & {*lost}
        remedy = "svcforge doctor --fix takes it from git" if there else ALONE
        files = f"{lost[0]} and {len(lost) - 1} others" if len(lost) > 1 else lost[0]
        yield Ailment(inside + BASE, f"what was generated of {files} is lost", remedy)
    waiting = {path for path, entry in known.files.items() if entry.state is State.CONFLICTED}
    for path in sorted(waiting):
        current = disk.look(inside + path)
        if current.marked or disk.look(inside + path + BESIDE).thing is not Thing.ABSENT:
            yield Ailment(inside + path, "it is in conflict", "svcforge resolve")
    for path in known.files:
        if path not in waiting and disk.look(inside + path + BESIDE).thing is not Thing.ABSENT:
            yield Ailment(inside + path + BESIDE, "no conflict is about it any more", "remove it")


def _manifest(disk: Disk, folder: str) -> Manifest:
    text = read_state(disk, folder, MANIFEST)
    assert text is not None
    name = f"{folder}/{MANIFEST}" if folder else MANIFEST
    return joined(text[0], name) or manifest_of(text[0], name)


def _parted(disk: Disk, folder: str) -> bool:
    """Whether git has left two sides in a manifest."""
    text = read_state(disk, folder, MANIFEST)
    return text is not None and sides(text[0]) is not None


def _lost(disk: Disk, folder: str, known: Manifest) -> list[str]:
    """The files whose base is not what the manifest says."""
    found = read_state(disk, folder, BASE)
    there = kept(known, found[0]) if found else {}
    return [path for path in known.files if path not in there]


def _found(out: Path, disk: Disk, folder: str, known: Manifest, lost: list[str]) -> dict[str, bytes]:
    """The bytes last offered of each file, as far as they are to be had: in the base, or in git, as a base or as a file."""
    standing = Offered(known, disk, folder, out)
    found = committed(out / folder, known) if lost else {}
    return {path: d for path in known.files if (d := found.get(path, standing.bytes_of(path))) is not None}


def _holding(entry: Entry, path: str, bytes_of: Mapping[str, bytes]) -> Entry:
    """The entry of a file, with these bytes where there are some."""
    return offered(File(path, bytes_of[path], entry.executable, entry.kind)) if path in bytes_of else entry


def _rebuilt(out: Path, workspace: Workspace, number: int, folder: str, again: Again) -> list[Step]:
    """The steps that write a base anew with all that is still to be had; none where nothing is to be gained."""
    disk, inside = workspace.disk, f"{folder}/" if folder else ""
    try:
        known = _manifest(disk, folder)
    except SvcforgeError:
        return []
    lost = [] if known.header.ejected else _lost(disk, folder, known)
    found, parted = _found(out, disk, folder, known, lost), _parted(disk, folder)
    if {*lost} - found.keys():
        made = {path: data for path, data in again(folder, known).items() if path in known.files and path not in found}
        found |= {p: d for p, d in made.items() if hashlib.sha256(d).hexdigest() == known.files[p].hash}
    if not found.keys() & {*lost} and not parted:
        return []
    if parted:
        both = blended(out / folder, known)
        found |= both
        known = replace(known, files={p: _holding(e, p, both) for p, e in known.files.items()})
    files = {p: replace(e, size=len(found[p]) if p in found else None) for p, e in known.files.items()}
    staging = Staging(workspace.staging, number)
    written = (
        (BASE, b"".join(found[path] for path in sorted(found))),
        (MANIFEST, manifest_text(replace(known, files=files))),
    )
    steps: list[Step] = []
    for name, data in written:
        there = disk.look(inside + name)
        before = there.signature if there.thing is Thing.FILE else None
        mode = before[3] if before else 0o666
        steps.append(Put(inside + name, *staging.file(data, mode, exact=before is not None), before))
    return steps
