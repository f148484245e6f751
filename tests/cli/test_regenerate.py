"""Life after the first generation: `--check`, `--only`, `--prune`, `--restore`, `diff`, `resolve` and `undo`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_generate import GOOD, MAIN, MORE, OPERATIONS, files, folder, run

__all__ = ["folder"]

TWO = GOOD + "      others:\n        owns: {Other: {name: text}}\n"
CapSys = pytest.CaptureFixture[str]


def written(folder: Path, text: str) -> None:
    (folder / "blueprint.yaml").write_text(text)


def test_check_says_whether_the_output_is_in_step(folder: Path, capsys: CapSys) -> None:
    assert run(["generate", "--check"]) == 1
    assert sorted(files(folder)) == ["blueprint.yaml"]
    assert run(["generate"]) == 0
    assert run(["generate", "--check"]) == 0
    written(folder, MORE)
    before = files(folder)
    assert run(["generate", "--check"]) == 1
    (folder / OPERATIONS).write_text("# mine\n")
    assert run(["generate", "--check"]) == 3
    assert "! src/things/operations.py" in capsys.readouterr().out
    assert files(folder) | {OPERATIONS: before[OPERATIONS]} == before


def test_only_one_part_is_made(folder: Path, capsys: CapSys) -> None:
    written(folder, TWO)
    assert run(["generate", "--only", "others"]) == 0
    assert sorted(path.name for path in (folder / "services").iterdir()) == ["others"]
    assert run(["generate", "--only", "other"]) == 2
    assert capsys.readouterr().err == 'error: there is no part "other"\n  help: did you mean "others"?\n'


def test_what_the_blueprint_has_no_more_is_told_and_pruned(folder: Path, capsys: CapSys) -> None:
    written(folder, TWO)
    assert run(["generate"]) == 0
    written(folder, GOOD)
    for _ in range(2):
        capsys.readouterr()
        assert run(["generate"]) == 0
        assert "services/others: the blueprint has it no more; svcforge generate --prune removes it\n" in (
            capsys.readouterr().out
        )
    assert run(["generate", "--prune"]) == 0
    assert sorted(path.name for path in (folder / "services").iterdir()) == ["things"]
    capsys.readouterr()
    assert run(["generate"]) == 0
    assert "no more" not in capsys.readouterr().out


def test_a_deleted_file_is_restored_from_wherever_one_stands(
    folder: Path, capsys: CapSys, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert run(["generate"]) == 0
    text = (folder / MAIN).read_text()
    for at, path in ((folder, MAIN), ((folder / MAIN).parent, "main.py"), (folder.parent, MAIN)):
        (folder / MAIN).unlink()
        monkeypatch.chdir(at)
        arguments = [] if at == folder else [str(folder)]
        assert run(["generate", *arguments, "--restore", path]) == 0
        assert (folder / MAIN).read_text() == text
    capsys.readouterr()
    assert run(["generate", str(folder), "--restore", "../elsewhere"]) == 2
    assert "is not in" in capsys.readouterr().err


def test_a_diff_shows_each_file_line_by_line_and_writes_nothing(folder: Path, capsys: CapSys) -> None:
    assert run(["generate"]) == 0
    assert run(["diff"]) == 0
    (folder / OPERATIONS).write_text("# Looked at.\n" + (folder / OPERATIONS).read_text())
    written(folder, MORE)
    before = files(folder)
    capsys.readouterr()
    assert run(["diff"]) == 1
    shown = capsys.readouterr().out
    assert f"~ {OPERATIONS}: merged, with what you changed\n--- a/{OPERATIONS}\n+++ b/{OPERATIONS}\n@@ " in shown
    assert "-# Looked at." not in shown
    assert shown.splitlines()[-1].startswith("would be: 1 created, ")
    assert run(["diff", "--format", "json"]) == 1
    found = json.loads(capsys.readouterr().out)
    [merged] = [f for unit in found["units"] for f in unit["files"] if f["verdict"] == "merged"]
    assert merged["diff"].startswith(f"--- a/{OPERATIONS}\n")
    assert files(folder) == before


def test_conflicts_are_listed_and_closed(folder: Path, capsys: CapSys) -> None:
    assert run(["resolve"]) == 0
    assert capsys.readouterr().out == "there are no conflicts\n"
    assert run(["generate"]) == 0
    (folder / OPERATIONS).write_text("# mine\n")
    written(folder, MORE)
    assert run(["generate"]) == 3
    capsys.readouterr()
    assert run(["resolve"]) == 3
    assert capsys.readouterr().out == (
        f"{OPERATIONS}: between markers in the file\nedit them, or: svcforge resolve --take yours|generated [PATH]...\n"
    )
    assert run(["resolve", "--format", "json"]) == 3
    assert json.loads(capsys.readouterr().out)["left"] == [{"path": OPERATIONS, "marked": True, "beside": False}]
    assert run(["resolve", "--take", "yours", OPERATIONS]) == 0
    assert capsys.readouterr().out == f"{OPERATIONS}: closed, yours taken\n"
    assert (folder / OPERATIONS).read_text() == "# mine\n"
    assert run(["generate"]) == 0


def test_the_last_generation_is_taken_back_and_done_again(folder: Path, capsys: CapSys) -> None:
    assert run(["generate"]) == 0
    before = files(folder)
    written(folder, MORE)
    assert run(["generate"]) == 0
    after = files(folder)
    capsys.readouterr()
    assert run(["undo"]) == 0
    assert capsys.readouterr().out.endswith(" back, 1 gone\n")
    unseen = {"blueprint.yaml"}
    assert {p: t for p, t in files(folder).items() if p not in unseen} == {
        p: t for p, t in before.items() if p not in unseen
    }
    assert run(["undo"]) == 0
    assert files(folder) == after


def test_a_renamed_service_moves_with_what_the_user_wrote(folder: Path, capsys: CapSys) -> None:
    assert run(["generate"]) == 0
    (folder / OPERATIONS).write_text((folder / OPERATIONS).read_text() + "\n\nMINE = 1\n")
    (folder / "services/things/notes.txt").write_text("mine")
    written(folder, GOOD.replace("      things:\n", "      goods:\n        was: things\n"))
    capsys.readouterr()
    assert run(["generate"]) == 0
    printed = capsys.readouterr().out
    assert "services/goods: moved from services/things\n" in printed
    assert "no more" not in printed
    assert sorted(path.name for path in (folder / "services").iterdir()) == ["goods"]
    assert (folder / "services/goods/notes.txt").read_text() == "mine"
    text = (folder / OPERATIONS.replace("things", "goods")).read_text()
    assert text.endswith("\n\nMINE = 1\n")
    assert "things" not in text
    assert not list((folder / "services/goods/migrations/versions").glob("0002*"))
    assert run(["generate", "--check"]) == 0
