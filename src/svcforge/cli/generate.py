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
    check: Annotated[
        bool, typer.Option("--check", help="As --dry-run; exit code 1 when something would change.")
    ] = False,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="PART", help="Make only this part; may be repeated.")
    ] = None,
    prune: Annotated[bool, typer.Option("--prune", help="Remove parts that the blueprint has no more.")] = False,
    restore: Annotated[
        list[Path] | None, typer.Option("--restore", metavar="PATH", help="Make a file again that you deleted.")
    ] = None,
    no_lint: Annotated[bool, typer.Option("--no-lint", help="Write in spite of the linter's errors.")] = False,
    format_: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print what was done.")] = "text",
) -> None:
    """Write what the blueprint describes; what you changed in the files is merged with what has changed for you.

    Exit code 0, or 1 when errors of the linter or a missing ability stop it or --check would change something, or 2 when
    the blueprint cannot be read, or 3 when conflicts are left for you to resolve.
    """
    from svcforge.cli import output
    from svcforge.pipeline import generating
    from svcforge.report.findings import Report

    with _progress() as progress:
        wanted = generating.Wanted(
            dry_run=dry_run or check, lint=not no_lint, only=tuple(only or ()), prune=prune,
            restore=tuple(output.within(path, out or generating.beside(blueprint)) for path in restore or ()),
        )  # fmt: skip
        found = generating.generate(blueprint, out, wanted, progress)
    if found.report.findings:
        _findings(found.report)
    sys.stderr.write("".join(f"note: {note}\n" for note in found.notes))
    if isinstance(found.report, Report) and found.written is not None:
        _summary(found, dry_run=dry_run or check, as_json=format_ == "json")
        if check and not found.exit_code:
            raise typer.Exit(int(any(unit.writes for unit in found.written.units)))
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
        output.write("".join(_no_more(found.gone)))
        return
    lines += list(changes.attention(units))
    lines += [
        f"{unit}/{path}: left, it changed meanwhile" for unit, paths in found.written.late.items() for path in paths
    ]
    lines.append(f"{found.out}: {changes.counted(units)} in {len(units)} parts")
    lines += [line.rstrip("\n") for line in _no_more(found.gone)]
    if found.exit_code == 3:
        lines.append("next: svcforge resolve")
    else:
        lines += [*_to_write(found.logic), f"next: svcforge up{_where(found.out)}"]
    output.write("".join(f"{line}\n" for line in lines))


def _no_more(gone: tuple[str, ...]) -> Iterator[str]:
    return (f"{folder}: the blueprint has it no more; svcforge generate --prune removes it\n" for folder in gone)


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
