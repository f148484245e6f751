"""`svcforge status`: shows what runs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer


def command(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that holds run.json.")] = Path(),
    form: Annotated[Literal["table", "json"], typer.Option("--format", help="How to print it.")] = "table",
    as_json: Annotated[bool, typer.Option("--json", help="Short for --format json.")] = False,
) -> None:
    """Show each part with its state, port, memory in use and restarts."""
    from svcforge.cli.screen import rows, terminal
    from svcforge.run import session

    found = session.status(directory.resolve())
    if as_json or form == "json":
        import json
        from dataclasses import asdict

        typer.echo(json.dumps({"version": 1, **asdict(found)}, indent=2))
        return
    from svcforge.report.live import plain_table, table

    console = terminal()
    if found.parts and console:
        console.print(table(rows(found)))
    elif found.parts:
        typer.echo(plain_table(rows(found)))
    hint = {"lost": "; its supervisor is gone: `svcforge down` ends what is left", "stopped": "; `svcforge up` runs it"}
    typer.echo(f"{found.system} is {found.phase}{hint.get(found.phase, '')}")
