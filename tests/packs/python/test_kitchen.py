"""What the Python stack makes of a system of everything, and of one whose names mean something to Python already."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest
from tests.packs.python import kitchen

from svcforge.process import run


@pytest.fixture(scope="module", params=kitchen.SYSTEMS)
def generated(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A system, generated."""
    return kitchen.generated(tmp_path_factory.mktemp(request.param), request.param)


def repositories(root: Path) -> list[Path]:
    """The services and the BFFs."""
    return sorted(one for folder in ("services", "bffs") for one in (root / folder).iterdir())


def test_every_module_is_python(generated: Path) -> None:
    found = repositories(generated)
    assert len(found) >= 6
    for repository in found:
        for module in repository.glob("**/*.py"):
            ast.parse(module.read_text(encoding="utf-8"), str(module))


@pytest.mark.parametrize("asked", [("check", "--quiet"), ("format", "--check", "--quiet")])
def test_what_is_generated_is_as_the_linter_and_the_formatter_want_it(generated: Path, asked: tuple[str, ...]) -> None:
    done = run([sys.executable, "-m", "ruff", *asked, *map(str, repositories(generated))], timeout=60)
    assert (done.code, done.out) == (0, "")
