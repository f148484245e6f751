"""Shows a system while its supervisor starts, runs and ends it: a live table on a terminal, plain lines elsewhere."""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

import typer

from svcforge.cli.screen import Screen
from svcforge.errors import SvcforgeError
from svcforge.process import Child
from svcforge.run import session, state
from svcforge.run.layout import Layout
from svcforge.run.logs import Tail, last_lines
from svcforge.run.session import Status

INTERRUPTED = 130
STEP = 0.1
"""Seconds between two looks at the logs."""
SHOWN_OF_A_LOG = 30
"""Lines of the log of a part that did not start."""
UNGUARDED = "no gateway runs here: `svcforge status` says where each part listens"
"""What is said of a system that has no gateway, or one that only a cluster has."""


class Watching:
    """Follows a supervisor that this process has started; `yours` are the parts that the user starts."""

    def __init__(self, root: Path, supervisor: Child, yours: tuple[str, ...]) -> None:
        self._root = root
        self._layout = Layout(root)
        self._supervisor = supervisor
        self._yours = yours

    def until(self, *, all_is_up: bool) -> int:
        """Show what goes on until the system has ended, or just `all_is_up`; the exit code.

        Ctrl-C, SIGTERM and a closed terminal end the system; a second time, without grace.
        """
        try:
            return self._until(all_is_up=all_is_up)
        except BaseException:
            # Whatever keeps us from watching must not leave running what nobody watches.
            self._supervisor.end(session.PATIENCE)
            raise

    def _until(self, *, all_is_up: bool) -> int:
        sources = session.log_sources(self._root)
        if all_is_up:
            sources = {"svcforge": sources["svcforge"]}
        asked: KeyboardInterrupt | None = None
        announced = False
        with (
            _interruptible(),
            Tail(sources) as tail,
            Screen(sources, lambda: session.status(self._root)) as screen,
        ):
            while self._supervisor.poll() is None:
                try:
                    # The state first: what was said before it is among the lines then.
                    settled = self._has_settled()
                    screen.show(tail.lines())
                    if settled and not announced:
                        announced = True
                        screen.say(self._how_to_use_it())
                        if all_is_up:
                            break
                    time.sleep(STEP)
                except KeyboardInterrupt as interrupt:
                    asked = asked or interrupt
                    self._supervisor.signal(signal.SIGTERM)
            screen.show(tail.lines())
        if self._supervisor.poll() is None:
            return self._complaints(session.status(self._root))
        if asked is None:
            self._complain_of_a_bad_end()
            return 0
        # A supervisor that was asked before it could listen, or twice, may have left something.
        session.stop(self._root, typer.echo)
        return 0 if isinstance(asked, _Told) else INTERRUPTED

    def _has_settled(self) -> bool:
        last = state.read(self._layout)
        ours = last is not None and last.supervisor.pid == self._supervisor.pid
        return ours and last is not None and last.phase in ("running", "incomplete")

    def _how_to_use_it(self) -> str:
        status = session.status(self._root)
        gateways = [part for part in status.parts if part.kind == "gateway"]
        lines = [f"{part.name} at {part.url}" for part in gateways] or [UNGUARDED]
        lines.append("see also: svcforge status, svcforge logs, svcforge token, svcforge down")
        for name in self._yours:
            lines += ["", self._layout.environment(name).read_text(encoding="utf-8").rstrip()]
        return "\n".join(lines)

    def _complaints(self, status: Status) -> int:
        """Say what did not come up, with the end of its log; the exit code."""
        sick = [part for part in status.parts if part.state not in ("healthy", "yours")]
        for part in sick:
            typer.echo(f'error: "{part.name}" is {part.state}: {part.detail or "not healthy yet"}', err=True)
            for line in last_lines(self._layout.log(part.name), SHOWN_OF_A_LOG):
                typer.echo(f"  {line}", err=True)
        if sick:
            typer.echo("  help: mend it, and it is started again; `svcforge down` ends the rest", err=True)
        if any(part.kind == "gateway" for part in sick):
            typer.echo("  help: --no-gateway does without the gateway", err=True)
        return 1 if sick else 0

    def _complain_of_a_bad_end(self) -> None:
        """Raise SvcforgeError when the supervisor ended otherwise than by being asked to."""
        code, last = self._supervisor.poll(), state.read(self._layout)
        if code == 0:
            return
        if code == 2:
            raise session.already_running(self._root)
        if code == 1 and last and last.phase == "failed":
            raise SvcforgeError(last.message, last.hint, exit_code=1)
        session.stop(self._root, typer.echo)
        said = "\n".join(last_lines(self._layout.journal, SHOWN_OF_A_LOG))
        raise SvcforgeError(f"the supervisor ended with code {code}; so has all that it ran\n{said}", exit_code=1)


class _Told(KeyboardInterrupt):
    """SIGTERM or a closed terminal: ends as Ctrl-C does, and is no interruption to the shell."""


@contextmanager
def _interruptible() -> Iterator[None]:
    def tell(number: int, frame: FrameType | None) -> None:
        raise _Told

    numbers = (signal.SIGTERM, signal.SIGHUP) if sys.platform != "win32" else (signal.SIGTERM,)
    before = [(number, signal.signal(number, tell)) for number in numbers]
    try:
        yield
    finally:
        for number, handler in before:
            signal.signal(number, handler)
