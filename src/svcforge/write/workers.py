"""Work on many things at once, in processes that share what the parent has read and compiled."""

from __future__ import annotations

import ctypes
import gc
import os
import pickle
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from multiprocessing.connection import Connection, Pipe, wait
from typing import Any, NoReturn, TypeVar

from svcforge.errors import SvcforgeError

T = TypeVar("T")

PR_SET_PDEATHSIG = 1

PAYS_FROM = 12
"""Fewer things than this are done sooner than processes are started and read from."""


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def results(work: Callable[[int], T], count: int, jobs: int | None = None) -> Iterator[tuple[int, T]]:
    """`work(n)` for every n below `count`, as they come, in this process or in several.

    Args:
        work: called in a child that was forked from here; what it returns is pickled.
        jobs: how many processes; None decides by what pays.

    Raises:
        SvcforgeError, OSError: what the first n that failed raised, once the others have come to their end.
    """
    jobs = jobs or (processors() if count >= PAYS_FROM else 1)
    # What is there now stays: the collector need not look at it again, nor make a child copy it by looking.
    gc.freeze()
    try:
        # Only Linux promises that a forked process without exec works.
        if jobs == 1 or sys.platform != "linux":
            for number in range(count):
                yield number, work(number)
            return
        yield from _Team(work, count, min(jobs, count)).results()
    finally:
        gc.unfreeze()


class _Team:
    """Children, each with every n-th thing and a pipe; all of them end when this ends."""

    def __init__(self, work: Callable[[int], Any], count: int, jobs: int) -> None:
        self.work, self.count, self.jobs = work, count, jobs
        self.children: dict[Connection, int] = {}

    def results(self) -> Iterator[tuple[int, Any]]:
        failed: dict[int, BaseException] = {}
        try:
            for first in range(self.jobs):
                self._start(first)
            open_ends = set(self.children)
            while open_ends:
                for end in wait(list(open_ends)):
                    assert isinstance(end, Connection)
                    try:
                        number, result, error = pickle.loads(end.recv_bytes())
                    except EOFError:
                        raise SvcforgeError("a worker process was ended from outside", "run it again") from None
                    if number is None:
                        open_ends.discard(end)
                    elif error is not None:
                        failed[number] = error
                    else:
                        yield number, result
        finally:
            self._end()
        if failed:
            raise failed[min(failed)]

    def _start(self, first: int) -> None:
        ours, theirs = Pipe(duplex=False)
        parent = os.getpid()
        with warnings.catch_warnings():
            # A progress display may have a thread; the child needs nothing that it holds.
            warnings.simplefilter("ignore", DeprecationWarning)
            child = os.fork()
        if child == 0:
            # Else a child would keep its own pipe open when the parent is killed.
            ours.close()
            self._live(theirs, first, parent)
        theirs.close()
        self.children[ours] = child

    def _live(self, pipe: Connection, first: int, parent: int) -> NoReturn:
        try:
            signal.signal(signal.SIGINT, signal.SIG_IGN)
            # When the parent is killed, nobody must go on writing into its staging folder.
            ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
            for other in self.children:
                other.close()
            if os.getppid() != parent:
                os._exit(1)
            for number in range(first, self.count, self.jobs):
                try:
                    message: Any = (number, self.work(number), None)
                except SvcforgeError as error:
                    message = (number, None, _Failure(error.message, error.hint, exit_code=error.exit_code))
                except Exception as error:
                    message = (number, None, error)
                pipe.send_bytes(pickle.dumps(message))
                if message[2] is not None:
                    break
            pipe.send_bytes(pickle.dumps((None, None, None)))
        finally:
            os._exit(0)

    def _end(self) -> None:
        for end, child in self.children.items():
            end.close()
            if os.waitpid(child, os.WNOHANG)[0] == 0:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)
        self.children.clear()


class _Failure(SvcforgeError):
    """A SvcforgeError that survives pickling."""

    def __reduce__(self) -> tuple[Any, ...]:
        return _failure, (self.message, self.hint, self.exit_code)


def _failure(message: str, hint: str, exit_code: int) -> SvcforgeError:
    return SvcforgeError(message, hint, exit_code=exit_code)
