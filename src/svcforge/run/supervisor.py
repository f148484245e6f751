"""Keeps processes running: starts them in order, watches their health, starts again what has crashed."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from svcforge.errors import SvcforgeError
from svcforge.run import ending, health, processes
from svcforge.run.assembly import Unit
from svcforge.run.children import Children
from svcforge.run.ending import Running
from svcforge.run.processes import Identity
from svcforge.run.state import PartCondition, PartState, process_of


@dataclass(frozen=True, slots=True)
class Timing:
    """How long things may take, in seconds; `tries` are the crashes after which a start counts as failed."""

    probe: float = 0.1
    """Between two looks at a part that starts."""
    watch: float = 3.0
    """Between two looks at one that was healthy."""
    deadline: float = 60.0
    """To become healthy."""
    migration: float = 300.0
    first_delay: float = 0.5
    """Before a crashed part starts again; doubled each time."""
    longest_delay: float = 30.0
    steady: float = 20.0
    """Of health after which a crash counts as the first again."""
    grace: float = 10.0
    """Between SIGTERM and SIGKILL."""
    tries: int = 3

    def delay(self, crashes: int) -> float:
        """Before the next start, after so many crashes in a row."""
        return min(self.longest_delay, self.first_delay * 2.0 ** min(crashes - 1, 30))


class Track:
    """What has become of a unit so far."""

    def __init__(self, unit: Unit) -> None:
        self.unit = unit
        self.condition: PartCondition = "waiting"
        self.detail = ""
        self.restarts = 0
        self.crashes = 0
        self.identity: Identity | None = None
        self.ever_healthy = False
        self.healthy_at: float | None = None
        self.settled = asyncio.Event()
        """Set once it is healthy, or has shown that it will not be."""


class Supervisor:
    """Runs units until told to stop; `changed` is called at every change, `say` with a line for the user."""

    def __init__(
        self,
        units: Iterable[Unit],
        children: Children,
        inherit: tuple[str, ...],
        timing: Timing,
        changed: Callable[[], None],
        say: Callable[[str], None],
    ) -> None:
        self._tracks = {unit.name: Track(unit) for unit in units}
        self._children = children
        self._inherit = inherit
        self._timing = timing
        self._changed = changed
        self._say = say
        self._processors = asyncio.Semaphore(os.cpu_count() or 1)
        self._keepers: list[asyncio.Task[None]] = []

    def start(self) -> None:
        """Begin to start everything, in order."""
        self._keepers = [asyncio.create_task(self._keep(track)) for track in self._tracks.values()]

    async def settled(self) -> bool:
        """Wait until every unit is healthy or has failed to become so; whether all were healthy."""
        keeping = asyncio.ensure_future(self.keep())
        waiting = asyncio.gather(*(track.settled.wait() for track in self._tracks.values()))
        await asyncio.wait((keeping, waiting), return_when=asyncio.FIRST_COMPLETED)
        if keeping.done():
            await keeping
        return self.all_came_up()

    async def keep(self) -> None:
        """Go on for ever; raises what should never have happened."""
        await asyncio.gather(*self._keepers)

    def all_came_up(self) -> bool:
        """Whether every unit that we start has been healthy."""
        return all(track.ever_healthy or track.unit.yours for track in self._tracks.values())

    async def stop(self, grace: Callable[[], float]) -> None:
        """End all units in reverse order; `grace` tells the seconds between SIGTERM and SIGKILL."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        for track in self._tracks.values():
            self._set(track, "stopping" if track.identity else "stopped")
        await ending.end(self._running(), grace)
        for track in self._tracks.values():
            track.identity = None
            self._set(track, "stopped")

    def parts(self) -> tuple[PartState, ...]:
        """The units as they are now."""
        return tuple(
            PartState(
                name=track.unit.name,
                kind=track.unit.kind,
                condition=track.condition,
                port=track.unit.port,
                wave=track.unit.wave,
                restarts=track.restarts,
                detail=track.detail,
                process=process_of(track.identity) if track.identity else None,
                admin=track.unit.admin,
                drain=track.unit.drain,
            )
            for track in self._tracks.values()
        )

    def _running(self) -> tuple[Running, ...]:
        return tuple(
            Running(track.unit.name, track.identity, track.unit.wave, track.unit.admin, track.unit.drain)
            for track in self._tracks.values()
            if track.identity
        )

    def _set(self, track: Track, condition: PartCondition, detail: str = "") -> None:
        if (track.condition, track.detail) != (condition, detail):
            track.condition, track.detail = condition, detail
            self._changed()

    async def _keep(self, track: Track) -> None:
        """Run a unit, again and again, until cancelled."""
        migrated = False
        while True:
            try:
                if not migrated:
                    # A database depends on no other part, so this need not wait for any.
                    await self._migrate(track)
                    migrated = True
                for name in track.unit.after:
                    await self._tracks[name].settled.wait()
                await (self._watch_yours(track) if track.unit.yours else self._serve(track))
            except SvcforgeError as error:
                await self._pause(track, error.message)

    async def _migrate(self, track: Track) -> None:
        unit = track.unit
        for command in unit.migrate:
            async with self._processors:
                self._set(track, "migrating")
                try:
                    code = await self._children.run(
                        command, unit.folder, unit.env, unit.log, self._timing.migration, self._inherit
                    )
                except TimeoutError:
                    raise SvcforgeError(f"could not be migrated in {self._timing.migration:g} s") from None
            if code != 0:
                raise SvcforgeError(f"could not be migrated: {_how_it_ended(code)}")

    async def _serve(self, track: Track) -> None:
        """Run a unit once; always raises SvcforgeError, with how it ended."""
        unit = track.unit
        child = self._children.start(unit.command, unit.folder, unit.env, unit.log, self._inherit)
        # On record before anything is awaited: who ends us must find it.
        track.identity = processes.identity(child.pid)
        track.condition, track.detail = "starting", ""
        self._changed()
        async with asyncio.TaskGroup() as group:
            watching = group.create_task(self._watch(track))
            code = await self._children.ended(child)
            watching.cancel()
        track.identity = None
        raise SvcforgeError(_how_it_ended(code))

    async def _pause(self, track: Track, reason: str) -> None:
        """Wait before a unit starts again: the longer, the more often it has crashed."""
        timing = self._timing
        if track.healthy_at is not None and _now() - track.healthy_at > timing.steady:
            track.crashes = 0
        track.healthy_at = None
        track.crashes += 1
        delay = timing.delay(track.crashes)
        if track.crashes >= timing.tries:
            track.settled.set()
        self._say(f"{track.unit.name} {reason}; starts again in {delay:g} s")
        self._set(track, "restarting", reason)
        await asyncio.sleep(delay)
        track.restarts += 1

    async def _watch(self, track: Track) -> None:
        """Follow the health of a unit for as long as its process runs."""
        unit, timing, began, misses = track.unit, self._timing, _now(), 0
        while True:
            if await health.healthy(unit.port, unit.health):
                misses = 0
                if track.condition != "healthy":
                    self._became_healthy(track, _now() - began)
            elif track.condition == "healthy":
                misses += 1
                if misses > 1:
                    self._became_unhealthy(track, "does not answer any more")
            elif track.condition == "starting" and _now() - began > timing.deadline:
                track.settled.set()
                self._became_unhealthy(track, f"not healthy after {timing.deadline:g} s")
            await asyncio.sleep(timing.probe if track.condition == "starting" else timing.watch)

    def _became_healthy(self, track: Track, after: float) -> None:
        track.ever_healthy = True
        track.healthy_at = _now()
        track.settled.set()
        self._say(f"{track.unit.name} is healthy after {after:.1f} s, at 127.0.0.1:{track.unit.port}")
        self._set(track, "healthy")

    def _became_unhealthy(self, track: Track, why: str) -> None:
        self._say(f"{track.unit.name} is unhealthy: {why}")
        self._set(track, "unhealthy", why)

    async def _watch_yours(self, track: Track) -> None:
        track.settled.set()
        while True:
            there = await health.healthy(track.unit.port, track.unit.health)
            self._set(track, "healthy" if there else "yours", "yours" if there else "waits for you to start it")
            await asyncio.sleep(self._timing.watch)


def _how_it_ended(code: int) -> str:
    if code < 0:
        with contextlib.suppress(ValueError):
            return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


def _now() -> float:
    return asyncio.get_running_loop().time()
