"""`svcforge doctor`: looks after the state of what was generated."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer


def command(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="The folder that was generated into.")] = Path(),
    fix: Annotated[
        bool, typer.Option("--fix", help="Take what is lost from your git repository, or make it again.")
    ] = False,
    format_: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print it.")] = "text",
) -> None:
    """Check what svcforge keeps about each part: manifests, what was generated last, conflicts, the lock.

    Exit code 0 when all is well, or 1 when something is not, or 3 when only conflicts are left.
    """
    from svcforge.cli import output
    from svcforge.pipeline.mending import mend
    from svcforge.write.health import ailments

    found = mend(directory) if fix else ailments(directory)
    left = [ailment for ailment in found if not ailment.mended]
    if format_ == "json":
        output.write_file_text(json.dumps({"version": 1, "ailments": [asdict(a) for a in found]}, indent=2) + "\n")
    else:
        lines = [f"{a.path}: {a.problem}\n  {'mended' if a.mended else f'help: {a.remedy}'}" for a in found]
        output.write("".join(f"{line}\n" for line in lines or ["all is well"]))
    raise typer.Exit(0 if not left else 3 if all(a.remedy == "svcforge resolve" for a in left) else 1)
