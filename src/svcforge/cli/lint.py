"""`svcforge lint`: findings about a blueprint, in one or several formats."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from svcforge.errors import SvcforgeError

if TYPE_CHECKING:
    from svcforge.report.formats import Format

Profiles = Literal["minimal", "recommended", "production"]
Thresholds = Literal["error", "warning", "info", "never"]


def command(
    blueprint: Annotated[
        str,
        typer.Argument(metavar="BLUEPRINT", help="A file, a folder with blueprint.yaml, or - for standard input."),
    ] = ".",
    format_: Annotated[
        str, typer.Option("--format", metavar="FORMAT", help="What goes to standard output: full, concise or json.")
    ] = "full",
    output: Annotated[
        list[str] | None,
        typer.Option("--output", metavar="FORMAT:FILE", help="Write a report to a file too; repeatable."),
    ] = None,
    profile: Annotated[Profiles | None, typer.Option(help="Which rules are asked of the blueprint.")] = None,
    select: Annotated[
        list[str] | None,
        typer.Option(metavar="RULE,...", help="Only these: codes, names, families, code beginnings (SF1), profiles."),
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option(metavar="RULE,...", help="Not these.")] = None,
    fail_on: Annotated[
        Thresholds | None,
        typer.Option("--fail-on", help="The least severity that makes the exit code 1; default warning."),
    ] = None,
) -> None:
    """Judge a blueprint: exit code 0, or 1 with findings at or above --fail-on, or 2 when it cannot be read."""
    from svcforge import pipeline
    from svcforge.cli import output as out
    from svcforge.report.page import Page

    shown = _format(format_)
    files = [_target(target) for target in output or ()]
    linted = pipeline.lint(
        blueprint,
        profile=profile,
        select=_words(select) if select else None,
        ignore=_words(ignore or ()),
        fail_on=fail_on,
    )
    for to_file, file in files:
        out.write_file(file, to_file(linted.report, Page()))
    out.write(shown(linted.report, out.page()))
    raise typer.Exit(linted.exit_code)


def _words(entries: Iterable[str]) -> tuple[str, ...]:
    """The words of a repeatable option whose values may be joined by commas."""
    return tuple(word.strip() for entry in entries for word in entry.split(",") if word.strip())


def _target(text: str) -> tuple[Format, str]:
    name, colon, file = text.partition(":")
    if not colon or not file:
        raise SvcforgeError(f'"{text}" names no file', "write --output FORMAT:FILE, like json:findings.json")
    return _format(name), file


def _format(name: str) -> Format:
    from svcforge.report.formats import FORMATS

    if name not in FORMATS:
        raise SvcforgeError(f'there is no format "{name}"', f"write one of {', '.join(FORMATS)}")
    return FORMATS[name]
