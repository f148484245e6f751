"""`svcforge metrics`: the coupling figures of a blueprint."""

from __future__ import annotations

import sys
from typing import Annotated, Literal

import typer


def command(
    blueprint: Annotated[
        str,
        typer.Argument(metavar="BLUEPRINT", help="A file, a folder with blueprint.yaml, or - for standard input."),
    ] = ".",
    form: Annotated[Literal["table", "json"], typer.Option("--format", help="How to print them.")] = "table",
    entries: Annotated[
        bool, typer.Option("--with-entries", help="Count the gateway, BFFs and frontends as components too.")
    ] = False,
) -> None:
    """Count what couples the services: exit code 0, or 1 when a name stands for nothing, or 2 when it cannot be read."""
    from svcforge.cli import output
    from svcforge.pipeline.measuring import measure
    from svcforge.report.metrics import as_json, table

    counted = measure(blueprint, entries=entries)
    if counted.report.findings:
        from svcforge.report.formats import FORMATS
        from svcforge.report.page import Page

        sys.stderr.write(FORMATS["full"](counted.report, Page()))
    if counted.figures is not None and form == "json":
        output.write_file_text(as_json(counted.figures))
    elif counted.figures is not None:
        output.write(table(counted.figures, output.page()))
    raise typer.Exit(counted.exit_code)
