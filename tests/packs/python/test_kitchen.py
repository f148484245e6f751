"""What the Python stack makes of a blueprint that uses everything that it can and the examples do not use."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
from tests.packs.python import kitchen

from svcforge.process import run


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The kitchen, generated."""
    return kitchen.generated(tmp_path_factory.mktemp("kitchen"))


def repositories(root: Path) -> list[Path]:
    """The services and the BFF."""
    return sorted(one for folder in ("services", "bffs") for one in (root / folder).iterdir())


def test_every_module_is_python(generated: Path) -> None:
    found = repositories(generated)
    assert {one.name for one in found} == {
        *("every-type", "front-page", "listener", "menu-board", "plain-sums", "tables", "the-cook"),
    }
    for repository in found:
        for module in repository.glob("**/*.py"):
            ast.parse(module.read_text(encoding="utf-8"), str(module))


@pytest.mark.parametrize("asked", [("check", "--quiet"), ("format", "--check", "--quiet")])
def test_what_is_generated_is_as_the_linter_and_the_formatter_want_it(generated: Path, asked: tuple[str, ...]) -> None:
    done = run([sys.executable, "-m", "ruff", *asked, *map(str, repositories(generated))], timeout=60)
    assert (done.code, done.out) == (0, "")
