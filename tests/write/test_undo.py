"""Undoing: the last run done backwards, what has been worked on since left alone, and undoing undone."""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.write.test_crash import LINES, NEW, Interposed, fast_folder, in_child, laid, run
from tests.write.trees import Tree, tree

from svcforge.errors import SvcforgeError
from svcforge.write.generate import Report, generate
from svcforge.write.undo import undo

Make = Callable[..., Report]
HERE = "services/orders"

__all__ = ["fast_folder"]


def seen(out: Path) -> Tree:
    """What a user and git see: the state of the units too, but not what the last run left for undoing it."""
    return {path: value for path, value in tree(out).items() if not path.startswith(".svcforge/undo/")}


def test_what_the_last_run_wrote_merged_made_and_removed_is_as_it_was(tmp_path: Path) -> None:
    out = tmp_path / "out"
    laid(out)
    before = seen(out)
    run(out, NEW)
    after = seen(out)
    report = undo(out)
    assert seen(out) == before
    assert report.left == ()
    assert not (out / "services/stock").exists()
    undo(out)
    assert seen(out) == after
    undo(out)
    assert seen(out) == before
    run(out, NEW)
    assert seen(out) == after


def test_a_first_run_is_undone_to_nothing_but_what_was_there(make: Make, out: Path) -> None:
    out.mkdir()
    (out / "mine").write_text("mine")
    make({"a": "1", "b/c": "1"})
    undo(out)
    assert tree(out, state=False) == {"mine": (b"mine", 0)}
    assert not (out / "services").exists()


def test_what_has_been_worked_on_since_is_left_and_told_and_offered_again(make: Make, out: Path) -> None:
    make({"a": f"1\n{LINES}", "b": "1\n"})
    make({"a": f"2\n{LINES}", "b": "2\n", "c": "2\n"})
    (out / HERE / "a").write_text(f"2\n{LINES}mine\n")
    (out / HERE / "c").write_text("mine\n")
    assert undo(out).left == (f"{HERE}/a", f"{HERE}/c")
    assert {path: data for path, (data, _) in tree(out / HERE, state=False).items()} == {
        "a": f"2\n{LINES}mine\n".encode(),
        "b": b"1\n",
        "c": b"mine\n",
    }
    make({"a": f"2\n{LINES}", "b": "2\n"})
    assert [(out / HERE / name).read_text() for name in "ab"] == [f"2\n{LINES}mine\n", "2\n"]


def test_files_of_a_new_part_that_were_worked_on_stay(make: Make, out: Path) -> None:
    make({"a": "1", "b": "1"})
    (out / HERE / "a").write_text("mine")
    (out / HERE / "own").write_text("mine")
    undo(out)
    assert tree(out / HERE) == {"a": (b"mine", 0), "own": (b"mine", 0)}


def test_a_run_that_changed_nothing_leaves_what_can_be_undone(make: Make, out: Path) -> None:
    make({"a": "1"})
    make({"a": "2"})
    make({"a": "2"})
    undo(out)
    assert (out / HERE / "a").read_text() == "1"


def test_where_there_is_nothing_to_undo_it_is_said(out: Path) -> None:
    out.mkdir()
    with pytest.raises(SvcforgeError, match="there is nothing to undo"):
        undo(out)
    assert list(out.iterdir()) == []


@pytest.mark.parametrize("text", ["", "{}", "[" * 5000, '{"version": 1, "staging": "../x", "units": []}'])
def test_what_is_no_journal_is_refused(make: Make, out: Path, text: str) -> None:
    make({"a": "1"})
    make({"a": "2"})
    (out / ".svcforge/undo/journal.json").write_text(text)
    with pytest.raises(SvcforgeError, match="is no journal of svcforge"):
        undo(out)
    assert (out / HERE / "a").read_text() == "2"


def test_undoing_killed_before_any_change_is_finished_by_the_next_command(fast_folder: Path, able: str) -> None:
    base, out = fast_folder / "base", fast_folder / "out"
    laid(base)
    before = seen(base)
    run(base, NEW)
    after = seen(base)
    for number in itertools.count(1):
        # Moved and copied back: the journal knows inodes, which a copy does not have.
        shutil.rmtree(out, ignore_errors=True)
        laid(out)
        run(out, NEW)

        def end(count: int, *_: object, number: int = number) -> None:
            if count == number:
                os._exit(137)

        def work(end: Callable[..., None] = end) -> None:
            with Interposed(end):
                undo(out)

        code = in_child(work)
        between = seen(out)
        assert all(
            value in (before.get(p), after.get(p)) for p, value in between.items() if "/.svcforge/" not in f"/{p}"
        )
        try:
            with pytest.raises(SvcforgeError, match="cut short"):
                generate(out, [], dry_run=True)
            cut = True
        except pytest.fail.Exception:
            cut = False
        if cut:
            run(out, [])
            assert {p: v for p, v in seen(out).items() if p != "svcforge.lock"} == {
                p: v for p, v in before.items() if p != "svcforge.lock"
            }
        if code == 0:
            break
    assert number > 20
