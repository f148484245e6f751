"""`svcforge upgrade`: repositories that were cloned on their own are generated again, each with its own report."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.cli.test_generate import GOOD, MORE, files, folder
from tests.pipeline.test_packing import git, tagged
from tests.pipeline.test_shelving import lay

from svcforge.cli.app import run

__all__ = ["folder"]

CapSys = pytest.CaptureFixture[str]
OPERATIONS = "src/things/operations.py"
TWO = GOOD + "      others:\n        owns: {Other: {name: text}}\n"


@pytest.fixture
def clones(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the repositories of two services, far from their blueprint."""
    (folder / "blueprint.yaml").write_text(TWO)
    assert run(["generate"]) == 0
    place = tmp_path_factory.mktemp("clones")
    for name in ("things", "others"):
        shutil.copytree(folder / "services" / name, place / name)
    return place


def without_lock(folder: Path) -> dict[str, bytes]:
    """All that is there but for what keeps two runs apart."""
    return {p: t for p, t in files(folder).items() if p not in (".svcforge/busy", ".svcforge/.gitignore")}


def test_repositories_far_away_are_merged_with_what_is_new(folder: Path, clones: Path, capsys: CapSys) -> None:
    mine = "# Looked at.\n" + (clones / "things" / OPERATIONS).read_text()
    (clones / "things" / OPERATIONS).write_text(mine)
    before = files(folder)
    (folder / "blueprint.yaml").write_text(MORE + TWO.removeprefix(GOOD))
    capsys.readouterr()
    assert run(["upgrade", str(clones)]) == 0
    printed = capsys.readouterr().out.splitlines()
    assert [line.partition(",")[0] for line in printed] == [f"{clones}/{n}: {n}" for n in ("others", "things")]
    assert "1 merged" in printed[1]
    assert (clones / "things" / OPERATIONS).read_text().startswith("# Looked at.\n")
    assert {p: t for p, t in files(folder).items() if p != "blueprint.yaml"} == {
        p: t for p, t in before.items() if p != "blueprint.yaml"
    }
    assert run(["upgrade", str(clones / "things"), str(clones / "others")]) == 0
    assert capsys.readouterr().out.count("unchanged") == 2


def test_a_clone_is_what_a_generation_in_place_would_be(folder: Path, clones: Path) -> None:
    (folder / "blueprint.yaml").write_text(MORE + TWO.removeprefix(GOOD))
    assert run(["upgrade", str(clones)]) == 0
    assert run(["generate"]) == 0
    for name in ("things", "others"):
        assert without_lock(clones / name) == files(folder / "services" / name)


def test_a_changed_entity_is_a_migration_more_in_a_clone_too(folder: Path, clones: Path) -> None:
    (folder / "blueprint.yaml").write_text(
        TWO.replace("{Other: {name: text}}", "{Other: {name: text, nick: optional text}}")
    )
    assert run(["upgrade", str(clones)]) == 0
    versions = sorted(path.name for path in (clones / "others/migrations/versions").glob("0*.py"))
    assert versions == ["0001_initial.py", "0002_change.py"]


def test_what_one_repository_cannot_be_told_stops_no_other(folder: Path, clones: Path, capsys: CapSys) -> None:
    (folder / "blueprint.yaml").write_text(GOOD)
    (clones / "nothing").mkdir()
    (clones / "nothing/file").write_text("x")
    capsys.readouterr()
    assert run(["upgrade", *(str(clones / name) for name in ("others", "nothing", "missing", "things"))]) == 2
    printed = capsys.readouterr().out
    assert f'{clones}/others: the blueprint has no part "others"\n  help: it has: things, ' in printed
    assert f'{clones}/nothing: "{clones}/nothing" was not generated\n' in printed
    assert f'{clones}/missing: there is no "{clones}/missing"\n' in printed
    assert f"{clones}/things: things, " in printed
    assert sorted(path.name for path in (clones / "nothing").iterdir()) == ["file"]


def test_conflicts_and_dry_runs_are_told_as_json(folder: Path, clones: Path, capsys: CapSys) -> None:
    (clones / "things" / OPERATIONS).write_text("# mine\n")
    (folder / "blueprint.yaml").write_text(MORE)
    before = files(clones / "things")
    capsys.readouterr()
    assert run(["upgrade", str(clones / "things"), "--dry-run", "--format", "json"]) == 3
    [found] = json.loads(capsys.readouterr().out)["repositories"]
    assert found["files"]["conflict"] == [OPERATIONS]
    assert files(clones / "things") == before
    assert run(["upgrade", str(clones / "things")]) == 3
    assert "<<<<<<< yours\n# mine\n" in (clones / "things" / OPERATIONS).read_text()


KIT = """\
svcforge: 1
system: corner
packs: [{from: ../go-kit, at: v1}]
defaults: {stack: go-kit}
contexts:
  a:
    services:
      orders: {operations: {ping: {http: GET /ping, public: anyone}}}
      stock: {operations: {pong: {http: GET /pong, public: anyone}}}
      users: {operations: {peng: {http: GET /peng, public: anyone}}}
"""
LINES = "1\n2\n3\n4\n5\n"


@pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")
def test_repositories_of_a_pack_from_git_move_to_its_next_version_when_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: CapSys
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    kit = lay(tmp_path / "go-kit", {"copier.yml": "{}", "main.txt.jinja": "{{ service.name }} one\n" + LINES})
    git(kit, "init", "-q", "-b", "main")
    tagged(kit, "v1")
    home = lay(tmp_path / "system", {"blueprint.yaml": KIT})
    monkeypatch.chdir(home)
    assert [run(["pack", "update"]), run(["generate"])] == [0, 0]
    clones = tmp_path / "clones"
    for name in ("orders", "stock", "users"):
        shutil.copytree(home / "services" / name, clones / name)
    mine = "orders one\n" + LINES.replace("3", "3\nmine")
    (clones / "orders/main.txt").write_text(mine)
    (clones / "stock/.svcforge/manifest.json").write_text("damaged")
    lay(kit, {"main.txt.jinja": "{{ service.name }} two\n" + LINES + "{{ 1 // (service.name != 'users') }}\n"})
    tagged(kit, "v2")
    assert run(["upgrade", str(clones / "orders")]) == 0
    assert (clones / "orders/main.txt").read_text() == mine
    before = {name: without_lock(clones / name) for name in ("stock", "users")}
    (home / "blueprint.yaml").write_text(KIT.replace("at: v1", "at: v2"))
    assert run(["upgrade", str(clones)]) == 2
    assert 'the pack "../go-kit" at "v2" is not pinned yet\n  help: svcforge pack update' in capsys.readouterr().err
    assert run(["pack", "update"]) == 0
    capsys.readouterr()
    assert run(["upgrade", str(clones)]) == 2
    printed = capsys.readouterr().out
    assert f"{clones}/orders: orders, " in printed
    assert f'{clones}/stock: "' in printed
    assert f'{clones}/users: in "users": "go-kit/main.txt.jinja" line 7: ' in printed
    assert (clones / "orders/main.txt").read_text() == mine.replace("one", "two") + "1\n"
    assert {name: without_lock(clones / name) for name in before} == before


def test_a_repository_whose_migrations_cannot_be_read_stops_no_other(
    folder: Path, clones: Path, capsys: CapSys
) -> None:
    schema = clones / "others/migrations/schema.json"
    schema.write_text("damaged")
    (folder / "blueprint.yaml").write_text(MORE + TWO.removeprefix(GOOD))
    capsys.readouterr()
    assert run(["upgrade", str(clones)]) == 2
    printed = capsys.readouterr().out
    assert f"{clones}/things: things, " in printed
    assert f"{clones}/others: " in printed
    assert schema.read_text() == "damaged"
