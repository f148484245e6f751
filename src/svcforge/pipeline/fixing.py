"""Fixes: made in memory and judged again until there is nothing more to fix, then written or shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from svcforge.errors import SvcforgeError

if TYPE_CHECKING:
    from svcforge.load import Loaded
    from svcforge.pipeline import Judge, Linted
    from svcforge.source.edit import Edit

MAX_PASSES = 100
"""Rounds of fixing; fixes that meet wait for the next one."""


@dataclass(frozen=True, slots=True)
class Fixed:
    """A blueprint that was mended: what is left to find, the texts before and after by file, and how many fixes were made.

    What is left offers no fix of the kind that was made: those left cannot be made.
    """

    linted: Linted
    before: Mapping[str, str]
    after: Mapping[str, str]
    made: int


def fixed(loaded: Loaded, judge: Judge, *, unsafe: bool) -> Fixed:
    """Fix what can be fixed, in memory, until nothing more can.

    Args:
        judge: says what is to be found in a blueprint.
        unsafe: whether fixes count that write a value which a person must confirm.

    Raises SvcforgeError when there is no end to it.
    """
    now, made = judge(loaded), 0
    for _ in range(MAX_PASSES):
        fixes = [f.fix for f in now.report.findings if f.fix and (unsafe or f.fix_is_safe)]
        step = _step(now.loaded, fixes)
        if step is None:
            after = {f: text for f, text in now.loaded.sources.items() if loaded.sources[f] != text}
            return Fixed(_left(now, made, unsafe=unsafe), {f: loaded.sources[f] for f in after}, after, made)
        now, made = judge(step[0]), made + step[1]
    codes = sorted({f.code for f in now.report.findings if f.fix and (unsafe or f.fix_is_safe)})
    raise SvcforgeError(f"the fixes of {', '.join(codes)} undo each other", "fix one of them by hand, or --ignore it")


def _left(now: Linted, made: int, *, unsafe: bool) -> Linted:
    report = now.report
    findings = [replace(f, fix=()) if unsafe or f.fix_is_safe else f for f in report.findings]
    left = 0 if unsafe else report.summary.unsafe
    summary = replace(report.summary, fixed=made, fixable=0, unsafe=left)
    return replace(now, report=replace(report, findings=findings, summary=summary))


def _step(loaded: Loaded, fixes: Sequence[tuple[Edit, ...]]) -> tuple[Loaded, int] | None:
    """The blueprint with as many of the fixes as can be made at once, and how many; None when none can."""
    from svcforge.load import load_again
    from svcforge.source.patch import Patch

    patch = Patch(loaded.root, loaded.sources, loaded.file)
    done = patch.patched(fixes)
    if not done.made:
        return None
    again = load_again(loaded, done.texts)
    if again.blueprint is not None:
        return again, len(done.made)
    # One of them leaves a blueprint that cannot be read: the first that does not is made alone.
    for number in done.made if len(done.made) > 1 else ():
        again = load_again(loaded, patch.patched([fixes[number]]).texts)
        if again.blueprint is not None:
            return again, 1
    return None


def write(fix: Fixed) -> None:
    """Write what was mended: all files or none; raises SvcforgeError."""
    from svcforge.write.replaced import New, replace

    files = {Path(file): New(fix.before[file], text) for file, text in fix.after.items()}
    if files:
        replace(files, Path(fix.linted.loaded.file).parent)


def difference(fix: Fixed) -> str:
    """What was mended, as a unified diff."""
    from difflib import unified_diff

    parts = []
    for file, text in sorted(fix.after.items()):
        old, new = fix.before[file].splitlines(keepends=True), text.splitlines(keepends=True)
        for line in unified_diff(old, new, file, file):
            parts.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(parts)
