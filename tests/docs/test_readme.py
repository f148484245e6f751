"""What the README says beyond its commands: the layout of what is generated, and how it opens."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.docs.blocks import ROOT, blocks

from svcforge.pipeline import generating

README = ROOT / "README.md"


def layout() -> Iterator[str]:
    """The paths of the tree in the README as globs: `<package>` is any name."""
    [tree] = [b.text for b in blocks(README) if b.language == "text"]
    above: list[tuple[int, str]] = []
    for line in tree.splitlines():
        indent = len(line) - len(line.lstrip())
        names = line.split("  ")[0] if not indent else line.strip().split("  ")[0]
        above = [(depth, folder) for depth, folder in above if depth < indent]
        for name in names.split(", "):
            yield "".join(folder for _, folder in above) + re.sub("<[a-z]+>", "*", name)
        if names.endswith("/"):
            above.append((indent, re.sub("<[a-z]+>", "*", names)))


@pytest.fixture(scope="module")
def bakery(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the README's blueprint becomes."""
    folder = tmp_path_factory.mktemp("bakery")
    [blueprint] = [b.text for b in blocks(README) if b.file.endswith("blueprint.yaml")]
    (folder / "blueprint.yaml").write_text(blueprint)
    generating.generate(str(folder), None)
    return folder


def test_everything_in_the_layout_is_generated(bakery: Path) -> None:
    shown = list(layout())
    assert len(shown) > 20
    assert [path for path in shown if not any(bakery.glob(path.rstrip("/")))] == []


def test_everything_that_is_generated_is_in_the_layout(bakery: Path) -> None:
    shown = {path.partition("/")[0] for path in layout()}
    hidden = {".svcforge", ".gitignore"}
    assert {file.name for file in bakery.iterdir()} - hidden == shown
    inside = {path.split("/")[2] for path in layout() if path.startswith("services/*/")}
    assert {f.name for f in bakery.glob("services/*/*")} - hidden - {".dockerignore"} == inside - {""}
    platforms = {path.split("/")[1] for path in layout() if path.startswith("platform/")}
    assert {file.name for file in (bakery / "platform").iterdir()} == platforms


def test_it_opens_with_two_sentences_a_picture_and_two_commands() -> None:
    title, opening, picture, *_ = README.read_text(encoding="utf-8").split("\n\n")
    assert title == "# svcforge"
    assert len(re.findall(r"\.(?:\s|$)", opening)) == 2
    assert picture.startswith('<img src="docs/shop.svg" alt="')
    first = next(b for b in blocks(README) if b.language == "console")
    assert re.findall(r"^\$ (\w+ \w+)", first.text, re.MULTILINE) == ["make demo", "make test"]


def test_the_exit_codes_are_those_of_the_code() -> None:
    from svcforge.cli import app

    codes = set(re.findall(r"^\| (\d+) \|", README.read_text(encoding="utf-8"), re.MULTILINE))
    assert codes == {"0", "1", "2", str(app.INTERNAL), str(app.INTERRUPTED)}
