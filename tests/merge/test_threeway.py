"""Three-way merges: what each side changed is in the result, or a conflict shows all three."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcforge.merge.differing import hunks
from svcforge.merge.threeway import holds_markers, is_text, merge, settled

BASE = b"".join(b"line %d\n" % number for number in range(12))


def changed(line: int, to: bytes, text: bytes = BASE) -> bytes:
    lines = text.split(b"\n")
    lines[line] = to
    return b"\n".join(lines)


def test_changes_in_different_places_are_both_there() -> None:
    found = merge(BASE, changed(2, b"mine"), changed(8, b"offered"))
    assert (found.data, found.conflicts) == (changed(8, b"offered", changed(2, b"mine")), 0)


def test_the_same_change_on_both_sides_is_taken_once() -> None:
    assert merge(BASE, changed(2, b"same"), changed(2, b"same")).data == changed(2, b"same")
    both = merge(BASE, changed(2, b"same", changed(9, b"mine")), changed(2, b"same"))
    assert (both.data, both.conflicts) == (changed(9, b"mine", changed(2, b"same")), 0)


def test_a_conflict_shows_the_users_lines_the_old_and_the_new_ones() -> None:
    found = merge(b"a\nb\nc\n", b"a\nmine\nc\n", b"a\noffered\nc\n")
    assert found.conflicts == 1
    assert found.data.decode() == (
        "a\n<<<<<<< yours\nmine\n||||||| as it was generated before\nb\n=======\noffered\n>>>>>>> as it is generated now\nc\n"
    )
    assert holds_markers(found.data)


def test_what_both_sides_say_alike_stands_outside_of_the_conflict() -> None:
    found = merge(b"a\nb\nc\n", b"a\nx\nmine\ny\nc\n", b"a\nx\noffered\ny\nc\n").data.decode()
    assert found.startswith("a\nx\n<<<<<<< yours\nmine\n|||||||")
    assert found.endswith("\noffered\n>>>>>>> as it is generated now\ny\nc\n")


def test_changes_that_touch_are_a_conflict() -> None:
    assert merge(b"a\nb\n", b"x\nb\n", b"a\ny\n").conflicts == 1


def test_a_last_line_without_an_end_gets_one_before_a_marker_and_nowhere_else() -> None:
    assert merge(b"a\nb", b"a\nmine", b"a\noffered").data.splitlines()[-3:] == [
        b"=======", b"offered", b">>>>>>> as it is generated now",
    ]  # fmt: skip
    assert merge(b"a\nb\nc\nd", b"mine\nb\nc\nd", b"a\nb\nc\noffered").data == b"mine\nb\nc\noffered"


def test_lines_that_end_in_cr_lf_keep_doing_so() -> None:
    crlf = BASE.replace(b"\n", b"\r\n")
    mine, offered = changed(2, b"mine\r", crlf), changed(8, b"offered\r", crlf)
    assert merge(crlf, mine, offered).data == changed(8, b"offered\r", mine)


def test_a_file_that_git_checked_out_with_cr_lf_is_merged_as_it_is() -> None:
    mine = changed(2, b"mine").replace(b"\n", b"\r\n")
    found = merge(BASE, mine, changed(8, b"offered"))
    assert (found.data, found.conflicts) == (changed(8, b"offered\r", mine), 0)


def test_two_blocks_that_look_alike_are_told_apart() -> None:
    def block(name: bytes) -> bytes:
        return b"def %s():\n    try:\n        run()\n    finally:\n        stop()\n\n\n" % name

    base = block(b"first") + block(b"last")
    found = merge(base, base + block(b"mine"), block(b"first") + block(b"offered") + block(b"last"))
    assert (found.data, found.conflicts) == (
        block(b"first") + block(b"offered") + block(b"last") + block(b"mine"), 0,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("data", "fits"), [(b"text\n", True), (b"", True), (b"a\0b", False), (b"\xff", False), (b"x" * 2_000_001, False)]
)
def test_only_text_can_be_merged(data: bytes, fits: bool) -> None:
    assert is_text(data) is fits


LINES = st.lists(st.sampled_from([b"a\n", b"b\n", b"c\n", b"d\n", b"}\n", b"\n"]), max_size=14)


@given(LINES, LINES)
def test_hunks_turn_one_list_into_the_other_and_do_not_touch(old: list[bytes], new: list[bytes]) -> None:
    made, at, before = [], 0, None
    for hunk in hunks(old, new):
        assert before is None or (hunk.start > before.end and hunk.begin > before.stop)
        made += old[at : hunk.start] + new[hunk.begin : hunk.stop]
        at, before = hunk.end, hunk
    assert made + old[at:] == new


@given(LINES, LINES)
def test_where_one_side_changed_nothing_the_other_is_the_result(base: list[bytes], other: list[bytes]) -> None:
    old, new = b"".join(base), b"".join(other)
    assert (merge(old, new, old).data, merge(old, old, new).data, merge(old, new, new).data) == (new, new, new)


@given(LINES, LINES, LINES)
def test_no_line_that_somebody_added_is_lost(base: list[bytes], yours: list[bytes], ours: list[bytes]) -> None:
    mine = [b"mine %d\n" % number if line == b"d\n" else line for number, line in enumerate(yours)]
    offered = [b"offered %d\n" % number if line == b"d\n" else line for number, line in enumerate(ours)]
    found = merge(b"".join(base), b"".join(mine), b"".join(offered)).data
    for line in (*mine, *offered):
        assert line in (b"a\n", b"b\n", b"c\n", b"}\n", b"\n") or line in found


def test_settling_takes_the_lines_of_one_side_and_all_that_is_around() -> None:
    found = merge(BASE, changed(2, b"mine", changed(9, b"too")), changed(2, b"offered")).data
    assert settled(found, "yours") == changed(2, b"mine", changed(9, b"too"))
    assert settled(found, "generated") == changed(2, b"offered", changed(9, b"too"))
    assert settled(found, "before") == changed(9, b"too")


def test_what_both_append_at_the_end_is_a_conflict_as_in_git() -> None:
    """In which order the two belong, and whether both do, only the user knows."""
    found = merge(BASE, BASE + b"mine\n", BASE + b"offered\n")
    assert found.conflicts == 1
    assert settled(found.data, "yours") == BASE + b"mine\n"
    apart = merge(BASE, BASE + b"mine\n", changed(10, b"offered"))
    assert (apart.conflicts, apart.data) == (0, changed(10, b"offered") + b"mine\n")
    assert merge(BASE, BASE + b"same\n", BASE + b"same\n").conflicts == 0


def test_a_conflict_as_git_shows_it_without_the_base_is_one_and_is_settled() -> None:
    text = b"1\n<<<<<<< ours\nmine\n=======\noffered\n>>>>>>> theirs\n2\n"
    assert holds_markers(text)
    assert settled(text, "yours") == b"1\nmine\n2\n"
    assert settled(text, "generated") == b"1\noffered\n2\n"
    assert not holds_markers(b"A title\n=======\n")


@given(LINES, LINES, LINES)
def test_sides_can_be_exchanged(base: list[bytes], yours: list[bytes], ours: list[bytes]) -> None:
    old, mine, offered = b"".join(base), b"".join(yours), b"".join(ours)
    one, other = merge(old, mine, offered), merge(old, offered, mine)
    assert one.conflicts == other.conflicts
    assert one.conflicts or one.data == other.data


@given(base=LINES, yours=LINES, ours=LINES)
def test_what_git_merges_without_a_conflict_and_so_do_we_is_the_same(
    tmp_path_factory: pytest.TempPathFactory, base: list[bytes], yours: list[bytes], ours: list[bytes]
) -> None:
    folder: Path = tmp_path_factory.mktemp("merge")
    for name, lines in (("base", base), ("yours", yours), ("ours", ours)):
        (folder / name).write_bytes(b"".join(lines))
    git = subprocess.run(
        ["git", "merge-file", "-p", "yours", "base", "ours"], cwd=folder, capture_output=True, check=False
    )
    found = merge(b"".join(base), b"".join(yours), b"".join(ours))
    if git.returncode == 0 and not found.conflicts:
        assert found.data == git.stdout
