"""`svcforge explain`: a rule's manual page."""

from __future__ import annotations

from typing import Annotated

import typer


def command(
    rule: Annotated[str, typer.Argument(metavar="RULE", help="A rule's code, name, or name in the literature.")],
) -> None:
    """Print what a rule does, why, an example that fires and the same one mended, its options and references."""
    from svcforge import pipeline
    from svcforge.cli import output
    from svcforge.report.rules import manual

    output.write(manual(pipeline.rule(rule), output.page()))
