"""`svcforge import`: a first blueprint of a system that exists."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from svcforge.errors import SvcforgeError


def command(
    sources: Annotated[
        list[str],
        typer.Argument(
            metavar="SOURCE...",
            help="Compose files, Kubernetes manifests, Kustomize folders, Helm charts, models; files or folders.",
        ),
    ],
    output: Annotated[
        Path | None, typer.Option("-o", "--output", metavar="FILE", help="Write to a file that is not there yet.")
    ] = None,
) -> None:
    """Describe a system that exists: services, roles, stores, brokers, calls, exposure, and what a mesh adds.

    Nothing is invented: what no source says is unset, every line names the place that it comes from, and what could
    not be read is listed at the end and on standard error.
    """
    from svcforge.cli import output as out
    from svcforge.pipeline.importing import imported

    # Looked at first: nobody should wait for an answer that has no place to go.
    if output is not None and output.exists():
        raise _taken(output)
    found = imported(sources)
    for note in found.notes:
        print(note, file=sys.stderr)
    if output is None:
        out.write_file_text(found.text)
        return
    try:
        with output.open("x", encoding="utf-8", newline="\n") as file:
            file.write(found.text)
    except FileExistsError as error:
        raise _taken(output) from error
    except OSError as error:
        raise SvcforgeError(
            f'cannot write "{output}": {error.strerror}', "name a file in a folder that exists"
        ) from error
    typer.echo(f"created {output}")


def _taken(file: Path) -> SvcforgeError:
    return SvcforgeError(f'"{file}" is there already', "name a new file, or move the old one away")
