"""What the Python stack makes of a blueprint that uses everything that it can and the examples do not use."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
from tests.driving import System

from svcforge.process import run

KITCHEN = Path(__file__).with_name("kitchen.yaml")


@pytest.fixture(scope="module")
def kitchen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kitchen, generated."""
    root = tmp_path_factory.mktemp("kitchen")
    (root / "blueprint.yaml").write_text(KITCHEN.read_text(encoding="utf-8"), encoding="utf-8")
    System(root).run("generate")
    return root


def sources(kitchen: Path) -> list[Path]:
    """Every module that the services and the BFF are made of."""
    return sorted(one for folder in ("services", "bffs") for one in (kitchen / folder).glob("*/src/**/*.py"))


def test_every_module_is_python(kitchen: Path) -> None:
    modules = sources(kitchen)
    assert {one.relative_to(kitchen).parts[1] for one in modules} == {
        *("every-type", "front-page", "listener", "menu-board", "plain-sums", "tables", "the-cook"),
    }
    for module in modules:
        ast.parse(module.read_text(encoding="utf-8"), str(module))


@pytest.mark.parametrize("asked", [("check", "--quiet"), ("format", "--check", "--quiet")])
def test_what_is_generated_is_as_the_linter_and_the_formatter_want_it(kitchen: Path, asked: tuple[str, ...]) -> None:
    folders = sorted({str(kitchen.joinpath(*one.relative_to(kitchen).parts[:3])) for one in sources(kitchen)})
    done = run([sys.executable, "-m", "ruff", *asked, *folders], timeout=60)
    assert (done.code, done.out) == (0, "")
