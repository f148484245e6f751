"""Child processes inside an event loop: their ends are awaited, not polled."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

from svcforge import process
from svcforge.process import Child

_LOOK_ANYWAY = 1.0
"""Seconds after which we look without having been told, should a signal have been lost."""


class Children:
    """Starts children and tells when they end; to be entered inside a running event loop of the main thread.

    `common` are variables that every child gets.
    """

    def __init__(self, common: Mapping[str, str]) -> None:
        self._common = dict(common)
        self._awaited: dict[Child, asyncio.Future[int]] = {}
        self._look: asyncio.TimerHandle | None = None

    def __enter__(self) -> Children:
        asyncio.get_running_loop().add_signal_handler(signal.SIGCHLD, self._reap)
        self._reap()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.get_running_loop().remove_signal_handler(signal.SIGCHLD)
        if self._look:
            self._look.cancel()

    def start(
        self,
        args: Sequence[str | Path],
        folder: Path,
        env: Mapping[str, str],
        log: Path,
        inherit: Iterable[str] = (),
    ) -> Child:
        """A child whose output is added to `log`; raises SvcforgeError when it cannot be started."""
        child = process.start(args, folder, {**env, **self._common}, out=log, inherit=inherit)
        self._awaited[child] = asyncio.get_running_loop().create_future()
        # It may have ended before it could be awaited.
        self._reap()
        return child

    async def ended(self, child: Child) -> int:
        """The exit code, once the child has ended; to give up waiting leaves the child as it is."""
        code = await asyncio.shield(self._awaited[child])
        self._awaited.pop(child, None)
        return code

    async def run(
        self,
        args: Sequence[str | Path],
        folder: Path,
        env: Mapping[str, str],
        log: Path,
        timeout: float,
        inherit: Iterable[str] = (),
    ) -> int:
        """Run to the end and return the exit code; the child is killed after `timeout` seconds, or when cancelled.

        Raises TimeoutError, and SvcforgeError when it cannot be started.
        """
        child = self.start(args, folder, env, log, inherit)
        try:
            async with asyncio.timeout(timeout):
                return await self.ended(child)
        finally:
            if self._awaited.pop(child, None):
                child.end(grace=0)

    def _reap(self) -> None:
        for child, future in self._awaited.items():
            if not future.done() and (code := child.poll()) is not None:
                future.set_result(code)
        if self._look:
            self._look.cancel()
        self._look = asyncio.get_running_loop().call_later(_LOOK_ANYWAY, self._reap)
