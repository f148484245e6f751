"""One unit made ready: rendered, compared, decided, and what is to be written laid into the staging folder."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from svcforge.errors import SvcforgeError
from svcforge.merge.changes import ChangeSet, change_set
from svcforge.merge.entry import Thing, offered
from svcforge.packs.unit import Unit
from svcforge.render.unit import input_hash, render
from svcforge.write.desk import Desk
from svcforge.write.disk import Disk, Hidden, status
from svcforge.write.journal import WORKSPACE_LOCK, Move, UnitSteps
from svcforge.write.manifest import MANIFEST, input_of, read_state
from svcforge.write.order import Order, Prepared
from svcforge.write.staging import Staging, ancestors


def prepare(order: Order, disk: Disk | None, staging: int | None) -> Prepared:
    """Render a unit and decide on every file; with a staging folder, lay down what is to be written.

    A unit made from the same as last time is not even rendered.
    `disk` is the output, None when it does not exist yet. Nothing outside the staging folder is touched.
    Raises SvcforgeError, OSError.
    """
    unit, made_from = order.unit, input_hash(order.unit)
    if disk is not None and not order.restored and (same := _as_last_time(unit, made_from, disk)) is not None:
        return Prepared(same)
    files = {file.path: file for file in render(unit)}
    _check_inner(unit, files, order.inner)
    new = {path: offered(file) for path, file in files.items()}
    desk = Desk(order, made_from, files, new, Staging(staging, order.number) if staging is not None else None)
    if disk is None or (unit.folder and _thing(disk, unit.folder) is Thing.ABSENT):
        if order.gone:
            return Prepared(change_set(unit.name, unit.folder, ()))
        if disk is not None and unit.was and read_state(disk, unit.was, MANIFEST) is not None:
            return _moved(desk, unit, disk)
        return desk.whole()
    return desk.compared(disk)


def _moved(desk: Desk, unit: Unit, disk: Disk) -> Prepared:
    """A unit that the blueprint has renamed: its folder is moved, with all that the user has in it, and then compared."""
    there = status(*disk.place(unit.was))
    assert there is not None
    seen = disk.seen_as({unit.folder: unit.was})
    try:
        prepared = desk.compared(seen)
    finally:
        seen.close()
    changes = replace(prepared.changes, was=unit.was)
    if prepared.steps is None:
        return replace(prepared, changes=changes)
    files = [Move(unit.folder, unit.was, there.st_ino), *prepared.steps.files]
    return replace(prepared, changes=changes, steps=UnitSteps(unit.name, unit.folder, files, prepared.steps.state))


def _as_last_time(unit: Unit, made_from: str, disk: Disk) -> ChangeSet | None:
    """The unit without changes, when its manifest says that it was made from this very input."""
    text = read_state(disk, unit.folder, MANIFEST)
    if text is None or input_of(text[0]) != made_from:
        return None
    # The first line and the last are no files.
    return ChangeSet(unit.name, unit.folder, {}, {}, text[0].count(b"\n") - 2)


def _thing(disk: Disk, folder: str) -> Thing:
    """What stands where a unit's folder belongs.

    Raises SvcforgeError when it is, or is behind, a link or a file.
    """
    try:
        disk.folder(folder)
    except FileNotFoundError:
        return Thing.ABSENT
    except Hidden as error:
        raise SvcforgeError(
            f'"{error}" is a link or no folder', "svcforge writes through no links: put a plain folder there"
        ) from None
    return Thing.FOLDER


def _check_inner(unit: Unit, files: Iterable[str], inner: frozenset[str]) -> None:
    """No file of a unit may lie in another unit's folder, or take the place of state."""
    for path in files:
        if not unit.folder and path == WORKSPACE_LOCK:
            raise SvcforgeError(f'in "{unit.name}": "{path}" is not for templates')
        if inner and (path in inner or not inner.isdisjoint(ancestors(path))):
            raise SvcforgeError(f'in "{unit.name}": "{path}" lies in the folder of another unit')
