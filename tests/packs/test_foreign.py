"""Packs that did not come with svcforge: what makes a folder one, and what one extends."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from svcforge.errors import SvcforgeError
from svcforge.packs import pack as packs
from svcforge.packs.foreign import foreign_pack
from svcforge.packs.pack import Origin, Pack
from svcforge.packs.shelf import bundled
from svcforge.packs.trust import trust, trusted


def lay(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def read(root: Path) -> Pack:
    return foreign_pack(root, root.name, Origin(f"./{root.name}"), bundled().packs)


def test_a_card_that_extends_ours_changes_what_it_says_and_the_files_that_it_brings(tmp_path: Path) -> None:
    ours = bundled().find("stack", "python")
    root = lay(tmp_path / "mine", {"pack.yaml": "extends: python\nabout: Ours.\n", "template/README.md.jinja": "Hi\n"})
    pack = read(root)
    assert pack.card == ours.card.model_copy(update={"extends": "python", "about": "Ours."})
    changed = {path for path, source in pack.tree.items() if ours.tree.get(path) != source}
    assert (changed, set(pack.tree)) == ({"pack.yaml", "template/README.md.jinja"}, set(ours.tree))


def test_a_pack_that_extends_another_is_another_pack_when_that_one_is(tmp_path: Path) -> None:
    root = lay(tmp_path / "mine", {"pack.yaml": "extends: base\n"})
    digests = set()
    for literals in ("true", "false"):
        card = f"pack: base\nkind: stack\nunit: service\ninto: x\nliterals: {literals}\n"
        base = read(lay(tmp_path / "base", {"pack.yaml": card}))
        digests.add(foreign_pack(root, "mine", Origin("./mine"), {("stack", "base"): base}).digest)
    assert len(digests) == 2


def test_what_is_extended_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(SvcforgeError, match=r'"mine/pack\.yaml" extends "pyton", and there is no such pack'):
        read(lay(tmp_path / "mine", {"pack.yaml": "extends: pyton\n"}))


def test_a_wrong_card_that_extends_another_is_told_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(SvcforgeError, match=r'"mine/pack\.yaml" line 2: "unit" must be'):
        read(lay(tmp_path / "mine", {"pack.yaml": "extends: python\nunit: galaxy\n"}))


def test_a_template_of_copiers_is_a_stack_that_is_called_like_its_folder(tmp_path: Path) -> None:
    card = read(lay(tmp_path / "go-kit", {"copier.yml": "_subdirectory: x\n"})).card
    assert (card.pack, card.kind, card.unit, card.can, card.files.managed) == (
        "go-kit", "stack", "service", ("*",), ("**",)
    )  # fmt: skip


@pytest.mark.parametrize(
    ("name", "files", "message"),
    [
        ("empty", {"README.md": "x"}, '"./empty" is no pack'),
        ("Go Kit", {"copier.yml": "{}"}, 'a template in a folder called "Go Kit" can be no stack'),
        ("bad", {"pack.yaml": "pack: bad\n"}, '"bad/pack.yaml": "kind" is missing'),
    ],
)
def test_what_is_no_pack_is_told(tmp_path: Path, name: str, files: dict[str, str], message: str) -> None:
    with pytest.raises(SvcforgeError, match=message):
        read(lay(tmp_path / name, files))


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SvcforgeError, match=r'there is no pack "\./nowhere": no such folder'):
        read(tmp_path / "nowhere")


@pytest.mark.parametrize("what", ["card", "file", "folder", "pipe"])
def test_links_and_pipes_in_a_pack_are_refused(tmp_path: Path, what: str) -> None:
    root = lay(tmp_path / "mine", {"copier.yml": "{}"})
    if what == "pipe":
        os.mkfifo(root / "pipe")
    else:
        (root / {"card": "pack.yaml"}.get(what, what)).symlink_to("/etc" if what == "folder" else "/etc/hostname")
    with pytest.raises(SvcforgeError, match="is no regular file"):
        read(root)


@pytest.mark.parametrize("limit", ["MOST", "LARGEST"])
def test_a_folder_that_is_too_large_for_a_pack_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str
) -> None:
    monkeypatch.setattr(packs, limit, 3)
    with pytest.raises(SvcforgeError, match='"mine" is too large for a pack'):
        read(lay(tmp_path / "mine", dict.fromkeys(("copier.yml", "a", "b", "c"), "x")))


def test_trust_is_of_one_digest_and_kept_where_only_the_user_writes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    file = trust("a" * 64, "go@1")
    assert (file.parent.parent, file.stat().st_mode & 0o777) == (tmp_path, 0o600)
    assert (trusted("a" * 64), trusted("b" * 64), trusted("a" * 63)) == (True, False, False)
    trust("b" * 64, "go@2")
    assert (trusted("a" * 64), trusted("b" * 64)) == (True, True)
    file.chmod(0o666)
    assert trusted("a" * 64) is False


@pytest.mark.parametrize("text", ["", "[]", '{"a": ', '"' + "a" * 64 + '"'])
def test_a_list_of_trusted_packs_that_is_none_trusts_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    file = trust("a" * 64, "go@1")
    file.write_text(text)
    assert trusted("a" * 64) is False
