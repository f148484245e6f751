"""`svcforge diff`: what `generate` would change, line by line."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Literal

import typer


def command(
    blueprint: Annotated[
        str,
        typer.Argument(metavar="BLUEPRINT", help="A file, a folder with blueprint.yaml, or - for standard input."),
    ] = ".",
    out: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help="Where it was generated; default: beside the blueprint."),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="PART", help="Only this part; may be repeated.")
    ] = None,
    prune: Annotated[bool, typer.Option("--prune", help="Also what --prune would remove.")] = False,
    no_lint: Annotated[bool, typer.Option("--no-lint", help="In spite of the linter's errors.")] = False,
    format_: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print it.")] = "text",
) -> None:
    """Show what `generate` would change: a unified diff and a verdict for each file; nothing is written.

    Exit code 0 when nothing would change, or 1 when something would or errors of the linter would stop it, or 2 when the
    blueprint cannot be read, or 3 when there are conflicts.
    """
    from svcforge.cli import output
    from svcforge.pipeline import generating
    from svcforge.report import changes
    from svcforge.report.findings import Report
    from svcforge.report.formats import FORMATS
    from svcforge.report.page import Page

    wanted = generating.Wanted(dry_run=True, shown=True, lint=not no_lint, only=tuple(only or ()), prune=prune)
    found = generating.generate(blueprint, out, wanted)
    if found.report.findings and isinstance(found.report, Report):
        sys.stderr.write(FORMATS["full"](found.report, Page()))
    sys.stderr.write("".join(f"note: {note}\n" for note in found.notes))
    if found.written is None:
        raise typer.Exit(found.exit_code)
    units, texts = found.written.units, found.written.texts
    if format_ == "json":
        output.write_file_text(changes.as_json(units, dry_run=True, logic=(), texts=texts))
    else:
        output.write(changes.difference(units, texts, output.page()))
    raise typer.Exit(found.exit_code or int(any(unit.writes for unit in units)))
