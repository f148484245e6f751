"""`svcforge facts`: what a template sees."""

from __future__ import annotations

import json
import sys
from typing import Annotated

import typer

from svcforge.errors import SvcforgeError


def command(
    service: Annotated[str, typer.Argument(metavar="SERVICE", help="A service, a BFF, the gateway or the broker.")],
    blueprint: Annotated[
        str,
        typer.Argument(metavar="BLUEPRINT", help="A file, a folder with blueprint.yaml, or - for standard input."),
    ] = ".",
) -> None:
    """Print what a template sees of a service, as JSON: exit code 0, or 2 when there is no such service."""
    from svcforge import pipeline
    from svcforge.cli import output
    from svcforge.load.words import nearest
    from svcforge.pipeline.shelving import home_of, shelf_of
    from svcforge.plan.plan import facts_of, planned

    loaded = pipeline.read(blueprint)
    if loaded.blueprint is None:
        from svcforge.report.formats import FORMATS
        from svcforge.report.page import Page

        sys.stderr.write(FORMATS["full"](pipeline.judged(loaded).report, Page()))
        raise typer.Exit(2)
    found = facts_of(loaded.blueprint, service, shelf_of(loaded, home_of(loaded)).packs)
    if found is None:
        names = planned(loaded.blueprint)
        close = nearest(service, names)
        hint = f'did you mean "{close}"?' if close else f"there are {', '.join(names[:12])}" if names else ""
        raise SvcforgeError(f'nothing is generated for "{service}"', hint)
    output.write_file_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
