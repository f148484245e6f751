"""Packs are found by looking, and a pack is known by what is in it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from svcforge.errors import SvcforgeError
from svcforge.packs import shelf
from svcforge.packs.pack import read_pack
from svcforge.packs.shelf import Shelf, bundled, templates_folder

CARD = "pack: {name}\nkind: {kind}\nunit: service\ninto: x\n"


def lay(root: Path, kind: str, name: str, card: dict[str, str] | None = None) -> Path:
    folder = root / f"{kind}s" / name
    (folder / "template").mkdir(parents=True)
    (folder / "pack.yaml").write_text(CARD.format(**{"kind": kind, "name": name, **(card or {})}))
    (folder / "template/run.sh").write_text("#!/bin/sh\n")
    return folder


def test_packs_are_found_by_kind_and_name(tmp_path: Path) -> None:
    for kind, name in (("stack", "python"), ("stack", "go"), ("platform", "python")):
        lay(tmp_path, kind, name)
    found = Shelf(tmp_path)
    assert found.names("stack") == ("go", "python")
    assert found.names("platform") == ("python",)
    assert found.find("stack", "python").root == tmp_path / "stacks/python"


def test_a_missing_pack_is_named_with_its_neighbour(tmp_path: Path) -> None:
    lay(tmp_path, "stack", "python")
    with pytest.raises(SvcforgeError, match='there is no stack pack "pyton"') as caught:
        Shelf(tmp_path).find("stack", "pyton")
    assert caught.value.hint == 'did you mean "python"?'


@pytest.mark.parametrize("card", [{"name": "go"}, {"kind": "platform"}])
def test_a_card_must_say_what_its_folder_says(tmp_path: Path, card: dict[str, str]) -> None:
    lay(tmp_path, "stack", "python", card)
    with pytest.raises(SvcforgeError, match="but the folder says"):
        _ = Shelf(tmp_path).packs


def test_the_digest_knows_names_contents_and_executable_bits_and_nothing_else(tmp_path: Path) -> None:
    folder = lay(tmp_path / "a", "stack", "python")
    first = read_pack(folder).digest
    copy = tmp_path / "elsewhere"
    shutil.copytree(folder, copy)
    (copy / "template/__pycache__").mkdir()
    (copy / "template/__pycache__/x.pyc").write_bytes(b"litter")
    (copy / "template/run.sh").chmod(0o600)
    assert read_pack(copy).digest == first
    (copy / "template/run.sh").chmod(0o755)
    executable = read_pack(copy).digest
    (copy / "template/run.sh").write_text("#!/bin/bash\n")
    changed = read_pack(copy).digest
    (copy / "template/run.sh").rename(copy / "template/go.sh")
    assert len({first, executable, changed, read_pack(copy).digest}) == 4


def test_a_pack_with_a_link_is_refused(tmp_path: Path) -> None:
    folder = lay(tmp_path, "stack", "python")
    (folder / "template/passwords").symlink_to("/etc/passwd")
    with pytest.raises(SvcforgeError, match='"python/template/passwords" is no regular file'):
        _ = read_pack(folder).digest


def test_the_templates_are_found_in_the_wheel_and_in_the_checkout(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert (templates_folder() / "LICENSE").is_file()
    package = tmp_path / "site-packages/svcforge"
    (package / "_templates").mkdir(parents=True)
    monkeypatch.setattr(shelf.svcforge, "__file__", str(package / "__init__.py"))
    assert templates_folder() == package / "_templates"
    (package / "_templates").rmdir()
    with pytest.raises(SvcforgeError, match="the templates of svcforge are missing"):
        templates_folder()


def test_every_bundled_pack_has_a_good_card_and_a_digest() -> None:
    assert all(len(pack.digest) == 64 for pack in bundled().packs.values())
