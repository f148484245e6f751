"""`svcforge schema`: the JSON Schema of the language."""

from __future__ import annotations


def command() -> None:
    """Print the JSON Schema of the language, for editors."""
    from svcforge.cli import output
    from svcforge.pipeline.starting import schema_text

    output.write_file_text(schema_text())
