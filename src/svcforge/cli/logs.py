"""`svcforge logs`: what the parts of a system say."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Annotated

import typer

STEP = 0.1
"""Seconds between two looks at the files."""


def command(
    name: Annotated[str | None, typer.Argument(metavar="NAME", help="One part; all when unset.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on with new lines until Ctrl-C.")] = False,
    lines: Annotated[int | None, typer.Option("--lines", "-n", min=0, help="At most so many old lines.")] = None,
    directory: Annotated[Path, typer.Option("--dir", metavar="DIR", help="The folder that holds run.json.")] = Path(),
) -> None:
    """Print the logs of all parts in order of time, or one part's, as they are since the last start."""
    from svcforge.cli.screen import Screen
    from svcforge.errors import SvcforgeError
    from svcforge.run import session
    from svcforge.run.logs import Tail

    sources = session.log_sources(directory.resolve())
    if name is not None and name not in sources:
        raise SvcforgeError(f'"{name}" is no part', f"there are {', '.join(sources)}")
    if name is not None:
        sources = {name: sources[name]}
    with Tail(sources) as tail, Screen(sources) as screen:
        old = tail.lines()
        screen.show(old if lines is None else old[len(old) - min(lines, len(old)) :])
        while follow:
            time.sleep(STEP)
            screen.show(tail.lines())
