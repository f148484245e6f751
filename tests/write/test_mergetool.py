"""Conflicts told to git when that is asked for: its own tools show and resolve them, and nothing of it is left."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.write.trees import tree

from svcforge.cli.app import run
from svcforge.errors import SvcforgeError
from svcforge.write.conflicts import conflicts, take
from svcforge.write.generate import Report
from svcforge.write.mergetool import KNOWN, Registered, close, register
from svcforge.write.undo import undo

Make = Callable[..., Report]
HERE = "services/orders"
TEXT = "".join(f"line {number}\n" for number in range(9))
MINE, OURS = TEXT.replace("line 4", "mine"), TEXT.replace("line 4", "new").replace("line 0", "new too")
A = f"{HERE}/a ä.txt"


def git(folder: Path, *arguments: str, code: int = 0) -> str:
    """Git as a user runs it, with no configuration but its own."""
    environment = {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LC_ALL": "C", "GIT_EDITOR": "true"}
    environment |= {f"GIT_{who}_{what}": "x" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
    found = subprocess.run(
        ["git", "-c", "core.quotePath=false", *arguments], cwd=folder, env=environment, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert found.returncode == code, found.stdout + found.stderr
    return found.stdout


def staged(out: Path) -> str:
    return git(out, "ls-files", "-s")


def in_conflict(make: Make, out: Path, top: Path) -> None:
    """Two conflicts between markers, one of them in a file that git does not track, and one beside its file."""
    make({"a ä.txt": TEXT, "untracked": TEXT, "owned=": "1"})
    git(top, "init", "-q")
    git(top, "add", ".")
    git(top, "rm", "-q", "--cached", str((out / HERE / "untracked").relative_to(top)))
    git(top, "commit", "-qm", "generated")
    for name, text in (("a ä.txt", MINE), ("untracked", MINE), ("owned", "mine")):
        (out / HERE / name).write_text(text)
    make({"a ä.txt": OURS, "untracked": OURS, "owned=": "2"})


@pytest.fixture(params=["the root", "a folder in it"])
def parted(request: pytest.FixtureRequest, make: Make, out: Path) -> Path:
    """An output in conflict, which is a repository or stands in one."""
    in_conflict(make, out, out if request.param == "the root" else out.parent)
    return out


def test_nothing_is_told_to_git_unless_one_asks(parted: Path) -> None:
    before = staged(parted)
    close(parted)
    assert staged(parted) == before
    assert git(parted, "ls-files", "-u") == ""


def test_git_knows_base_ours_and_theirs(parted: Path) -> None:
    file = parted / A
    marked = file.read_text()
    assert register(parted) == Registered((A,), (f"{HERE}/untracked",))
    assert git(parted, "status", "--porcelain", "--", A).startswith("UU ")
    shown = [git(parted, "show", f":{stage}:./{A}") for stage in (1, 2, 3)]
    others = TEXT.replace("line 0", "new too")
    assert shown == [others, MINE.replace("line 0", "new too"), OURS]
    assert file.read_text() == marked
    # A second time nothing is another.
    before = staged(parted)
    assert register(parted).told == (A,)
    assert staged(parted) == before


@pytest.mark.parametrize(("side", "text"), [("--ours", MINE.replace("line 0", "new too")), ("--theirs", OURS)])
def test_git_takes_a_side_as_resolve_does(parted: Path, side: str, text: str) -> None:
    register(parted)
    git(parted, "checkout", side, "--", A)
    assert (parted / A).read_text() == text
    assert A not in [found.path for found in conflicts(parted)]
    close(parted)
    assert git(parted, "ls-files", "-u") == ""
    assert git(parted, "show", f":./{A}") == text
    assert not (parted / ".svcforge" / KNOWN).exists()


def test_what_git_merges_again_is_still_a_conflict_and_can_be_closed(parted: Path) -> None:
    register(parted)
    git(parted, "checkout", "--merge", "--", A)
    assert "<<<<<<< ours" in (parted / A).read_text()
    assert A in [found.path for found in conflicts(parted)]
    take(parted, "generated", [A])
    assert (parted / A).read_text() == OURS


def test_a_mergetool_sees_all_three_and_what_it_makes_is_taken(parted: Path) -> None:
    register(parted)
    command = 'cat "$BASE" "$LOCAL" "$REMOTE" > "$MERGED"'
    settings = ("-c", "merge.tool=x", "-c", f"mergetool.x.cmd={command}", "-c", "mergetool.x.trustExitCode=true")
    git(parted, *settings, "-c", "mergetool.keepBackup=false", "mergetool", "--no-prompt", A)
    others = TEXT.replace("line 0", "new too")
    assert (parted / A).read_text() == others + MINE.replace("line 0", "new too") + OURS
    close(parted)
    assert git(parted, "ls-files", "-u") == ""
    assert [found.path for found in conflicts(parted)] == [f"{HERE}/owned", f"{HERE}/untracked"]


def test_closing_adds_the_file_and_only_that(parted: Path) -> None:
    register(parted)
    (parted / "other").write_text("1")
    take(parted, "yours")
    close(parted)
    assert git(parted, "ls-files", "-u") == ""
    assert git(parted, "show", f":./{A}") == (parted / A).read_text()
    assert git(parted, "diff", "--cached", "--name-only", "--relative").split("\n") == [A, ""]


def test_undoing_leaves_the_index_as_it_was(parted: Path) -> None:
    before = staged(parted)
    register(parted)
    undo(parted)
    close(parted, taken_back=True)
    assert staged(parted) == before
    assert (parted / A).read_text() == MINE


def test_what_git_was_told_since_is_left(parted: Path) -> None:
    register(parted)
    (parted / A).write_text("resolved\n")
    git(parted, "add", A)
    (parted / A).write_text("worked on since\n")
    close(parted)
    assert git(parted, "show", f":./{A}") == "resolved\n"


def test_a_merge_of_the_users_own_is_not_touched(make: Make, out: Path) -> None:
    in_conflict(make, out, out)
    git(out, "add", ".")
    git(out, "commit", "-qm", "with markers")
    for name, text in (("one", "1\n"), ("two", "2\n")):
        git(out, "checkout", "-q", "-b", name, "HEAD" if name == "one" else "HEAD~1")
        (out / A).write_text(f"{text}{(out / A).read_text()}" if name == "one" else text)
        git(out, "commit", "-qam", name)
    git(out, "merge", "-q", "one", code=1)
    before = staged(out)
    register(out, [A])
    close(out)
    assert staged(out) == before


def test_without_a_repository_nobody_is_told(make: Make, out: Path) -> None:
    make({"a": TEXT})
    (out / HERE / "a").write_text(MINE)
    make({"a": OURS})
    before = tree(out)
    assert register(out) == Registered((), (f"{HERE}/a",))
    assert tree(out) == before


def test_an_index_that_cannot_be_written_is_said_and_the_file_stays(parted: Path) -> None:
    top = Path(git(parted, "rev-parse", "--show-toplevel").strip())
    (top / ".git/index.lock").touch()
    before = tree(parted, state=False)
    with pytest.raises(SvcforgeError, match="git cannot change its index"):
        register(parted)
    (top / ".git/index.lock").unlink()
    assert git(parted, "ls-files", "-u") == ""
    close(parted)
    register(parted)
    assert {path: value for path, value in tree(parted, state=False).items() if not path.startswith(".git/")} == {
        path: value for path, value in before.items() if not path.startswith(".git/")
    }


@pytest.mark.parametrize(
    "text", ["", "no json", '{"files": {"a": {"path": "../x", "mode": "1", "was": "", "stages": []}}}']
)
def test_a_record_that_anybody_wrote_changes_nothing(parted: Path, text: str) -> None:
    (parted / ".svcforge" / KNOWN).write_text(text)
    before = staged(parted)
    close(parted)
    assert staged(parted) == before


def test_the_commands_tell_git_and_take_it_back(
    parted: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(parted)
    before = staged(parted)
    assert run(["resolve", "--mergetool", A]) == 3
    assert capsys.readouterr().out.splitlines()[-1].startswith("edit them, or: git mergetool")
    assert git(parted, "status", "--porcelain", "--", A).startswith("UU ")
    assert run(["resolve", "--mergetool", f"{HERE}/untracked"]) == 3
    assert f"{HERE}/untracked: not told to git, which does not track it" in capsys.readouterr().out
    assert run(["resolve", "--mergetool", "--format", "json"]) == 3
    assert json.loads(capsys.readouterr().out)["mergetool"] == [A]
    assert run(["resolve", "--take", "yours", A]) == 3
    assert git(parted, "ls-files", "-u") == ""
    # Undoing takes back the closing of the conflict first, then the generation is out of reach.
    assert run(["undo"]) == 0
    assert (A in [found.path for found in conflicts(parted)], staged(parted) == before) == (True, False)
