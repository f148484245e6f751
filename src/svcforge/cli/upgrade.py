"""`svcforge upgrade`: makes repositories again that were cloned on their own, many in one run."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

if TYPE_CHECKING:
    from svcforge.pipeline.upgrading import Upgraded


def command(
    repositories: Annotated[
        list[Path], typer.Argument(metavar="REPO", help="Repositories of one part each, or folders of such.")
    ],
    blueprint: Annotated[
        str, typer.Option("--blueprint", metavar="BLUEPRINT", help="The blueprint that they are parts of.")
    ] = ".",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")] = False,
    no_lint: Annotated[bool, typer.Option("--no-lint", help="In spite of the linter's errors.")] = False,
    format_: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print what was done.")] = "text",
) -> None:
    """Generate again into repositories that were cloned on their own: with this svcforge, its packs and the blueprint.

    What you changed is merged, as `generate` does it. What one repository cannot be told stops no other. Exit code 0, or
    1 when errors of the linter stop it, or 2 when a repository is none of the blueprint's, or 3 with conflicts.
    """
    from svcforge.cli import output
    from svcforge.pipeline import upgrading
    from svcforge.report.findings import Report
    from svcforge.report.formats import FORMATS
    from svcforge.report.page import Page

    done = upgrading.upgrade(blueprint, list(upgrading.repositories(repositories)), dry_run=dry_run, lint=not no_lint)
    if done.report.findings and isinstance(done.report, Report):
        sys.stderr.write(FORMATS["full"](done.report, Page()))
    if format_ == "json":
        found = {"version": 1, "dry_run": dry_run, "repositories": [_fact(one) for one in done.repositories]}
        output.write_file_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    else:
        output.write("".join(f"{line}\n" for one in done.repositories for line in _lines(one)))
    raise typer.Exit(done.exit_code)


def _lines(one: Upgraded) -> list[str]:
    from svcforge.report import changes

    if one.changes is None:
        assert one.problem is not None
        return [f"{one.folder}: {one.problem.message}", *([f"  help: {one.problem.hint}"] if one.problem.hint else [])]
    told = [f"{one.folder}/{line}" for line in changes.attention([one.changes])]
    return [*told, f"{one.folder}: {one.name}, {changes.counted([one.changes])}"]


def _fact(one: Upgraded) -> dict[str, Any]:
    paths = one.changes.paths if one.changes else {}
    return {
        "folder": str(one.folder),
        "part": one.name,
        "problem": one.problem.message if one.problem else None,
        "files": {str(verdict): list(found) for verdict, found in paths.items()},
    }
