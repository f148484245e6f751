"""`svcforge down`: ends every process of a system."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that holds run.json.")] = Path(),
) -> None:
    """End every process of the system, in reverse order; also after svcforge itself was killed."""
    from svcforge.run import manifest, session

    root = directory.resolve()
    name = manifest.read(root).system
    ended = session.stop(root, typer.echo)
    typer.echo(f"{name} has ended" if ended else f"{name} was not running")
