"""Systems with a platform of a test's choice, and what one pack makes of each."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from tests.packs.kubernetes.cluster import CLASHING, LITTLE, read

from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import SYNC, edges
from svcforge.packs.shelf import blueprints_folder, bundled
from svcforge.plan.plan import plan
from svcforge.render.unit import render

EXAMPLES = tuple(
    sorted(folder.name for folder in blueprints_folder().iterdir() if (folder / "blueprint.yaml").is_file())
)
SYSTEMS = (*EXAMPLES, "kitchen", "little", "clashing")
"""The examples, and systems that have one of everything, hardly anything, and names that are taken."""


def text_of(name: str) -> str:
    """The blueprint of a system."""
    own = {"little": LITTLE, "clashing": CLASHING}
    if name == "kitchen":
        return (Path(__file__).parent / "python" / "kitchen.yaml").read_text()
    return own.get(name) or (blueprints_folder() / name / "blueprint.yaml").read_text()


@cache
def system(name: str, deploy: tuple[str, ...], mesh: str | None = None) -> Blueprint:
    """A system that is deployed by these, within this mesh."""
    return read(platformed(text_of(name), deploy, mesh))


def platformed(text: str, deploy: tuple[str, ...], mesh: str | None = None) -> str:
    """The text of a blueprint with another `deploy` and `mesh`; scalars stay as they are written."""
    data = yaml.load(text, yaml.BaseLoader)
    data["platform"] = {key: value for key, value in data.get("platform", {}).items() if key != "mesh"}
    data["platform"] |= {"deploy": list(deploy)} | ({"mesh": mesh} if mesh else {})
    return str(yaml.safe_dump(data, sort_keys=False, allow_unicode=True))


def facts(blueprint: Blueprint, pack: str) -> Any:
    """The facts of the whole, as a pack for the system sees them."""
    [part] = [p for u in plan(blueprint, bundled().packs).units for p in u.parts if p.pack.card.pack == pack]
    return part.facts["whole"]


def files_of(blueprint: Blueprint, *packs: str) -> Mapping[str, str]:
    """What packs make of a system, as text by its path from the folder of the system."""
    return {
        f"{unit.folder}/{file.path}": file.data.decode()
        for unit in plan(blueprint, bundled().packs).units
        if {part.pack.card.pack for part in unit.parts} & set(packs)
        for file in render(unit)
    }


def declared(blueprint: Blueprint) -> set[tuple[str, str]]:
    """The synchronous edges of a blueprint between what svcforge makes."""
    made = {*blueprint.services, *blueprint.bffs}
    return {
        (edge.source, edge.target)
        for edge in edges(blueprint)
        if edge.kind in SYNC and edge.target in made and edge.source != edge.target
    }
