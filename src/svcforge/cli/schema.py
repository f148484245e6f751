"""`svcforge schema`: the JSON Schema of the language."""

from __future__ import annotations

import typer


def command() -> None:
    """Print the JSON Schema of the language, for editors."""
    from svcforge.pipeline import schema_text

    typer.echo(schema_text(), nl=False)
