"""Doing what a journal says: each step done once however often it is tried, or undone again.

Where a step stands is read off inodes: the staged file's own tells whether it is still in staging or at its path,
the replaced file's whether it is in staging. So a run that was cut short anywhere goes on where it stopped.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import stat
from collections.abc import Collection

from svcforge.write import names
from svcforge.write.disk import Disk, Hidden, signature, status, write
from svcforge.write.journal import UNDO, Journal, Move, Put, Remove, Step, UnitSteps
from svcforge.write.manifest import LARGEST, MANIFEST, without_input

OLD, LATE = ".old", ".late"
"""Names in staging: of the replaced file while the staged one takes its place, where exchanging is impossible; of a
manifest that takes back what it said."""


class Application:
    """A journal being done on a disk, with an open staging folder.

    Args:
        disk: the output.
        staging: the open staging folder.
    """

    def __init__(self, disk: Disk, staging: int) -> None:
        self.disk, self.staging = disk, staging
        self.late: dict[str, list[str]] = {}
        """By unit, the paths that changed while svcforge was at work: left as they are."""

    def do(self, journal: Journal) -> None:
        """Do every step; what has changed since the plan is left alone, and then the unit's state is, too.

        Raises OSError; the steps until then are done.
        """
        # What was opened while planning may be called something else by now.
        self.disk.forget()
        for unit in journal.units:
            late = [step.path for step in unit.files if not self.step(step)]
            if late:
                self._keep_state(unit)
            else:
                late = [put.path for put in unit.state if not self.step(put)]
            if late:
                self.late[unit.unit] = late

    def undo(self, journal: Journal) -> None:
        """Take every step back, the last first, as far as it was done; folders made for it go as well.

        Raises OSError.
        """
        for unit in reversed(journal.units):
            for step in reversed([*unit.files, *unit.state]):
                self._back(step)
        self.disk.forget()
        for path in reversed(self.disk.made):
            with contextlib.suppress(OSError, Hidden):
                folder, name = self.disk.place(path)
                os.rmdir(name, dir_fd=folder)

    def step(self, step: Step) -> bool:
        """Do one step if it is not done; False when its path has changed meanwhile."""
        if isinstance(step, Move):
            return self._move(step.source, step.path, step.inode)
        try:
            folder, name = self.disk.place(step.path, make=isinstance(step, Put) and step.before is None)
        except FileNotFoundError:
            # The folder is gone, and with it what was to be removed.
            return isinstance(step, Remove)
        except Hidden:
            return False
        if isinstance(step, Remove):
            return self._remove(step, folder, name)
        return self._create(step, folder, name) if step.before is None else self._replace(step, folder, name)

    def _move(self, source: str, path: str, inode: int) -> bool:
        """Move a folder if it is not there yet; nothing that stands at its new place gives way."""
        try:
            folder, name = self.disk.place(path, make=True)
            here = status(folder, name)
            if here is not None:
                return here.st_ino == inode
            old, called = self.disk.place(source)
            there = status(old, called)
            if there is None or there.st_ino != inode:
                return False
            names.move_new(old, called, folder, name)
        except (FileNotFoundError, Hidden):
            return False
        self.disk.forget()
        return True

    def _create(self, step: Put, folder: int, name: str) -> bool:
        try:
            names.move_new(self.staging, step.staged, folder, name)
        except FileNotFoundError:
            if self._staged(step) is not None:
                raise
        except OSError as error:
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY, errno.ENOTDIR):
                raise
            here = status(folder, name)
            if here is None or here.st_ino != step.inode:
                return False
            # Linked, and cut short before the other name was removed.
            with contextlib.suppress(FileNotFoundError):
                os.unlink(step.staged, dir_fd=self.staging)
        return True

    def _replace(self, step: Put, folder: int, name: str) -> bool:
        staged = self._staged(step)
        if staged is None:
            return self._replace_in_two(step, folder, name)
        if staged.st_ino == step.inode:
            here = status(folder, name)
            if here is None:
                return self._replace_in_two(step, folder, name)
            if signature(here) != step.before:
                return False
            if not names.exchange(self.staging, step.staged, folder, name):
                return self._replace_in_two(step, folder, name)
            staged = os.stat(step.staged, dir_fd=self.staging, follow_symlinks=False)
        here = None if signature(staged) == step.before else status(folder, name)
        if here is None or here.st_ino != step.inode:
            return True
        # Written to between the look and the exchange: the user's bytes go back.
        names.exchange(self.staging, step.staged, folder, name)
        return False

    def _replace_in_two(self, step: Put, folder: int, name: str) -> bool:
        """Without exchange: a second name for the old file, the new one over the first."""
        old, staged = f"{step.staged}{OLD}", self._staged(step)
        if status(self.staging, old) is None:
            here = status(folder, name)
            if staged is None:
                return True
            if here is None or signature(here) != step.before:
                return False
            try:
                os.link(name, old, src_dir_fd=folder, dst_dir_fd=self.staging, follow_symlinks=False)
            except OSError as error:
                if error.errno not in (*names.UNSUPPORTED, errno.EPERM):
                    raise
                os.rename(name, old, src_dir_fd=folder, dst_dir_fd=self.staging)
        if staged is not None:
            os.rename(step.staged, name, src_dir_fd=self.staging, dst_dir_fd=folder)
        kept = os.stat(old, dir_fd=self.staging, follow_symlinks=False)
        if signature(kept) == step.before:
            os.rename(old, step.staged, src_dir_fd=self.staging, dst_dir_fd=self.staging)
            return True
        os.rename(name, step.staged, src_dir_fd=folder, dst_dir_fd=self.staging)
        os.rename(old, name, src_dir_fd=self.staging, dst_dir_fd=folder)
        return False

    def _remove(self, step: Remove, folder: int, name: str) -> bool:
        here = status(folder, name)
        if here is None:
            return True
        if signature(here) != step.before:
            return self._staged(step) is not None
        os.rename(name, step.staged, src_dir_fd=folder, dst_dir_fd=self.staging)
        gone = self._staged(step)
        if gone is None or signature(gone) == step.before:
            return True
        names.move_new(self.staging, step.staged, folder, name)
        return False

    def _back(self, step: Step) -> None:
        if isinstance(step, Move):
            self._move(step.path, step.source, step.inode)
            return
        try:
            folder, name = self.disk.place(step.path)
        except (FileNotFoundError, Hidden):
            return
        staged, here = self._staged(step), status(folder, name)
        if isinstance(step, Remove):
            if staged is not None and here is None:
                names.move_new(self.staging, step.staged, folder, name)
            return
        if step.before is not None and (old := status(self.staging, f"{step.staged}{OLD}")) is not None:
            self._back_from_two(step, folder, name, here, old)
            return
        if here is None or here.st_ino != step.inode:
            return
        if step.before is None and staged is not None and staged.st_ino == step.inode:
            # Linked, and cut short before the other name was removed: renaming one to the other would change nothing.
            os.unlink(name, dir_fd=folder)
        elif step.before is None:
            os.rename(name, step.staged, src_dir_fd=folder, dst_dir_fd=self.staging)
        elif staged is not None and not names.exchange(self.staging, step.staged, folder, name):
            os.rename(step.staged, name, src_dir_fd=self.staging, dst_dir_fd=folder)

    def _back_from_two(
        self, step: Put, folder: int, name: str, here: os.stat_result | None, old: os.stat_result
    ) -> None:
        """Replacing without exchange was cut short between its two changes of names: the old file comes back."""
        kept = f"{step.staged}{OLD}"
        if here is None:
            names.move_new(self.staging, kept, folder, name)
        elif here.st_ino == step.inode:
            os.rename(kept, name, src_dir_fd=self.staging, dst_dir_fd=folder)
        elif here.st_ino == old.st_ino:
            os.unlink(kept, dir_fd=self.staging)

    def _keep_state(self, unit: UnitSteps) -> None:
        """The unit's state stays, but for its input hash: the next run must look at every file again."""
        for put in unit.state:
            if not isinstance(put, Put) or not put.path.endswith(MANIFEST) or put.before is None:
                continue
            found = self.disk.read(put.path, LARGEST[MANIFEST])
            if found is None or found[1] != put.before:
                continue
            text = without_input(found[0])
            if text == found[0]:
                continue
            folder, name = self.disk.place(put.path)
            write(self.staging, f"{put.staged}{LATE}", text)
            os.rename(f"{put.staged}{LATE}", name, src_dir_fd=self.staging, dst_dir_fd=folder)

    def _staged(self, step: Put | Remove) -> os.stat_result | None:
        return status(self.staging, step.staged)


def tidy(disk: Disk, staging: int, journal: Journal, late: Collection[str]) -> None:
    """After a journal was done: empty folders that removals left go, staged files that were not taken go."""
    for unit in journal.units:
        for step in [*unit.files, *unit.state]:
            if isinstance(step, Move):
                _remove_empty(disk, step.source)
            elif isinstance(step, Remove):
                _remove_empty(disk, step.path)
            elif unit.unit in late and journal.staging != UNDO:
                found = status(staging, step.staged)
                if found is not None and found.st_ino == step.inode:
                    _remove_tree(staging, step.staged)


def _remove_empty(disk: Disk, path: str) -> None:
    """Remove the folders above a removed file that are empty now."""
    disk.forget()
    parent = path.rpartition("/")[0]
    with contextlib.suppress(OSError, Hidden):
        while parent:
            folder, name = disk.place(parent)
            os.rmdir(name, dir_fd=folder)
            parent = parent.rpartition("/")[0]


def _remove_tree(folder: int, name: str) -> None:
    found = status(folder, name)
    if found is not None and stat.S_ISDIR(found.st_mode):
        shutil.rmtree(name, dir_fd=folder)
    elif found is not None:
        os.unlink(name, dir_fd=folder)
