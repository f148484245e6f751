"""Everything that is made of the examples and of two systems more, but for code: documents, manifests, workflows."""

from __future__ import annotations

from functools import cache
from pathlib import Path, PurePosixPath

from tests import fifty

from svcforge.load import load_text
from svcforge.packs.shelf import blueprints_folder, bundled
from svcforge.plan.plan import plan
from svcforge.render.unit import render

EXAMPLES = ("shop", "healthcare", "online-boutique", "minimal")
SYSTEMS = (*EXAMPLES, "fifty")

CODE = (".py", ".lock")


def text_of(name: str) -> str:
    """The blueprint of a system."""
    return fifty.text() if name == "fifty" else (blueprints_folder() / name / "blueprint.yaml").read_text("utf-8")


@cache
def files_of(name: str, *more: str) -> dict[str, str]:
    """The files of an example or of the fifty services by path; `more` are lines of the blueprint's highest level."""
    return made("\n".join((text_of(name), *more, "")))


def made(text: str) -> dict[str, str]:
    """What is made of a blueprint that has nothing wrong with it, by path."""
    loaded = load_text(text)
    assert loaded.blueprint, loaded.findings
    return {
        str(PurePosixPath(unit.folder, file.path)): file.data.decode()
        for unit in plan(loaded.blueprint, bundled().packs).units
        for file in render(unit)
        if not file.path.endswith(CODE)
    }


def written(folder: Path, files: dict[str, str], *ends: str) -> list[Path]:
    """Write the files whose paths end so, and say where they are."""
    found = []
    for path, text in files.items():
        if path.endswith(ends):
            place = folder / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
            found.append(place)
    return found
