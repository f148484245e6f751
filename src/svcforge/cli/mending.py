"""What `svcforge lint` changes: fixes in the blueprint's files, or as a difference; and the baseline beside it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from svcforge.cli import output as out

if TYPE_CHECKING:
    from svcforge.load import Loaded
    from svcforge.pipeline import Judge, Linted


def mended(loaded: Loaded, judge: Judge, *, unsafe: bool) -> Linted:
    """Fix what can be fixed, and say what is left; a blueprint from standard input goes to standard output, mended."""
    from svcforge.load import STANDARD_INPUT
    from svcforge.pipeline import fixing

    done = fixing.fixed(loaded, judge, unsafe=unsafe)
    if loaded.file == STANDARD_INPUT:
        mark = "\ufeff" if loaded.marked else ""
        out.write_file_text(mark + done.linted.loaded.sources.get(loaded.file, ""))
    else:
        fixing.write(done)
    return done.linted


def show_difference(loaded: Loaded, judge: Judge, *, unsafe: bool) -> int:
    """Print what fixing would change; returns the exit code: 1 when there is something, 2 when it cannot be read."""
    from svcforge.pipeline import fixing

    done = fixing.fixed(loaded, judge, unsafe=unsafe)
    if loaded.blueprint is None:
        print("error: the blueprint cannot be read; see what svcforge lint says", file=sys.stderr)
        return done.linted.exit_code
    out.write_file_text(fixing.difference(done))
    print(f"would fix {done.made}" if done.made else "nothing to fix", file=sys.stderr)
    return int(done.made > 0)


def with_lower_baseline(linted: Linted, judge: Judge) -> Linted:
    """Lower the baseline to what is left, and judge again."""
    from svcforge.pipeline.baselines import update_baseline

    if linted.loaded.blueprint is None:
        return linted
    file, held = update_baseline(linted)
    print(f"{file}: {held} known", file=sys.stderr)
    return judge(linted.loaded)


def show_baseline(linted: Linted) -> int:
    """Write all that was found as known, and say so; returns the exit code."""
    from svcforge.pipeline.baselines import write_baseline

    file, held = write_baseline(linted)
    out.write(f"{file}: {held} known\n")
    return 0
