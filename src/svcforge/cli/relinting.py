"""`svcforge lint --watch`: judges a blueprint again each time that one of its files is saved."""

from __future__ import annotations

import io
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from svcforge.errors import SvcforgeError

if TYPE_CHECKING:
    from svcforge.load import Loaded
    from svcforge.pipeline import Judge, Linted
    from svcforge.pipeline.stamps import Stamps
    from svcforge.report.findings import Report
    from svcforge.report.formats import Format
    from svcforge.source.finding import Finding

STEP = 0.1
"""Seconds between two looks at the files."""
SETTLING = 0.02
"""Seconds in which a file that is being saved has to stay as it is; editors write in several steps."""
PATIENCE = 1.0
"""Seconds after which one that never does is read all the same."""
SHARE = 10
"""A look at very many files takes long: so many times as long nothing is done."""


class Relinting:
    """Judges one blueprint, and again when it changes.

    Args:
        read: reads the blueprint.
        judge: says what is to be found in it.
        shown: the format of what is shown.
        files: reports that are written anew each time, with their formats.
        beside: further files that the judgement depends on.
    """

    def __init__(
        self,
        read: Callable[[], Loaded],
        judge: Judge,
        shown: Format,
        files: Mapping[str, Format],
        beside: Iterable[Path] = (),
    ) -> None:
        self._read, self._judge, self._shown, self._files = read, judge, shown, files
        self._beside = tuple(beside)
        self._loaded = read()
        self._known: tuple[Finding, ...] = ()

    def forever(self) -> None:
        """Show what is to be found, then what appears and goes, until somebody interrupts it.

        Raises SvcforgeError where the first judgement does; of a later one it is said, and the next may be better.
        """
        from svcforge.cli import output
        from svcforge.pipeline.stamps import changed

        before = self._stamps()
        linted = self._judge(self._loaded)
        self._known = _all(linted, ())
        self._write_files(linted.report)
        _say(self._shown(linted.report, output.page()))
        number = len(before)
        _say(f"watching {number} file{'' if number == 1 else 's'}; Ctrl-C ends\n")
        while True:
            started = time.monotonic()
            now = self._stamps()
            time.sleep(max(STEP, SHARE * (time.monotonic() - started)))
            if names := changed(before, now):
                before = self._settled(now)
                self._again(names)
                # Saved again while it was read: that is a change too. What is included only now is as it is.
                before = {file: before.get(file, stamp) for file, stamp in self._stamps().items()}

    def _again(self, names: list[str]) -> None:
        from svcforge.cli import output
        from svcforge.report.changed import text, turn

        rest = f" and {len(names) - 1} more" if len(names) > 1 else ""
        head = f"\n{time.strftime('%H:%M:%S')} {names[0]}{rest} changed: "
        try:
            self._loaded = self._read()
            linted = self._judge(self._loaded)
            self._write_files(linted.report)
        except SvcforgeError as error:
            _say(f"{head}error: {error.message}\n" + (f"  help: {error.hint}\n" if error.hint else ""))
            return
        now = _all(linted, self._known)
        found = turn(self._known, now)
        self._known = now
        _say(f"{head}{len(found.appeared)} appeared, {len(found.gone)} gone\n")
        _say(text(found, linted.report, self._shown, output.page()))

    def _write_files(self, report: Report) -> None:
        from svcforge.cli import output
        from svcforge.report.page import Page

        for file, form in self._files.items():
            output.write_file(file, form(report, Page()))

    def _settled(self, now: Stamps) -> Stamps:
        """The files when nobody writes them any more."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            time.sleep(SETTLING)
            later = self._stamps()
            if later == now and later[Path(self._loaded.file)] is not None:
                break
            now = later
        return now

    def _stamps(self) -> Stamps:
        from svcforge.pipeline.stamps import stamps

        return stamps(self._loaded, self._beside)


def _all(linted: Linted, before: tuple[Finding, ...]) -> tuple[Finding, ...]:
    """What is known to be found: a blueprint that cannot be read for a moment still has what it had."""
    from svcforge.pipeline import UNREADABLE

    found = tuple(linted.report.findings)
    if linted.loaded.blueprint is not None:
        return found
    return (*(finding for finding in before if finding.code not in UNREADABLE), *found)


def _say(text: str) -> None:
    """Write at once; that nobody reads any more ends the command, so it is not passed over."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")
    print(text, end="", flush=True)
