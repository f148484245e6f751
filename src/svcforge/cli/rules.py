"""`svcforge rules`: the catalogue."""

from __future__ import annotations

from typing import Annotated, Literal

import typer


def command(
    form: Annotated[Literal["table", "json"], typer.Option("--format", help="How to print it.")] = "table",
) -> None:
    """List the rules with their severities and profiles."""
    from svcforge import pipeline
    from svcforge.cli import output
    from svcforge.report.rules import as_json, table

    rules = pipeline.rules()
    if form == "json":
        output.write_file_text(as_json(rules))
    else:
        output.write(table(rules, output.page()))
