"""Two branches that were both generated, merged by git: one command leads out, and nothing that anybody wrote is lost."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from tests.cli.test_generate import GOOD, MORE, OPERATIONS, files, folder

from svcforge.cli.app import run
from svcforge.errors import SvcforgeError
from svcforge.write.health import ailments
from svcforge.write.manifest import manifest_of
from svcforge.write.parted import joined, sides

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")

__all__ = ["folder"]

CapSys = pytest.CaptureFixture[str]
HERE = "services/things"
API = f"{HERE}/src/things/api.py"
MAIN = f"{HERE}/src/things/main.py"
WIDER = ("{Thing: {name: text}}", "{Thing: {name: text, nick: optional text}}")
"""What the other branch changes in the blueprint."""


def git(where: Path, *arguments: str, fails: bool = False) -> str:
    identity = ("-c", "user.name=T", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    done = subprocess.run(["git", *identity, *arguments], cwd=where, capture_output=True, text=True, check=not fails)
    return done.stdout


def committed(where: Path, message: str) -> None:
    git(where, "add", "-A")
    git(where, "commit", "-qm", message)


@pytest.fixture
def merged(folder: Path, capsys: CapSys) -> Path:
    """A repository in the middle of a merge of two branches, with changes to blueprint and code on both."""
    assert run(["generate"]) == 0
    git(folder, "init", "-q", "-b", "main")
    git(folder, "config", "core.autocrlf", "false")
    committed(folder, "one")
    git(folder, "checkout", "-qb", "left")
    (folder / "blueprint.yaml").write_text(MORE)
    assert run(["generate"]) == 0
    with (folder / OPERATIONS).open("a") as file:
        file.write("# mine on the left\n")
    committed(folder, "left")
    git(folder, "checkout", "-qb", "right", "main")
    (folder / "blueprint.yaml").write_text(GOOD.replace(*WIDER))
    assert run(["generate"]) == 0
    (folder / MAIN).write_text("# mine on the right\n" + (folder / MAIN).read_text())
    committed(folder, "right")
    git(folder, "merge", "left", fails=True)
    conflicts = git(folder, "diff", "--name-only", "--diff-filter=U").split()
    assert {f"{HERE}/.svcforge/base", f"{HERE}/.svcforge/manifest.json", "svcforge.lock", API} == {*conflicts}
    capsys.readouterr()
    return folder


def pristine(merged: Path, elsewhere: Path) -> dict[str, bytes]:
    """What the merged blueprint makes where nothing was, and no branch ever."""
    shutil.copy(merged / "blueprint.yaml", elsewhere)
    assert run(["generate", str(elsewhere)]) == 0
    return files(elsewhere)


@pytest.mark.parametrize("command", [["generate"], ["doctor", "--fix"]], ids=["generate", "doctor"])
@pytest.mark.parametrize("then", ["in the middle", "committed as it was"])
def test_one_command_leads_out_of_a_merge_and_no_edit_is_lost(merged: Path, command: list[str], then: str) -> None:
    if then == "committed as it was":
        committed(merged, "with all its conflicts")
    run(command)
    assert "git has merged" not in str(ailments(merged))
    for path, mine in ((OPERATIONS, "# mine on the left\n"), (MAIN, "# mine on the right\n")):
        assert (merged / path).read_text().count(mine) == 1
    assert "<<<<<<< HEAD" in (merged / API).read_text()


def test_what_is_generated_then_is_what_was_never_parted_but_for_what_users_wrote(
    merged: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    expected = pristine(merged, tmp_path_factory.mktemp("pristine"))
    assert run(["generate"]) == 0
    git(merged, "checkout", "--ours", API)
    assert run(["generate"]) == 0
    assert run(["generate", "--check"]) == 0
    assert ailments(merged) == []
    found = files(merged)
    assert found[OPERATIONS] == expected[OPERATIONS] + b"# mine on the left\n"
    assert found[MAIN] == b"# mine on the right\n" + expected[MAIN]
    generated = {path for path in expected if path.startswith(HERE)} - {OPERATIONS, MAIN}
    # A migration more: the database may be there already.
    rest = {path for path in generated if "/migrations/" not in path and "/.svcforge/" not in path}
    assert {path: found[path] for path in rest} == {path: expected[path] for path in rest}
    assert found["svcforge.lock"] == expected["svcforge.lock"]


def test_a_file_with_a_conflict_of_gits_is_left_and_told(merged: Path, capsys: CapSys) -> None:
    before = (merged / API).read_bytes()
    assert run(["generate"]) == 0
    assert f"{API}: another conflict is still in it: resolve that, and generate again\n" in capsys.readouterr().out
    assert (merged / API).read_bytes() == before


def test_looking_changes_nothing_and_says_what_leads_out(merged: Path, capsys: CapSys) -> None:
    before = files(merged)
    assert run(["doctor"]) == 1
    told = f"{HERE}/.svcforge/manifest.json: git has merged two branches in it\n  help: svcforge generate puts them together"
    assert told in capsys.readouterr().out
    assert run(["diff"]) == 2
    assert "svcforge doctor --fix, if git merged it" in capsys.readouterr().err
    assert files(merged) == before


def test_one_side_taken_for_the_manifest_and_the_other_for_the_base_is_mended(merged: Path) -> None:
    git(merged, "checkout", "--ours", f"{HERE}/.svcforge/manifest.json", API, "svcforge.lock")
    git(merged, "checkout", "--theirs", f"{HERE}/.svcforge/base")
    committed(merged, "muddled")
    assert [found.remedy for found in ailments(merged)] == ["svcforge doctor --fix takes it from git"]
    assert run(["doctor", "--fix"]) == 0
    assert ailments(merged) == []
    assert b"# mine on the left\n" in files(merged)[OPERATIONS]


def test_a_clone_of_one_service_is_led_out_by_upgrade(merged: Path, tmp_path: Path) -> None:
    place = tmp_path / "clones" / "things"
    shutil.copytree(merged / HERE, place)
    run(["upgrade", str(place)])
    assert joined((place / ".svcforge/manifest.json").read_bytes(), "manifest") is None
    assert manifest_of((place / ".svcforge/manifest.json").read_bytes(), "manifest").files
    assert "# mine on the left\n" in (place / "src/things/operations.py").read_text()


@pytest.mark.parametrize("what", [f"{HERE}/.svcforge/manifest.json", ".svcforge/manifest.json", "svcforge.lock"])
def test_a_pipe_in_the_place_of_state_makes_nobody_wait(folder: Path, what: str, capsys: CapSys) -> None:
    assert run(["generate"]) == 0
    (folder / what).unlink()
    os.mkfifo(folder / what)
    before = files(folder)
    capsys.readouterr()
    assert run(["generate"]) == 2
    assert "svcforge" in capsys.readouterr().err
    assert files(folder) == before


def test_a_side_that_leads_out_is_refused() -> None:
    line = '"{}": {{"h":"' + "0" * 64 + '","g":"' + "0" * 40 + '","m":"644","k":"managed","s":"clean"}}'
    head = '{"lock": 1, "unit": "a", "packs": [], "input": null, "files": {\n'
    text = f"{head}<<<<<<< HEAD\n{line.format('a')}\n=======\n{line.format('../../b')}\n>>>>>>> b\n}}}}\n"
    with pytest.raises(SvcforgeError, match="is no manifest"):
        joined(text.encode(), "manifest")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"a\n<<<<<<< HEAD\nb\n=======\nc\n>>>>>>> x\nd\n", (b"a\nb\nd\n", b"a\nc\nd\n")),
        (b"<<<<<<< HEAD\nb\n||||||| 123\nz\n=======\nc\n>>>>>>> x\n", (b"b\n", b"c\n")),
        (b"<<<<<<< HEAD\n=======\nc\n>>>>>>> x\n<<<<<<< HEAD\nb\n=======\n>>>>>>> x\n", (b"b\n", b"c\n")),
        (b"a\n", None),
        (b"<<<<<<< HEAD\nb\n=======\n", None),
        (b"=======\n>>>>>>> x\n", None),
    ],
    ids=["plain", "with what was before", "one empty", "none", "unfinished", "not begun"],
)
def test_a_merged_text_has_two_sides(text: bytes, expected: tuple[bytes, bytes] | None) -> None:
    assert sides(text) == expected
