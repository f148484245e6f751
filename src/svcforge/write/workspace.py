"""The output folder while a command writes into it: one command at a time, and what an earlier one left is finished."""

from __future__ import annotations

import contextlib
import errno
import os
import time
from collections.abc import Callable
from pathlib import Path

from svcforge.errors import SvcforgeError
from svcforge.render.gate import STATE
from svcforge.write import names
from svcforge.write.apply import Application, tidy
from svcforge.write.disk import OPEN_FOLDER, Disk, Hidden, TooLarge, status, write
from svcforge.write.inverse import backwards, inverse
from svcforge.write.journal import (
    JOURNAL,
    LARGEST,
    UNDO,
    Journal,
    drop_journal,
    journal_of,
    journal_text,
    write_journal,
)
from svcforge.write.leftovers import INDEX, clear, keep, remove

BUSY, IGNORE = "busy", ".gitignore"
JOURNAL_NAME = JOURNAL.rpartition("/")[2]
NOT_COMMITTED = b"*\n!.gitignore\n!manifest.json\n!base\n"
"""Of what stands in the workspace's state folder, only the manifest and the base are for git."""

PATIENCE = 0.5
"""Seconds to wait for another command to end: one that was killed takes a moment to be gone."""


class Workspace:
    """The output folder, locked for this process; use it as a context.

    Args:
        out: the folder; made when it is not there.
        durable: whether everything is put onto the disk before and after a change, against loss of power.

    Raises:
        SvcforgeError: when another command is at work in there, or the folder cannot be written.
    """

    def __init__(self, out: Path, durable: bool = True) -> None:
        self.out, self.durable = out, durable
        self.finished = self.keep = False
        self.staging_name = f"tx-{os.getpid()}"

    def __enter__(self) -> Workspace:
        with contextlib.ExitStack() as stack:
            try:
                self._open(stack)
            except Hidden as error:
                raise SvcforgeError(f'"{error}" is a link or no folder', "put a plain folder there") from None
            except OSError as error:
                raise trouble(self.out, error) from None
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Leave nothing behind but what was written, and what it replaced."""
        self._stack.close()

    def _open(self, stack: contextlib.ExitStack) -> None:
        """Open the folder and what svcforge needs in it; leaving takes back, the last first, what came to nothing."""
        if not self.out.exists():
            self.out.mkdir(parents=True)
            stack.callback(self._unless_kept, self.out.rmdir)
        self.disk = Disk(self.out)
        stack.callback(self.disk.close)
        if status(self.disk.root, STATE) is None:
            os.mkdir(STATE, dir_fd=self.disk.root)
            stack.callback(self._unless_kept, lambda: remove(self.disk.root, STATE))
        try:
            self.state = os.open(STATE, OPEN_FOLDER, dir_fd=self.disk.root)
        except NotADirectoryError:
            raise Hidden(STATE) from None
        stack.callback(os.close, self.state)
        self.busy = self._lock()
        stack.callback(os.close, self.busy)
        self.finished = self._finish_earlier()
        stack.callback(self._unless_kept, lambda: remove(self.state, f"{JOURNAL_NAME}.new"))
        os.mkdir(self.staging_name, 0o700, dir_fd=self.state)
        stack.callback(self._unless_kept, lambda: remove(self.state, self.staging_name))
        self.staging = os.open(self.staging_name, OPEN_FOLDER, dir_fd=self.state)
        stack.callback(os.close, self.staging)
        if status(self.state, IGNORE) is None:
            write(self.state, f"{IGNORE}.new", NOT_COMMITTED)
            os.rename(f"{IGNORE}.new", IGNORE, src_dir_fd=self.state, dst_dir_fd=self.state)

    def _unless_kept(self, action: Callable[[], object]) -> None:
        if not self.keep:
            with contextlib.suppress(OSError):
                action()

    def commit(self, journal: Journal) -> dict[str, list[str]]:
        """Do what a journal says, all or nothing; by unit, what changed meanwhile and was left alone.

        Raises SvcforgeError when the disk is full or a file cannot be written; then nothing has changed.
        """
        return self._commit(journal, self.staging)

    def undo(self) -> tuple[Journal, list[str]]:
        """Do the last run backwards: what that is, and the files that have been worked on since and were left alone.

        What is undone is kept in turn: undoing twice does the run again.
        Raises SvcforgeError as `commit` does, or when there is nothing to undo.
        """
        try:
            found = self.disk.read(f"{STATE}/{UNDO}/{INDEX}", LARGEST)
            kept = os.open(UNDO, OPEN_FOLDER, dir_fd=self.state) if found else None
        except (OSError, Hidden, TooLarge):
            kept = None
        if found is None or kept is None:
            raise SvcforgeError(f'there is nothing to undo in "{self.out}"', "only the last run can be undone")
        try:
            journal, left = backwards(self.disk, journal_of(found[0]))
            late = self._commit(journal, kept)
            return journal, sorted([*left, *(path for paths in late.values() for path in paths)])
        finally:
            os.close(kept)

    def _commit(self, journal: Journal, staging: int) -> dict[str, list[str]]:
        try:
            if self.durable:
                names.sync(self.disk.root)
            write_journal(self.state, journal)
        except OSError as error:
            with contextlib.suppress(OSError):
                remove(self.state, JOURNAL_NAME)
            raise trouble(self.out, error) from None
        self.keep = True
        self.disk.made.clear()
        application = Application(self.disk, staging)
        try:
            application.do(journal)
            if self.durable:
                names.sync(self.disk.root)
        except (OSError, Hidden, KeyboardInterrupt) as error:
            self._take_back(application, journal)
            if isinstance(error, KeyboardInterrupt):
                raise
            raise trouble(self.out, error) from None
        try:
            self._close(journal, staging, application.late)
        except OSError as error:
            raise SvcforgeError(f'cannot tidy up in "{self.out}": {_reason(error)}', "everything is written") from None
        return application.late

    def _take_back(self, application: Application, journal: Journal) -> None:
        try:
            application.undo(journal)
            if journal.staging != UNDO:
                # Not one that is done, for whoever may find its staging folder.
                remove(application.staging, INDEX)
            drop_journal(self.state)
        except OSError as error:
            raise SvcforgeError(
                f'"{self.out}" is half written: {_reason(error)}', "mend that; the next command goes on by itself"
            ) from None
        self.keep = False

    def _close(self, journal: Journal, staging: int, late: dict[str, list[str]]) -> None:
        """The journal is done: drop it, and keep what was replaced, and what undoes it, until the next run."""
        tidy(self.disk, staging, journal, late)
        # A disk that is full by now has room for the files themselves, which matter more.
        with contextlib.suppress(OSError, Hidden):
            write(staging, INDEX, journal_text(inverse(self.disk, journal, late)), 0o600)
        drop_journal(self.state)
        if journal.staging != UNDO:
            keep(self.state, journal.staging, self.out / STATE)

    def _lock(self) -> int:
        busy = os.open(BUSY, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666, dir_fd=self.state)
        if not _locked(busy, exclusive=True):
            os.close(busy)
            self.keep = True
            raise SvcforgeError(f'another svcforge is at work in "{self.out}"', "wait until it is done")
        return busy

    def _finish_earlier(self) -> bool:
        """Finish what an earlier run began; whether there was something to finish."""
        unfinished = status(self.state, JOURNAL_NAME) is not None
        if unfinished:
            self._roll_forward()
        clear(self.state, self.out / STATE)
        return unfinished

    def _roll_forward(self) -> None:
        try:
            found = self.disk.read(JOURNAL, LARGEST)
        except (Hidden, TooLarge):
            raise SvcforgeError(f'"{JOURNAL}" is no journal of svcforge', "remove it") from None
        journal = journal_of(found[0] if found else b"")
        try:
            staging = os.open(journal.staging, OPEN_FOLDER, dir_fd=self.state)
        except FileNotFoundError:
            # Nothing is left to be done with; what was there was removed by somebody else.
            drop_journal(self.state)
            return
        application = Application(self.disk, staging)
        try:
            application.do(journal)
        except (OSError, Hidden):
            self._take_back(application, journal)
        else:
            self._close(journal, staging, application.late)
        finally:
            os.close(staging)
        self.disk.made.clear()


def peek(out: Path) -> Disk | None:
    """The output folder for reading only; None when there is none.

    Raises SvcforgeError when another command is at work in there, or one was cut short.
    """
    try:
        disk = Disk(out)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise trouble(out, error) from None
    try:
        state = disk.folder(STATE)
        with contextlib.suppress(FileNotFoundError):
            busy = os.open(BUSY, os.O_RDONLY | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=state)
            free = _locked(busy, exclusive=False)
            os.close(busy)
            if not free:
                raise SvcforgeError(f'another svcforge is at work in "{out}"', "wait until it is done")
        if status(state, JOURNAL_NAME) is not None:
            raise SvcforgeError(f'an earlier run in "{out}" was cut short', "generate once; that finishes it first")
    except FileNotFoundError:
        pass
    except Hidden as error:
        raise SvcforgeError(f'"{error}" is a link or no folder', "put a plain folder there") from None
    return disk


def trouble(out: Path, error: BaseException) -> SvcforgeError:
    """What keeps svcforge from writing, as a sentence."""
    hint = {errno.ENOSPC: "make room", errno.EDQUOT: "make room", errno.EROFS: "choose another folder"}.get(
        getattr(error, "errno", None) or 0, "nothing was changed"
    )
    return SvcforgeError(f'cannot write in "{out}": {_reason(error)}', hint)


def _reason(error: BaseException) -> str:
    if not isinstance(error, OSError):
        return f'"{error}" is a link or no folder'
    text = (error.strerror or str(error)).lower()
    return f'{text}: "{error.filename}"' if isinstance(error.filename, str) else text


def _locked(descriptor: int, exclusive: bool) -> bool:
    """Lock an open file for as long as this process and its workers live; False when others hold it."""
    import fcntl

    end = time.monotonic() + PATIENCE
    while True:
        try:
            fcntl.flock(descriptor, (fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH) | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > end:
                return False
            time.sleep(0.01)
        else:
            return True
