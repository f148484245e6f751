"""`svcforge eject`: makes a part the user's own."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    part: Annotated[str, typer.Argument(metavar="PART", help="A service, a BFF, the gateway or a platform.")],
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that was generated into.")] = Path(),
) -> None:
    """Make a part your own: its files stay, and nothing is generated into it any more.

    The rest of the system goes on knowing it. Its `.svcforge/manifest.json` says that it is ejected; `svcforge undo`
    takes that back at once, removing the file later.
    """
    from svcforge.cli import output
    from svcforge.write.eject import eject

    folder = eject(directory, part)
    output.write(f"{folder or '.'}: yours; nothing is generated into it any more\n")
