"""`svcforge upgrade`: repositories that were cloned on their own are generated again, each with its own report."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests.cli.test_generate import GOOD, MORE, files, folder, run

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
        there = {p: t for p, t in files(clones / name).items() if p not in (".svcforge/busy", ".svcforge/.gitignore")}
        assert there == files(folder / "services" / name)


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
