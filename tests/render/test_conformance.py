"""The fast renderer gives what Copier gives, byte for byte and mode for mode, on an odd corpus."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import copier
import pytest

from svcforge.packs.pack import read_pack
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
