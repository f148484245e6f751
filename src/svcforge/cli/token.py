"""`svcforge token`: a signed token for trying things."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

SECONDS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


def command(
    subject: Annotated[str, typer.Option("--sub", metavar="SUBJECT", help="Who the token is about.")],
    scope: Annotated[str, typer.Option("--scope", metavar="SCOPES", help="What it allows, with spaces between.")] = "",
    ttl: Annotated[str, typer.Option("--ttl", metavar="TIME", help="How long it is good: 90s, 15m, 1h, 7d.")] = "1h",
    directory: Annotated[Path, typer.Option("--dir", metavar="DIR", help="The folder that holds run.json.")] = Path(),
) -> None:
    """Print a JWT that the system in DIR accepts when svcforge runs it on this machine, and nowhere else."""
    from svcforge.errors import SvcforgeError
    from svcforge.run import keys, manifest
    from svcforge.run.layout import Layout

    root = directory.resolve()
    system = manifest.read(root)
    if system.jwt is None:
        raise SvcforgeError(f'"{system.system}" asks for no tokens', "`gateway: {auth: ...}` in the blueprint does")
    if not (match := re.fullmatch(r"(\d{1,9})([smhd])", ttl)) or not int(match[1]):
        raise SvcforgeError(f'"{ttl}" is no time', "write it as 90s, 15m, 1h or 7d")
    layout = Layout(root)
    layout.prepare()
    typer.echo(keys.token(layout.keys, system.jwt, subject, scope, int(match[1]) * SECONDS[match[2]]))
