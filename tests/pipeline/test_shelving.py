"""The packs of a run: ours, and those that the blueprint brings."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from svcforge.cli.app import run
from svcforge.errors import SvcforgeError
from svcforge.load import load_file
from svcforge.packs.trust import trust
from svcforge.pipeline.shelving import Shelf, shelf_of

BLUEPRINT = """\
svcforge: 1
system: corner
packs: [{packs}]
defaults: {{stack: {stack}}}
contexts:
  a:
    services:
      orders: {{operations: {{ping: {{http: GET /ping, public: anyone}}}}}}
"""


def lay(root: Path, files: dict[str, str]) -> Path:
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def blueprint(folder: Path, packs: str, stack: str = "python") -> Path:
    return lay(folder, {"blueprint.yaml": BLUEPRINT.format(packs=packs, stack=stack)}) / "blueprint.yaml"


def shelf(file: Path) -> Shelf:
    return shelf_of(load_file(file), file.parent)


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    """Packs beside a blueprint."""
    lay(tmp_path / "packs/go", {"copier.yml": "{}", "main.txt.jinja": "{{ service.name }}\n1\n2\n3\n4\n"})
    lay(
        tmp_path / "packs/mine",
        {"pack.yaml": "extends: python\n", "template/README.md.jinja": "# {{ service.name }}\n"},
    )
    return tmp_path


def test_a_pack_of_a_folder_stands_beside_ours(kit: Path) -> None:
    found = shelf(blueprint(kit, "{from: ./packs/go}"))
    assert ("stack", "python") in found.packs
    assert [(p.card.pack, p.origin.source if p.origin else "") for p in found.brought] == [("go", "./packs/go")]
    assert found.notes == ()


def test_one_of_the_name_of_ours_takes_its_place_and_that_is_said(kit: Path) -> None:
    found = shelf(blueprint(kit, "{from: packs/mine}"))
    assert found.packs["stack", "python"].root == (kit / "packs/mine").resolve()
    assert found.notes == ('"packs/mine" is used in place of the stack "python" that comes with svcforge',)


def test_a_diff_says_what_there_is_to_say_of_packs_too(kit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = blueprint(kit, "{from: packs/mine}")
    assert run(["diff", str(file)]) == 1
    told = 'note: "packs/mine" is used in place of the stack "python" that comes with svcforge\n'
    assert told in capsys.readouterr().err


@pytest.mark.parametrize("command", ["diff", "generate"])
def test_what_a_pack_brings_that_runs_unasked_is_said_before_and_when_it_is_written(
    kit: Path, monkeypatch: pytest.MonkeyPatch, command: str, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(kit / "config"))
    lay(kit / "packs/go", {"Makefile": "all:\n", ".github/workflows/ci.yml": "{}\n"})
    file = blueprint(kit, "{from: ./packs/go}", "go")
    run([command, str(file)])
    said = 'the pack "go" brings what runs code where it is opened or built: services/orders/.github/workflows/ci.yml'
    assert f"note: {said} and 1 more\n" in capsys.readouterr().err
    trust(shelf(file).packs["stack", "go"].digest, "go")
    run([command, str(file)])
    assert "runs code" not in capsys.readouterr().err


def test_two_of_one_name_are_refused(kit: Path) -> None:
    with pytest.raises(SvcforgeError, match=r'the packs "packs/go" and "\./packs/go" are both the stack go'):
        shelf(blueprint(kit, "{from: packs/go}, {from: ./packs/go}"))


def test_what_is_generated_of_them_is_merged_and_locked_like_ours(
    kit: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = blueprint(kit, "{from: ./packs/go}, {from: ./packs/mine}", "go")
    assert run(["generate", str(file)]) == 0
    assert 'note: "./packs/mine" is used in place of the stack "python"' in capsys.readouterr().err
    made = kit / "services/orders/main.txt"
    assert made.read_text() == "orders\n1\n2\n3\n4\n"
    packs = json.loads((kit / "svcforge.lock").read_text())["packs"]
    assert packs["stack/go"] == {
        "source": "./packs/go", "ref": None, "commit": None, "digest": shelf(file).packs["stack", "go"].digest,
        "renderer": "fast",
    }  # fmt: skip
    made.write_text("mine\n" + made.read_text())
    (kit / "packs/go/main.txt.jinja").write_text("{{ service.name }}\n1\n2\n3\n5\n")
    assert run(["generate", str(file)]) == 0
    assert made.read_text() == "mine\norders\n1\n2\n3\n5\n"


def test_a_file_of_ours_is_shadowed_and_the_others_are_as_they_were(kit: Path) -> None:
    assert run(["generate", str(blueprint(kit, "{from: ./packs/mine}")), "-o", str(kit / "theirs")]) == 0
    assert run(["generate", str(blueprint(kit, "")), "-o", str(kit / "ours")]) == 0
    trees = [
        {path.relative_to(out).as_posix(): path.read_bytes() for path in out.rglob("*") if path.is_file()}
        for out in (kit / "ours/services/orders", kit / "theirs/services/orders")
    ]
    differ = {path for path in trees[0].keys() | trees[1].keys() if trees[0].get(path) != trees[1].get(path)}
    assert differ == {"README.md", ".svcforge/manifest.json", ".svcforge/base"}
    assert trees[1]["README.md"] == b"# orders\n"


def test_facts_are_those_of_the_pack_that_is_chosen(kit: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = blueprint(kit, "{from: ./packs/go}", "go")
    assert run(["facts", "orders", str(file)]) == 0
    assert json.loads(capsys.readouterr().out)["service"]["name"] == "orders"


CARD = "pack: bad\nkind: stack\nunit: service\ncan: ['*']\ninto: {into}\n"


@pytest.mark.parametrize(
    ("into", "template"),
    [
        ("../outside", "a.txt"),
        ("/outside", "a.txt"),
        (".git/hooks", "a.txt"),
        (".svcforge", "a.txt"),
        ("services/orders/.GIT", "a.txt"),
        ("bad", "{{ '..' }}/{{ '..' }}/outside"),
        ("bad", "{{ '.Gi' }}t/hooks/post-checkout"),
        ("bad", "{{ 'a' }}\u202etxt.exe"),
        ("bad", "{{ 'nul' }}.txt"),
    ],
)
def test_a_pack_that_would_write_where_it_must_not_stops_everything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], into: str, template: str
) -> None:
    lay(tmp_path / "bad", {"pack.yaml": CARD.format(into=into), f"{template}.jinja": "x"})
    file = blueprint(tmp_path / "system", "{from: ../bad}", "bad")
    before = sorted(tmp_path.rglob("*"))
    assert run(["generate", str(file)]) == 2
    assert "is no path to write to" in capsys.readouterr().err
    assert sorted(tmp_path.rglob("*")) == before
