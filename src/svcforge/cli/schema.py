"""`svcforge schema`: the JSON Schema of the language."""

from __future__ import annotations


def command() -> None:
    """Print the JSON Schema of the language, for editors."""
    from svcforge import pipeline
    from svcforge.cli import output

    output.write(pipeline.schema_text())
