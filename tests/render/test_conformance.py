"""The fast renderer gives what Copier gives, byte for byte and mode for mode, on an odd corpus."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import copier
import pytest

from svcforge.load import load_file
from svcforge.packs.pack import Pack, read_pack
from svcforge.packs.shelf import blueprints_folder, bundled
from svcforge.packs.unit import Part
from svcforge.plan.plan import plan
from svcforge.render.fast import FastRenderer

PACKS = sorted(path.parent for path in Path(__file__).parent.glob("packs/*/pack.yaml"))


def copied(pack: Path, facts: Mapping[str, Any], into: Path) -> dict[str, tuple[bytes, int]]:
    """The files that `copier copy` writes for these facts: path -> bytes and mode."""
    source, out = into / "pack", into / "out"
    shutil.copytree(pack, source)
    copier.run_copy(
        str(source), out, data=dict(facts), defaults=True, quiet=True, overwrite=True, skip_tasks=True, unsafe=False
    )
    files = (path for path in out.rglob("*") if path.is_file())
    return {path.relative_to(out).as_posix(): (path.read_bytes(), path.stat().st_mode & 0o777) for path in files}


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.name)
def test_a_pack_renders_as_with_copier(pack: Path, tmp_path: Path) -> None:
    facts = json.loads((pack / "facts.json").read_text())
    fast = FastRenderer(read_pack(pack), tmp_path / "cache").render(facts)
    assert {file.path: (file.data, file.mode) for file in fast} == copied(pack, facts, tmp_path)


@pytest.mark.parametrize("pack", PACKS, ids=lambda path: path.name)
def test_compiled_templates_from_the_cache_render_the_same(pack: Path, tmp_path: Path) -> None:
    facts = json.loads((pack / "facts.json").read_text())
    first = FastRenderer(read_pack(pack), tmp_path)
    second = FastRenderer(read_pack(pack), tmp_path)
    assert second.library.fresh is False
    assert second.render(facts) == first.render(facts)


def test_the_corpus_holds_what_is_odd() -> None:
    pack = Path(__file__).parent / "packs/paths"
    facts = json.loads((pack / "facts.json").read_text())
    assert [file.path for file in FastRenderer(read_pack(pack)).render(facts)] == [
        "README.md",
        "a.b",
        "docs.yaml",
        "kept.txt",
        "order/id.txt",
        "order/total.txt",
        "orders-serve.sh",
        "plain.txt",
        "routes/a/docs/a.md",
        "routes/b/docs/b.md",
        "run.sh",
        "shadow.txt",
        "src/shop_orders/.py",
        "src/shop_orders/__init__.py",
        "src/shop_orders/line.py",
        "src/shop_orders/order.py",
        "two.dots.tar.gz",
        "é/ü.txt",
    ]


def parts_of_the_shop() -> list[Part]:
    """One part of every pack that Copier may render too, with the facts of a real blueprint."""
    blueprint = load_file(blueprints_folder() / "shop/blueprint.yaml").blueprint
    assert blueprint is not None
    parts = [part for unit in plan(blueprint, bundled().packs).units for part in unit.parts]
    return list({part.pack.card.pack: part for part in parts if not part.pack.card.literals}.values())


@pytest.mark.parametrize("part", parts_of_the_shop(), ids=lambda part: part.pack.card.pack)
def test_a_bundled_pack_renders_as_with_copier(part: Part, tmp_path: Path) -> None:
    fast = FastRenderer(part.pack).render(part.facts)
    assert {file.path: (file.data, file.mode) for file in fast} == copied(part.pack.root, part.facts, tmp_path)


@pytest.mark.filterwarnings("error")  # Such as a backslash in a text that stands for nothing.
@pytest.mark.parametrize("pack", bundled().packs.values(), ids=lambda pack: pack.card.pack)
def test_every_bundled_pack_compiles(pack: Pack) -> None:
    assert {entry.source for entry in FastRenderer(pack).entries} <= set(pack.tree)
