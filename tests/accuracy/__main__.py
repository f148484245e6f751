"""`python -m tests.accuracy [--keep]`: what svcforge says of real systems, beside what other people found in them."""

from __future__ import annotations

import argparse
import json
import sys

from tests.accuracy import drawings, recorded, verdicts
from tests.accuracy.judging import SYSTEMS, here
from tests.accuracy.report import FIGURES, Result, arguments, details, figures, kept, tables


def measured() -> Result:
    """Import and judge every system, and compare."""
    return Result(
        list(verdicts.verdicts()), list(drawings.compared()), list(recorded.recorded()), list(recorded.expected()),
        arguments(),
    )  # fmt: skip


def main() -> int:
    """Print the tables and every difference; 1 when something is worse than promised, or not as the README says."""
    parser = argparse.ArgumentParser(prog="python -m tests.accuracy", description=__doc__)
    parser.add_argument("--keep", action="store_true", help="keep the figures, for the tables of the README")
    options = parser.parse_args()
    if not here():
        print(f'the evidence is not here: no folder "{SYSTEMS}" (SVCFORGE_SYSTEMS names another)', file=sys.stderr)
        return 2
    result = measured()
    found = figures(result)
    print(tables(found))
    print(details(result))
    problems = list(result.problems())
    if options.keep:
        FIGURES.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    elif found != kept():
        problems.append("the README shows other figures: run `python -m tests.accuracy --keep` and `make fmt`")
    for problem in problems:
        print(f"worse than promised: {problem}", file=sys.stderr)
    return int(bool(problems))


if __name__ == "__main__":
    sys.exit(main())
