"""`python -m tests.bench [CASE ...] [--quick]`: how fast svcforge is, as ratios to a floor measured in the same run."""

from __future__ import annotations

import argparse
import platform
import tempfile
from collections.abc import Callable
from pathlib import Path

from tests.bench import cases, running
from tests.bench.cases import QUICK, Lines, Scale
from tests.bench.measuring import svcforge, taken
from tests.bench.table import HEADS, line

CASES: dict[str, Callable[[Scale, Path], Lines]] = {
    "start": cases.start,
    "lint": cases.lint,
    "generate": cases.generate,
    "manifests": cases.manifests,
    "regenerate": cases.regenerate,
    "merges": cases.merges,
    "copier": cases.copier,
    "up": running.up,
}


def main() -> None:
    """Measure what was asked for and print each line as it is known."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("cases", nargs="*", metavar="CASE", help=f"{', '.join(CASES)}; all when none is named")
    parser.add_argument("--quick", action="store_true", help="small sizes, few runs, nothing installed")
    parser.add_argument("--folder", type=Path, help="on whose disk to write; the system's temporary folder when unset")
    options = parser.parse_args()
    unknown = [name for name in options.cases if name not in CASES]
    if unknown:
        parser.error(f'there is no case "{unknown[0]}"; there are {", ".join(CASES)}')
    print(f"Python {platform.python_version()}, {platform.system()} {platform.machine()}; least of several runs.")
    print("Each in a fresh process; a ratio below 1 is quicker than its floor.\n")
    print(line(*HEADS))
    taken([*svcforge(), "--version"])
    with tempfile.TemporaryDirectory(prefix="svcforge-bench-", dir=options.folder) as folder:
        for name in options.cases or CASES:
            for row in CASES[name](QUICK if options.quick else Scale(), Path(folder)):
                print(row, flush=True)


if __name__ == "__main__":
    main()
