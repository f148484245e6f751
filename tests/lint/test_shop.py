"""The canonical blueprint and the examples give no finding under the recommended profile."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from svcforge.lint.run import run
from svcforge.lint.settings import Choices, resolve
from svcforge.load import load_file

ROOT = Path(__file__).parents[2]
SHOP = ROOT.parent / "shared" / "design" / "shop.yaml"
EXAMPLES = sorted((ROOT / "blueprints").glob("*/blueprint.yaml"))


def codes(file: Path, profile: str) -> list[str]:
    loaded = load_file(file)
    assert loaded.findings == ()
    assert loaded.blueprint is not None
    found = run(loaded.blueprint, resolve(loaded.blueprint.lint, Choices(profile=profile)), today=date(2026, 1, 1))
    return [f"{f.code} {f.message}" for f in found.findings]


@pytest.mark.skipif(not SHOP.exists(), reason="the design folder is not beside this checkout")
def test_the_canonical_shop_is_silent() -> None:
    assert codes(SHOP, "recommended") == []


@pytest.mark.parametrize("profile", ["minimal", "recommended"])
@pytest.mark.parametrize("file", EXAMPLES, ids=[f.parent.name for f in EXAMPLES])
def test_an_example_is_silent(file: Path, profile: str) -> None:
    assert codes(file, profile) == []


def test_there_are_examples() -> None:
    assert {"shop", "healthcare", "online-boutique", "minimal"} <= {f.parent.name for f in EXAMPLES}
