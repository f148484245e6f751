"""From units to files on disk: everything is rendered and decided first, then written all or nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from svcforge.errors import SvcforgeError
from svcforge.merge.changes import ChangeSet
from svcforge.packs.unit import Unit
from svcforge.render.gate import check_paths
from svcforge.render.unit import renderer
from svcforge.write.disk import Disk, Hidden, TooLarge
from svcforge.write.journal import WORKSPACE_LOCK, Journal, Put, UnitSteps
from svcforge.write.manifest import MANIFEST, read_state
from svcforge.write.order import Order, Prepared, Texts
from svcforge.write.stage import prepare
from svcforge.write.staging import Staging
from svcforge.write.workers import results
from svcforge.write.workspace import Workspace, peek, trouble

Progress = Callable[[int, int], None]
"""Called with the number of units done and of all."""


@dataclass(frozen=True, slots=True)
class Report:
    """What a run did, or would do.

    Args:
        units: a change set a unit, in the order they were given.
        late: by unit, files that were changed while svcforge was at work; they were left as they are.
        finished: whether an earlier run that was cut short has been finished first.
        texts: where they were asked for, by path from the root what each touched file was and would be.
    """

    units: tuple[ChangeSet, ...]
    late: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    finished: bool = False
    texts: Mapping[str, Texts] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Wish:
    """What is wanted besides making every unit.

    Args:
        only: names of the units to make; None is all.
        gone: units that are no more, each without files.
        restored: paths from the root that are made again though the user has deleted them.
    """

    only: frozenset[str] | None = None
    gone: tuple[Unit, ...] = ()
    restored: frozenset[str] = frozenset()


def generate(
    out: Path,
    units: Sequence[Unit],
    *,
    wish: Wish | None = None,
    lock: bytes | None = None,
    dry_run: bool = False,
    shown: bool = False,
    jobs: int | None = None,
    durable: bool = True,
    progress: Progress | None = None,
) -> Report:
    """Make the units in a folder, leaving alone what the user has changed or deleted.

    Args:
        out: the folder; made when it is not there.
        units: what to make; no two in one folder.
        wish: which of them, and what else.
        lock: the text of `svcforge.lock`; None leaves the one that is there.
        dry_run: only say what would be done.
        shown: with the texts, of a dry run.
        jobs: processes to use; None decides by what pays.
        durable: put everything onto the disk before and after the change, against loss of power.
        progress: called as units are done.

    Raises:
        SvcforgeError: and nothing has changed.
    """
    orders = _orders(units, wish or Wish(), shown)
    if dry_run:
        return _looked_at(out, orders, jobs, progress)
    with Workspace(out, durable) as workspace:
        try:
            prepared = _prepared(orders, workspace.disk, workspace.staging, jobs, progress)
            steps = [found.steps for found in prepared if found.steps is not None]
            steps += _lock_steps(lock, workspace, len(units) + len(wish.gone if wish else ()))
        except OSError as error:
            raise trouble(out, error) from None
        late = {}
        if steps:
            # Outer folders first: what is inside may need them.
            late = workspace.commit(Journal(workspace.staging_name, sorted(steps, key=lambda found: found.folder)))
        changed = {unit: tuple(paths) for unit, paths in late.items()}
        return Report(tuple(found.changes for found in prepared), changed, workspace.finished)


def _looked_at(out: Path, orders: Sequence[Order], jobs: int | None, progress: Progress | None) -> Report:
    """What a run would do."""
    disk = peek(out)
    try:
        prepared = _prepared(orders, disk, None, jobs, progress)
    except OSError as error:
        raise trouble(out, error) from None
    finally:
        if disk is not None:
            disk.close()
    texts = {
        f"{found.changes.folder}/{path}".lstrip("/"): pair for found in prepared for path, pair in found.texts.items()
    }
    return Report(tuple(found.changes for found in prepared), texts=texts)


def _orders(planned: Sequence[Unit], wish: Wish, shown: bool) -> list[Order]:
    """The units with what one must know of the others.

    Raises SvcforgeError when two share a name or a folder, or a path that is to be restored is in none.
    """
    units = [*planned, *wish.gone]
    folders = [unit.folder for unit in units]
    for what, values in (("name", [unit.name for unit in units]), ("folder", folders)):
        twice = [value for value, number in Counter(values).items() if number > 1]
        if twice:
            raise SvcforgeError(f'two units have the {what} "{twice[0]}"')
    check_paths(f"{folder}/unit" for folder in folders if folder)
    known = frozenset(folder for folder in folders if folder)
    inner: dict[str, set[str]] = {}
    for folder in known:
        above = folder
        while above:
            above = above.rpartition("/")[0]
            if above in known or not above:
                inner.setdefault(above, set()).add(folder[len(above) :].lstrip("/"))
    restored = _by_folder(wish.restored, folders)
    gone = {unit.folder for unit in wish.gone}
    orders = (
        Order(
            unit, number, frozenset(inner.get(unit.folder, ())), unit.folder in gone,
            frozenset(restored.get(unit.folder, ())), shown,
        )
        for number, unit in enumerate(units)
    )  # fmt: skip
    return [order for order in orders if wish.only is None or order.unit.name in wish.only or order.restored]


def _by_folder(paths: Iterable[str], folders: Iterable[str]) -> dict[str, set[str]]:
    """Paths by the innermost unit's folder that holds them, from there."""
    deepest = sorted(folders, key=len, reverse=True)
    found: dict[str, set[str]] = {}
    for path in paths:
        folder = next((f for f in deepest if not f or path.startswith(f"{f}/")), None)
        if folder is None:
            raise SvcforgeError(f'"{path}" is not generated', "svcforge diff lists what is")
        found.setdefault(folder, set()).add(path[len(folder) :].lstrip("/"))
    return found


def _prepared(
    orders: Sequence[Order], disk: Disk | None, staging: int | None, jobs: int | None, progress: Progress | None
) -> list[Prepared]:
    """Every unit made ready, in the order in which they were given."""
    if disk is not None:
        _check_moves(orders, disk)
    found: dict[int, Prepared] = {}
    # Compiled here once, for all processes.
    for order in orders:
        for part in order.unit.parts:
            renderer(part.pack)
    if progress is not None:
        progress(0, len(orders))
    for number, prepared in results(lambda number: prepare(orders[number], disk, staging), len(orders), jobs):
        found[number] = prepared
        if progress is not None:
            progress(len(found), len(orders))
    return [found[number] for number in range(len(orders))]


def _check_moves(orders: Sequence[Order], disk: Disk) -> None:
    """No folder may be moved and made anew in one run: what stands in it now belongs to the one that it becomes.

    Raises SvcforgeError where one would be.
    """
    made = {order.unit.folder for order in orders if not order.gone}
    for unit in (order.unit for order in orders if order.unit.was in made and order.unit.was):
        try:
            disk.folder(unit.folder)
        except Hidden:
            continue
        except FileNotFoundError:
            if read_state(disk, unit.was, MANIFEST) is not None:
                raise SvcforgeError(
                    f'"{unit.was}" would become "{unit.folder}" and be made anew at once',
                    f"generate first what was renamed: --only {unit.name}",
                ) from None


def _lock_steps(lock: bytes | None, workspace: Workspace, number: int) -> list[UnitSteps]:
    if lock is None:
        return []
    try:
        there = workspace.disk.read(WORKSPACE_LOCK, 1 << 20)
    except (Hidden, TooLarge):
        raise SvcforgeError(f'"{WORKSPACE_LOCK}" is no file of svcforge', "move it away") from None
    if there is not None and there[0] == lock:
        return []
    name, inode = Staging(workspace.staging, number).file(
        lock, there[1][3] if there else 0o666, exact=there is not None
    )
    return [UnitSteps(WORKSPACE_LOCK, "", (), (Put(WORKSPACE_LOCK, name, inode, there[1] if there else None),))]
