"""`svcforge up`: runs what was generated, here or in the background."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer


def command(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that holds run.json.")] = Path(),
    detach: Annotated[
        bool, typer.Option("--detach", "-d", help="Return when all is healthy; 1 when it is not.")
    ] = False,
    only: Annotated[list[str] | None, typer.Option("--only", metavar="PART", help="Run this one; repeatable.")] = None,
    yours: Annotated[
        list[str] | None,
        typer.Option("--except", metavar="PART", help="Leave this one to you, and print its environment; repeatable."),
    ] = None,
    no_gateway: Annotated[bool, typer.Option("--no-gateway", help="Run without the gateway.")] = False,
    timeout: Annotated[
        float | None, typer.Option("--timeout", metavar="SECONDS", help="To become healthy; 60 when unset.", min=0.1)
    ] = None,
) -> None:
    """Start broker, databases, every service and the gateway as plain processes on this machine.

    Without --detach it shows what goes on and ends everything on Ctrl-C. With SVCFORGE_AMQP_URL or
    SVCFORGE_POSTGRES_URL in the environment, those servers are used.
    """
    from svcforge.cli.watching import Watching
    from svcforge.run import session
    from svcforge.run.assembly import Selection

    root = directory.resolve()
    selection = Selection(tuple(only or ()), tuple(yours or ()), not no_gateway)
    supervisor = session.start(root, selection, timeout)
    raise typer.Exit(Watching(root, supervisor, selection.yours).until(all_is_up=detach))
