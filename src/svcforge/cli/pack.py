"""`svcforge pack`: packs of one's own, from a folder or from git."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from svcforge.errors import SvcforgeError

if TYPE_CHECKING:
    from svcforge.pipeline.checking import Checked

Source = Annotated[
    str,
    typer.Option(
        "-b", "--blueprint", metavar="BLUEPRINT", help="The blueprint that brings the packs: a file or a folder."
    ),
]
Output = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="DIR", help="Where svcforge.lock is; default: beside the blueprint."),
]

group = typer.Typer(no_args_is_help=True, rich_markup_mode=None)


@group.callback()
def command() -> None:
    """Begin, check, fetch and trust template packs of your own."""


@group.command("new", short_help="Write a small pack that works.")
def new(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What the blueprint will call it.")],
    kind: Annotated[
        Literal["stack", "platform"], typer.Option("--kind", help="What makes services, or what stands around them.")
    ] = "stack",
    directory: Annotated[Path, typer.Option("-o", "--output", metavar="DIR", help="The folder of packs.")] = Path(
        "packs"
    ),
) -> None:
    """Write a small pack that works to DIR/NAME, to be changed."""
    from svcforge.pipeline.starting_pack import new_pack

    for file in new_pack(name, kind, directory / name):
        typer.echo(f"created {file}")
    chosen = f"defaults: {{stack: {name}}}" if kind == "stack" else f"platform: {{deploy: [{name}]}}"
    typer.echo(f"next: svcforge pack check {directory / name}; in the blueprint:")
    typer.echo(f"  packs: [{{from: ./{(directory / name).as_posix()}}}]\n  {chosen}")


@group.command("check", short_help="Look at a pack, and render it for the examples.")
def check(
    folder: Annotated[Path, typer.Argument(metavar="FOLDER", help="The folder of the pack.")],
) -> None:
    """Check a pack: its card, its templates, who renders it, and what it makes of the examples.

    Exit code 0, or 1 when it cannot be rendered, or 2 when it is no pack.
    """
    from svcforge.cli import output
    from svcforge.pipeline import checking

    found = checking.check(folder)
    output.write("".join(f"{line}\n" for line in _lines(found)))
    raise typer.Exit(int(any(one.problem for one in found.tried)))


def _lines(found: Checked) -> Iterator[str]:
    card = found.pack.card
    can = "anything, as nobody says" if "*" in card.can else ", ".join(card.can) or "nothing in particular"
    yield f"{card.pack}: {card.kind}, once for each {card.unit}; can: {can}"
    yield f"rendered by Copier: {found.beyond}" if found.beyond else "rendered by svcforge itself"
    if not found.portable:
        yield "its literals are svcforge's: `copier copy` does not render it"
    for one in found.tried:
        if one.problem:
            yield f"{one.example}: {one.problem.message}"
            yield from ([f"  help: {one.problem.hint}"] if one.problem.hint else [])
            continue
        lacking = f"; cannot: {', '.join(one.lacking)}" if one.lacking else ""
        yield f"{one.example}: {one.files} files in {one.units} parts{lacking}"
    running = sorted({path for one in found.tried for path in one.running})
    if running:
        yield f"runs code where it is opened or built: {', '.join(running)}"


@group.command("update", short_help="Fetch packs from git, and pin their versions.")
def update(
    names: Annotated[list[str] | None, typer.Argument(metavar="[NAME]...", help="Only these packs.")] = None,
    blueprint: Source = ".",
    out: Output = None,
    locked: Annotated[bool, typer.Option("--locked", help="Fetch what is pinned already, and move nothing.")] = False,
) -> None:
    """Fetch the packs that the blueprint takes from git, and pin in svcforge.lock what their versions are now.

    No other command fetches one or moves a pin. Nothing of a repository is run.
    """
    from svcforge.pipeline.packing import update as updated

    moved = updated(blueprint, out, names or (), locked=locked)
    for one in moved:
        now, before = one.now[:12], (one.before or "")[:12]
        told = f"is at {now}" if now == before else f"is now at {now}" + (f", was at {before}" if before else "")
        typer.echo(f"{one.pack.card.pack} {told}")
    if not moved:
        typer.echo("no pack comes from git")


@group.command("trust", short_help="Let a pack run its tasks and extensions.")
def trust(
    pack: Annotated[str, typer.Argument(metavar="NAME@COMMIT", help="The pack, as it was looked at.")],
    blueprint: Source = ".",
    out: Output = None,
) -> None:
    """Trust a pack at this very commit, so that tasks and extensions of its copier.yml run; of a folder, at its digest.

    That is kept in your own configuration, in no repository.
    """
    from svcforge.pipeline.packing import trust_pack

    name, at, version = pack.partition("@")
    if not at:
        raise SvcforgeError(f'"{pack}" does not say which version you trust', f"svcforge pack trust {pack}@COMMIT")
    typer.echo(f"{name} is trusted at {version}: {trust_pack(blueprint, out, name, version)}")
