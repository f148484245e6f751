"""What `pack check` does: a pack is read, compiled, and rendered for the examples."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from svcforge.errors import SvcforgeError
    from svcforge.model.blueprint import Blueprint
    from svcforge.model.elements import Bff, Service
    from svcforge.packs.pack import Pack
    from svcforge.packs.unit import Unit

EXAMPLES = ("minimal", "shop")
"""The systems for which a pack is tried: a small one, and one with nearly everything."""


@dataclass(frozen=True, slots=True)
class Tried:
    """What came of an example.

    Args:
        example: its name.
        units: how many parts were made.
        files: and how many files.
        lacking: the abilities that it asks for and the pack does not have.
        running: paths of files that run code for whoever opens or builds what was made.
        problem: what is wrong, where it could not be rendered.
    """

    example: str
    units: int
    files: int
    lacking: tuple[str, ...] = ()
    running: tuple[str, ...] = ()
    problem: SvcforgeError | None = None


@dataclass(frozen=True, slots=True)
class Checked:
    """A pack, what takes it off the fast path if anything does, whether Copier alone renders it too, and the examples."""

    pack: Pack
    beyond: str
    portable: bool
    tried: tuple[Tried, ...]


def check(folder: Path) -> Checked:
    """Look at the pack in a folder.

    Raises SvcforgeError when it is none, or its card or `copier.yml` is wrong.
    """
    from svcforge.packs.foreign import foreign_pack
    from svcforge.packs.pack import Origin
    from svcforge.packs.shelf import bundled
    from svcforge.render.foreign import ForeignRenderer

    root = folder.resolve()
    pack = foreign_pack(root, root.name, Origin(str(folder)), bundled().packs)
    beyond = ForeignRenderer(pack).beyond
    tried = tuple(_tried(pack, example) for example in EXAMPLES)
    return Checked(pack, beyond.message if beyond else "", not pack.card.literals, tried)


def _tried(pack: Pack, example: str) -> Tried:
    from svcforge.errors import SvcforgeError
    from svcforge.load import load_file
    from svcforge.packs.shelf import blueprints_folder
    from svcforge.pipeline.unasked import RUNS_CODE
    from svcforge.render.unit import render

    blueprint = load_file(blueprints_folder() / example / "blueprint.yaml").blueprint
    assert blueprint is not None
    lacking = tuple(sorted(_lacking(pack, blueprint))) if pack.card.kind == "stack" else ()
    paths: list[str] = []
    units = 0
    try:
        for unit in _units(pack, blueprint):
            paths += [file.path for file in render(unit)]
            units += 1
    except SvcforgeError as problem:
        return Tried(example, units, len(paths), lacking, problem=problem)
    running = tuple(sorted({path for path in paths if RUNS_CODE.fullmatch(path)}))
    return Tried(example, units, len(paths), lacking, running)


def _units(pack: Pack, blueprint: Blueprint) -> Iterator[Unit]:
    """What the pack makes of a system in which it is chosen wherever it can be."""
    from svcforge.packs.shelf import bundled
    from svcforge.plan.plan import plan

    name, packs, platform = pack.card.pack, dict(bundled().packs), blueprint.platform
    if pack.card.kind == "stack":
        packs |= {("stack", stack): pack for stack in {blueprint.stack_of(part) or name for part in blueprint.services}}
    else:
        packs["platform", name] = pack
        if pack.card.unit == "gateway":
            platform = replace(platform, gateway=name)
        elif pack.card.unit == "broker":
            platform = replace(platform, broker=name)
        else:
            platform = replace(platform, deploy=(name,))
    made = plan(replace(blueprint, platform=platform), packs)
    return (unit for unit in made.units if any(part.pack is pack for part in unit.parts))


def _lacking(pack: Pack, blueprint: Blueprint) -> set[str]:
    from svcforge.packs.card import EVERYTHING
    from svcforge.plan.abilities import needs_of
    from svcforge.plan.parts import bffs, services

    if EVERYTHING in pack.card.can:
        return set()
    parts: list[Service | Bff] = [*services(blueprint), *bffs(blueprint)]
    asked = {need.ability for part in parts for need in needs_of(blueprint, part)}
    return asked - {*pack.card.can}
