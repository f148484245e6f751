"""`svcforge generate`: write the services, the gateway and the platform."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from svcforge.pipeline.generating import Generated

MANY = 100
"""Units from which on a progress bar is worth its lines."""


def command(
    blueprint: Annotated[
        str,
        typer.Argument(metavar="BLUEPRINT", help="A file, a folder with blueprint.yaml, or - for standard input."),
    ] = ".",
    out: Annotated[
        Path | None,
        typer.Option("-o", "--output", metavar="DIR", help="Where to write; default: beside the blueprint."),
    ] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    no_lint: Annotated[bool, typer.Option("--no-lint", help="Write in spite of the linter's errors.")] = False,
    format_: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print what was done.")] = "text",
) -> None:
    """Write what the blueprint describes; what you changed in the files is merged with what has changed for you.

    Exit code 0, or 1 when errors of the linter or a missing ability stop it, or 2 when the blueprint cannot be read, or
    3 when conflicts are left for you to resolve.
    """
    from svcforge.pipeline import generating
    from svcforge.report.findings import Report

    with _progress() as progress:
        found = generating.generate(blueprint, out, dry_run=dry_run, lint=not no_lint, progress=progress)
    if found.report.findings:
        _findings(found.report)
    if isinstance(found.report, Report) and found.written is not None:
        _summary(found, dry_run=dry_run, as_json=format_ == "json")
    elif found.exit_code == 1:
        sys.stderr.write("nothing was generated\n")
    raise typer.Exit(found.exit_code)


def _findings(report: object) -> None:
    from svcforge.report.findings import Report
    from svcforge.report.formats import FORMATS
    from svcforge.report.page import Page

    assert isinstance(report, Report)
    sys.stderr.write(FORMATS["full"](report, Page()))


def _summary(found: Generated, *, dry_run: bool, as_json: bool) -> None:
    from svcforge.cli import output
    from svcforge.report import changes

    assert found.written is not None
    units = found.written.units
    if as_json:
        output.write_file_text(changes.as_json(units, dry_run=dry_run, logic=found.logic))
        return
    lines = []
    if found.written.finished:
        lines.append("finished an earlier run that was cut short")
    if dry_run:
        output.write(changes.tree(units, output.page()))
        output.write(f"would be: {changes.counted(units)}\n")
        return
    lines += list(changes.attention(units))
    lines += [
        f"{unit}/{path}: left, it changed meanwhile" for unit, paths in found.written.late.items() for path in paths
    ]
    lines.append(f"{found.out}: {changes.counted(units)} in {len(units)} parts")
    if found.exit_code == 3:
        lines.append("next: resolve the conflicts, then generate again")
    else:
        lines += [*_to_write(found.logic), f"next: svcforge up{_where(found.out)}"]
    output.write("".join(f"{line}\n" for line in lines))


def _to_write(logic: tuple[str, ...]) -> Iterator[str]:
    if logic:
        yield "yours to write (each answers 501 until then):"
        yield from (f"  {path}" for path in logic)


def _where(out: Path | None) -> str:
    return "" if out is None or out == Path() else f" {out}"


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None] | None]:
    """A bar on a terminal, for runs that are long enough to wonder."""
    if not sys.stderr.isatty():
        yield None
        return
    from svcforge.report.live import counting

    with counting("rendering", MANY) as count:
        yield count
