"""One life of a running system, from the first preparation to the end of the last process."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Mapping
from pathlib import Path

from svcforge.errors import SvcforgeError
from svcforge.run import ending, manifest, processes, state
from svcforge.run.assembly import Selection
from svcforge.run.children import Children
from svcforge.run.layout import Layout
from svcforge.run.preparation import Preparation, inherited
from svcforge.run.processes import MARK
from svcforge.run.reservations import reservations
from svcforge.run.state import Phase, State
from svcforge.run.supervisor import Supervisor, Timing


class Lifetime:
    """Runs the system in `root` until SIGTERM or SIGINT; a second signal ends it without grace.

    `say` gets a line for each thing the user may want to know.
    """

    def __init__(
        self,
        root: Path,
        selection: Selection,
        timing: Timing,
        environ: Mapping[str, str],
        say: Callable[[str], None],
    ) -> None:
        self._layout = Layout(root)
        self._selection = selection
        self._timing = timing
        self._environ = environ
        self._say = say
        self._system = manifest.read(root)
        self._phase: Phase = "preparing"
        self._error: SvcforgeError | None = None
        self._supervisor: Supervisor | None = None
        self._asked_to_stop = 0

    async def run(self) -> bool:
        """Whether the system could be started at all; returns when everything has ended."""
        await end_leftovers(self._layout, self._grace, self._say)
        self._enter("preparing")
        loop = asyncio.get_running_loop()
        with Children({MARK: str(self._layout.root)}) as children:
            work = asyncio.create_task(self._start_and_watch(children))
            for number in (signal.SIGTERM, signal.SIGINT):
                loop.add_signal_handler(number, self._stop, work)
            try:
                await work
            except asyncio.CancelledError:
                pass
            except SvcforgeError as error:
                self._error = error
                self._say(f"failed: {error.message}")
            finally:
                # Not part of the work: another signal must not keep it from being done.
                if self._supervisor:
                    self._enter("stopping")
                    await self._supervisor.stop(self._grace)
        self._enter("failed" if self._error else "stopped")
        return self._error is None

    def _stop(self, work: asyncio.Task[None]) -> None:
        self._asked_to_stop += 1
        work.cancel()

    async def _start_and_watch(self, children: Children) -> None:
        with reservations() as reserve:
            preparation = Preparation(
                self._system, self._layout, self._selection, self._environ, children, reserve, self._say
            )
            units = await preparation.units()
            self._supervisor = Supervisor(
                units, children, inherited(self._system), self._timing, self._record, self._say
            )
            self._supervisor.start()
            self._enter("starting")
            await self._supervisor.settled()
            self._enter("running")
            await self._supervisor.keep()

    def _grace(self) -> float:
        return self._timing.grace if self._asked_to_stop < 2 else 0.0

    def _enter(self, phase: Phase) -> None:
        self._phase = phase
        self._record()
        if phase in ("starting", "running", "stopping", "stopped"):
            self._say(f"{self._system.system} is {self._shown_phase()}")

    def _shown_phase(self) -> Phase:
        # A part that comes up late makes the system whole after all.
        complete = self._supervisor is None or self._supervisor.all_came_up()
        return "incomplete" if self._phase == "running" and not complete else self._phase

    def _record(self) -> None:
        me = processes.identity(os.getpid())
        if me is None:
            raise RuntimeError("a running process is not listed")
        state.write(
            self._layout,
            State(
                system=self._system.system,
                phase=self._shown_phase(),
                supervisor=state.process_of(me),
                parts=self._supervisor.parts() if self._supervisor else (),
                message=self._error.message if self._error else "",
                hint=self._error.hint if self._error else "",
            ),
        )


def leftovers(layout: Layout) -> tuple[ending.Running, ...]:
    """What still runs of a system whose supervisor is gone: what it recorded, and what bears our mark."""
    last = state.read(layout)
    recorded = last.running() if last else ()
    alive = processes.running(one.identity for one in recorded)
    found = tuple(one for one in recorded if one.identity in alive)
    others = (one for one in processes.marked(layout.root) if one not in alive)
    # Started, but not yet recorded; or started by a part that has ended.
    return (*found, *(ending.Running(f"process {one.pid}", one, wave=0) for one in others))


async def end_leftovers(layout: Layout, grace: Callable[[], float], say: Callable[[str], None]) -> int:
    """End what still runs of an earlier life; how many process groups that were."""
    ended = 0
    # What ends may leave children of its own behind; what cannot be ended is not tried for ever.
    for _ in range(3):
        found = leftovers(layout)
        if not found:
            break
        say(f"ending what an earlier run left behind: {', '.join(one.name for one in found)}")
        await ending.end(found, grace)
        ended += len(found)
    return ended
