"""The supervisor as a process of its own: `python -m svcforge.run FOLDER`, started by `svcforge up`."""

from __future__ import annotations

import argparse
import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

from svcforge.errors import SvcforgeError
from svcforge.run.assembly import Selection
from svcforge.run.layout import Layout
from svcforge.run.lifetime import Lifetime
from svcforge.run.lock import held
from svcforge.run.supervisor import Timing


def main() -> int:
    """Run until SIGTERM; 0 when all was started and ended, 1 when it could not be, 2 when it runs already."""
    parser = argparse.ArgumentParser(prog="python -m svcforge.run")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", action="append", default=[])
    parser.add_argument("--except", action="append", default=[], dest="yours")
    parser.add_argument("--no-gateway", action="store_false", dest="gateway")
    parser.add_argument("--deadline", type=float, default=Timing().deadline)
    asked = parser.parse_args()
    selection = Selection(tuple(asked.only), tuple(asked.yours), asked.gateway)
    root = asked.folder.resolve()
    layout = Layout(root)
    try:
        layout.prepare()
        with held(layout.lock) as ours:
            if not ours:
                say("it runs already")
                return 2
            timing = Timing(deadline=asked.deadline)
            return 0 if asyncio.run(Lifetime(root, selection, timing, os.environ, say).run()) else 1
    except SvcforgeError as error:
        say(error.message)
        return 1


def say(line: str) -> None:
    """A line of the journal, with its time."""
    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    sys.stdout.write(f"{now} {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
