"""`svcforge resolve`: lists the conflicts of earlier generations, and closes them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

if TYPE_CHECKING:
    from svcforge.write.conflicts import Conflict

LEFT = 3


def command(
    paths: Annotated[list[Path] | None, typer.Argument(metavar="PATH", help="Only these files.")] = None,
    out: Annotated[
        Path, typer.Option("-o", "--output", metavar="DIR", help="The folder that was generated into.")
    ] = Path(),
    take: Annotated[
        Literal["yours", "generated"] | None,
        typer.Option("--take", help="Close them: with your lines, or with those that are generated now."),
    ] = None,
    mergetool: Annotated[
        bool, typer.Option("--mergetool", help="Tell git of them, for git mergetool and git checkout --ours.")
    ] = False,
    format_: Annotated[Literal["text", "json"], typer.Option("--format", help="How to print them.")] = "text",
) -> None:
    """List the conflicts that wait for you, or close them with one side.

    Each is closed, too, once its markers are gone and nothing lies beside the file. Exit code 0, or 3 when some are left.

    Git does not know of them unless you say --mergetool: then its index has the files as unmerged, with your lines as
    "ours" and those that are generated now as "theirs", until they are closed here or added there.
    """
    from svcforge.cli import output
    from svcforge.write import conflicts
    from svcforge.write import mergetool as told

    wanted = [output.within(path, out) for path in paths or ()]
    closed = conflicts.take(out, take, wanted) if take else []
    told.close(out)
    known = told.register(out, wanted) if mergetool else told.Registered((), ())
    left = [found for found in conflicts.conflicts(out) if take or not wanted or found.path in wanted]
    if format_ == "json":
        found = {"version": 1, "closed": [c.path for c in closed], "left": [_fact(c) for c in left]}
        found |= {"mergetool": list(known.told)} if mergetool else {}
        output.write_file_text(json.dumps(found, indent=2, ensure_ascii=False) + "\n")
    else:
        lines = [f"{conflict.path}: closed, {take} taken" for conflict in closed]
        lines += [f"{conflict.path}: {_where(conflict)}" for conflict in left]
        lines += [f"{path}: not told to git, which does not track it" for path in known.untold]
        if known.told:
            lines.append("edit them, or: git mergetool, or: git checkout --ours|--theirs|--merge PATH")
        elif left:
            lines.append("edit them, or: svcforge resolve --take yours|generated [PATH]...")
        output.write("".join(f"{line}\n" for line in lines or ["there are no conflicts"]))
    raise typer.Exit(LEFT if left else 0)


def _where(conflict: Conflict) -> str:
    if conflict.marked:
        return "between markers in the file"
    return f"the new one is beside it; remove {conflict.path.rpartition('/')[2]}.svcforge-new when you are done"


def _fact(conflict: Conflict) -> dict[str, str | bool]:
    return {"path": conflict.path, "marked": conflict.marked, "beside": conflict.beside}
