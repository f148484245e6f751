"""`svcforge lint`: findings about a blueprint, in one or several formats."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from svcforge.errors import SvcforgeError

if TYPE_CHECKING:
    from svcforge.pipeline import Judge
    from svcforge.report.findings import Report
    from svcforge.report.formats import Format

Profiles = Literal["minimal", "recommended", "production"]
Thresholds = Literal["error", "warning", "info", "never"]
FOR_PEOPLE = ("full", "concise")
"""Formats that a terminal shows as it can, and of which a part is a report too; the others are read by programs."""

Source = Annotated[
    str,
    typer.Argument(metavar="BLUEPRINT", help="A file, a folder with blueprint.yaml, or - for standard input."),
]
Shown = Annotated[
    str,
    typer.Option(
        "--format",
        metavar="FORMAT",
        help="What goes to standard output: full, concise, json, sarif, github, gitlab, junit or markdown.",
    ),
]
Outputs = Annotated[
    list[str] | None,
    typer.Option("--output", metavar="FORMAT:FILE", help="Write a report to a file too; repeatable."),
]
ProfileWord = Annotated[Profiles | None, typer.Option(help="Which rules are asked of the blueprint.")]
Select = Annotated[
    list[str] | None,
    typer.Option(metavar="RULE,...", help="Only these: codes, names, families, code beginnings (SF1), profiles."),
]
Ignore = Annotated[list[str] | None, typer.Option(metavar="RULE,...", help="Not these.")]
FailOn = Annotated[
    Thresholds | None,
    typer.Option("--fail-on", help="The least severity that makes the exit code 1; default warning."),
]
Against = Annotated[
    str | None,
    typer.Option(
        metavar="REV|FILE", help="An older version, in git or a file: what breaks its users, and only what is new."
    ),
]
Watch = Annotated[
    bool, typer.Option("--watch", help="Judge again on every save, and show what appeared and what went.")
]
Fix = Annotated[bool, typer.Option("--fix", help="Mend what can be mended without asking, in the files.")]
Unsafe = Annotated[
    bool, typer.Option("--unsafe-fixes", help="With --fix or --diff: also write values that you must confirm.")
]
Diff = Annotated[
    bool, typer.Option("--diff", help="Show what --fix would change and write nothing; 1 when there is something.")
]
WriteBaseline = Annotated[
    bool, typer.Option("--write-baseline", help="Take all findings as known: only new ones are told from now on.")
]
UpdateBaseline = Annotated[
    bool, typer.Option("--update-baseline", help="Lower the baseline to what is left; it never grows.")
]
StrictBaseline = Annotated[
    bool, typer.Option("--strict-baseline", help="A baseline that counts more than there is, is an error.")
]


def command(
    blueprint: Source = ".",
    format_: Shown = "full",
    output: Outputs = None,
    profile: ProfileWord = None,
    select: Select = None,
    ignore: Ignore = None,
    fail_on: FailOn = None,
    against: Against = None,
    watch: Watch = False,
    fix: Fix = False,
    unsafe: Unsafe = False,
    diff: Diff = False,
    write_baseline: WriteBaseline = False,
    update_baseline: UpdateBaseline = False,
    strict_baseline: StrictBaseline = False,
) -> None:
    """Judge a blueprint: exit code 0, or 1 with findings at or above --fail-on, or 2 when it cannot be read."""
    from svcforge import pipeline
    from svcforge.cli import mending
    from svcforge.lint.settings import Choices

    shown, files = _format(format_), _targets(output or ())
    choices = Choices(
        profile=profile, select=_selected(select) if select else None, ignore=_words(ignore or ()), fail_on=fail_on
    )
    formats = {format_, *(target.partition(":")[0] for target in output or ())}
    if write_baseline and against:
        raise SvcforgeError("--write-baseline takes all findings, and --against only new ones", "choose one of the two")
    instead = {"--diff": diff, "--write-baseline": write_baseline}
    _refuse_what_is_passed_over(instead, {"--output": bool(output), "--update-baseline": update_baseline})
    if watch and (fix or diff or write_baseline or update_baseline):
        raise SvcforgeError("--watch looks, and changes nothing", "run the other option by itself")
    judge = pipeline.judge(
        choices, strict_baseline=strict_baseline, known=not write_baseline, formats=formats, against=against
    )
    if watch:
        _watch(blueprint, judge, format_, files, [Path(against)] if against else [])
    loaded = pipeline.read(blueprint)
    if diff:
        raise typer.Exit(mending.show_difference(loaded, judge, unsafe=unsafe))
    linted = mending.mended(loaded, judge, unsafe=unsafe) if fix else judge(loaded)
    if update_baseline:
        linted = mending.with_lower_baseline(linted, judge)
    if write_baseline and loaded.blueprint is not None:
        raise typer.Exit(mending.show_baseline(linted))
    report, to_stderr = replace(linted.report, unsafe=unsafe), fix and blueprint == pipeline.STANDARD_INPUT
    _report(report, shown, files, to_stderr=to_stderr, as_file=format_ not in FOR_PEOPLE)
    raise typer.Exit(linted.exit_code)


def _refuse_what_is_passed_over(instead: Mapping[str, bool], others: Mapping[str, bool]) -> None:
    """Raise SvcforgeError when an option that says something instead of what is found has another one beside it."""
    asked = {name for name, given in {**instead, **others}.items() if given}
    for option in (name for name, given in instead.items() if given):
        for other in sorted(asked - {option}):
            raise SvcforgeError(f"{option} leaves nothing for {other} to do", "run them one after the other")


def _report(report: Report, shown: Format, files: Mapping[str, Format], *, to_stderr: bool, as_file: bool) -> None:
    """Write the reports; to standard error where standard output has the blueprint."""
    from svcforge.cli import output as out
    from svcforge.report.page import Page

    for file, to_file in files.items():
        out.write_file(file, to_file(report, Page()))
    if to_stderr:
        print(shown(report, Page()), end="", file=sys.stderr)
    else:
        (out.write_file_text if as_file else out.write)(shown(report, out.page()))


def _watch(source: str, judge: Judge, format_: str, files: Mapping[str, Format], beside: list[Path]) -> None:
    """Judge again and again; only what is to be read by people can be shown piece by piece."""
    from svcforge import pipeline
    from svcforge.cli.relinting import Relinting
    from svcforge.lint.baseline import FILE

    if source == pipeline.STANDARD_INPUT:
        raise SvcforgeError("standard input is read once, and cannot be watched", "name a file")
    if format_ not in FOR_PEOPLE:
        raise SvcforgeError(
            f'--watch shows {" or ".join(FOR_PEOPLE)}, not "{format_}"', f"write it to a file: --output {format_}:FILE"
        )
    folder = Path(source) if Path(source).is_dir() else Path(source).parent
    Relinting(lambda: pipeline.read(source), judge, _format(format_), files, [folder / FILE, *beside]).forever()


def _selected(entries: Iterable[str]) -> tuple[str, ...]:
    """The words of `--select`; raises SvcforgeError without any, like a variable that is unset in CI: all would pass."""
    words = _words(entries)
    if not words:
        raise SvcforgeError("--select names no rule", 'see "svcforge rules", or leave it out')
    return words


def _words(entries: Iterable[str]) -> tuple[str, ...]:
    """The words of a repeatable option whose values may be joined by commas."""
    return tuple(word.strip() for entry in entries for word in entry.split(",") if word.strip())


def _targets(outputs: Iterable[str]) -> dict[str, Format]:
    """The files that are asked for, each with what writes it."""
    found: dict[str, Format] = {}
    for text in outputs:
        name, colon, file = text.partition(":")
        if not colon or not file:
            raise SvcforgeError(f'"{text}" names no file', "write --output FORMAT:FILE, like json:findings.json")
        if file == "-":
            raise SvcforgeError(f'"{text}" names no file', f"standard output has another option: --format {name}")
        if file in found:
            raise SvcforgeError(f'"{file}" is asked for twice', "give each format a file of its own")
        found[file] = _format(name)
    return found


def _format(name: str) -> Format:
    from svcforge.report.formats import FORMATS

    if name not in FORMATS:
        raise SvcforgeError(f'there is no format "{name}"', f"write one of {', '.join(FORMATS)}")
    return FORMATS[name]
