"""What is wrong with the state that svcforge keeps in an output, and mending what can be mended without losing anything."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from svcforge.errors import SvcforgeError
from svcforge.merge.entry import State, Thing
from svcforge.merge.table import BESIDE
from svcforge.write.disk import Disk
from svcforge.write.journal import WORKSPACE_LOCK, Journal, Put, Step, UnitSteps
from svcforge.write.lock import units_of
from svcforge.write.manifest import BASE, MANIFEST, Manifest, Offered, kept, manifest_of, manifest_text, read_state
from svcforge.write.staging import Staging
from svcforge.write.units import folders_of_units
from svcforge.write.workspace import Workspace, peek


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


def mend(out: Path, *, durable: bool = True) -> list[Ailment]:
    """Rebuild the bases that can be rebuilt from the user's git repository; what was wrong, and what still is.

    Raises SvcforgeError, and changes nothing, when it cannot be written.
    """
    before = ailments(out)
    with Workspace(out, durable) as workspace:
        units = []
        for number, folder in enumerate(folders_of_units(out)):
            steps = _rebuilt(out, workspace, number, folder)
            units += [UnitSteps(folder or WORKSPACE_LOCK, folder, (), steps)] if steps else []
        if units:
            workspace.commit(Journal(workspace.staging_name, units))
    left = ailments(out)
    return [replace(found, mended=found not in left) for found in before]


def _of_lock(out: Path, disk: Disk) -> Iterator[Ailment]:
    found = disk.read(WORKSPACE_LOCK, 1 << 20)
    if found is None or not units_of(found[0]):
        yield Ailment(WORKSPACE_LOCK, "it lists no parts", "svcforge generate writes it anew")
        return
    for folder in units_of(found[0]):
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
    if known.header.ejected:
        return
    lost = _lost(disk, folder, known)
    if lost:
        offered = Offered(known, disk, folder, out)
        there = [path for path in lost if offered.bytes_of(path) is not None]
        remedy = (
            "svcforge doctor --fix takes it from git" if there else "these files will lie side by side, not be merged"
        )
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
    return manifest_of(text[0], f"{folder}/{MANIFEST}" if folder else MANIFEST)


def _lost(disk: Disk, folder: str, known: Manifest) -> list[str]:
    """The files whose base is not what the manifest says."""
    found = read_state(disk, folder, BASE)
    there = kept(known, found[0]) if found else {}
    return [path for path in known.files if path not in there]


def _rebuilt(out: Path, workspace: Workspace, number: int, folder: str) -> list[Step]:
    """The steps that write a base anew with all that is still to be had; none where nothing is to be gained."""
    disk, inside = workspace.disk, f"{folder}/" if folder else ""
    try:
        known = _manifest(disk, folder)
    except SvcforgeError:
        return []
    lost = [] if known.header.ejected else _lost(disk, folder, known)
    offered = Offered(known, disk, folder, out)
    if not any(offered.bytes_of(path) is not None for path in lost):
        return []
    found = {path: data for path in known.files if (data := offered.bytes_of(path)) is not None}
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
