"""`svcforge graph`: a picture of a blueprint."""

from __future__ import annotations

import sys
from pathlib import PurePath
from typing import Annotated, Literal

import typer

from svcforge.errors import SvcforgeError

Views = Literal["services", "contexts", "events", "data"]
Formats = Literal["mermaid", "dot", "svg", "json"]


def command(
    blueprint: Annotated[
        str,
        typer.Argument(metavar="BLUEPRINT", help="A file, a folder with blueprint.yaml, or - for standard input."),
    ] = ".",
    view: Annotated[Views, typer.Option(help="What is in the picture.")] = "services",
    format_: Annotated[
        Formats | None, typer.Option("--format", help="How it is written; default: what FILE ends with, else mermaid.")
    ] = None,
    output: Annotated[
        str | None, typer.Option("-o", "--output", metavar="FILE", help="Where it goes, instead of standard output.")
    ] = None,
    no_lint: Annotated[bool, typer.Option("--no-lint", help="Leave the linter's findings out.")] = False,
) -> None:
    """Draw a blueprint: exit code 0, or 1 when something in it cannot be drawn, or 2 when it cannot be read."""
    from svcforge.cli import output as out
    from svcforge.pipeline import drawing

    drawn = drawing.graph(blueprint, view=view, format=format_ or _format_of(output), lint=not no_lint)
    if drawn.report.findings:
        from svcforge.report.formats import FORMATS
        from svcforge.report.page import Page

        sys.stderr.write(FORMATS["full"](drawn.report, Page()))
    if drawn.text is not None and output is not None:
        out.write_file(output, drawn.text)
        typer.echo(f"created {output}")
    elif drawn.text is not None:
        out.write_file_text(drawn.text)
    raise typer.Exit(drawn.exit_code)


def _format_of(file: str | None) -> str:
    """The format that a file's suffix stands for."""
    from svcforge.draw.formats import FORMATS, SUFFIXES

    suffix = PurePath(file or "").suffix.lower()
    if suffix and suffix not in SUFFIXES:
        raise SvcforgeError(f'"{suffix}" is no suffix of a format', f"name one with --format: {', '.join(FORMATS)}")
    return SUFFIXES.get(suffix, "mermaid")
