"""`doctor` and `eject` as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from tests.cli.test_generate import MORE, OPERATIONS, folder, run

__all__ = ["folder"]

CapSys = pytest.CaptureFixture[str]


def test_doctor_says_what_is_wrong_and_how_to_mend_it(folder: Path, capsys: CapSys) -> None:
    assert run(["generate"]) == 0
    capsys.readouterr()
    assert run(["doctor"]) == 0
    assert capsys.readouterr().out == "all is well\n"
    (folder / "services/things/.svcforge/base").unlink()
    assert run(["doctor"]) == 1
    printed = capsys.readouterr().out
    assert printed.startswith("services/things/.svcforge/base: what was generated of ")
    assert printed.endswith("else these files lie side by side unmerged\n")
    assert run(["doctor", "--format", "json"]) == 1
    assert json.loads(capsys.readouterr().out)["ailments"][0]["mended"] is False


def test_conflicts_have_the_exit_code_of_conflicts(folder: Path, capsys: CapSys) -> None:
    assert run(["generate"]) == 0
    (folder / OPERATIONS).write_text("# mine\n")
    (folder / "blueprint.yaml").write_text(MORE)
    assert run(["generate"]) == 3
    capsys.readouterr()
    assert run(["doctor"]) == 3
    assert capsys.readouterr().out == f"{OPERATIONS}: it is in conflict\n  help: svcforge resolve\n"


def test_an_ejected_part_is_left_alone(folder: Path, capsys: CapSys) -> None:
    assert run(["generate"]) == 0
    capsys.readouterr()
    assert run(["eject", "things"]) == 0
    assert capsys.readouterr().out == "services/things: yours; nothing is generated into it any more\n"
    before = (folder / OPERATIONS).read_text()
    (folder / "blueprint.yaml").write_text(MORE)
    assert run(["generate"]) == 0
    assert (folder / OPERATIONS).read_text() == before
    capsys.readouterr()
    assert run(["generate", "--dry-run"]) == 0
    assert "services/things/  ejected, yours\n" in capsys.readouterr().out
    assert run(["eject", "thing"]) == 2
    assert 'did you mean "things"?' in capsys.readouterr().err


def test_a_base_that_no_git_has_is_made_again_where_it_comes_out_the_same(folder: Path, capsys: CapSys) -> None:
    assert run(["generate"]) == 0
    base = folder / "services/things/.svcforge/base"
    before = base.read_bytes()
    base.write_bytes(b"damaged")
    capsys.readouterr()
    assert run(["doctor", "--fix"]) == 0
    assert capsys.readouterr().out.endswith("\n  mended\n")
    assert base.read_bytes() == before
    assert run(["doctor"]) == 0


def test_a_base_of_another_blueprint_is_not_made_again(folder: Path, capsys: CapSys) -> None:
    assert run(["generate"]) == 0
    (folder / "blueprint.yaml").write_text(MORE)
    (folder / "services/things/.svcforge/base").write_bytes(b"damaged")
    capsys.readouterr()
    assert run(["doctor", "--fix"]) == 1
    assert "else these files lie side by side unmerged" in capsys.readouterr().out
    assert (folder / "services/things/.svcforge/base").read_bytes() == b"damaged"
