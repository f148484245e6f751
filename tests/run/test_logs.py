"""The logs of many parts read as one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcforge.run.logs import Line, Tail, keep_last_run, last_lines, ordered

words = st.text(st.characters(exclude_characters="\n\r", exclude_categories=["Cs"]), max_size=20)
stamped = st.builds(lambda second, word: f"2025-01-01T00:00:{second:02}Z {word}", st.integers(0, 59), words)


def test_lines_come_in_order_of_their_times_whatever_their_format() -> None:
    lines = [
        ("a", '{"timestamp": "2025-01-01T10:00:01.250Z", "event": "first"}'),
        ("a", "  a traceback without a time"),
        ("a", "2025-01-01 12:00:03.5+02:00 third"),
        ("b", '{"event": "second", "timestamp": "2025-01-01T10:00:02.123456+00:00"}'),
    ]
    assert ordered(lines) == [lines[0], lines[1], lines[3], lines[2]]


@given(st.lists(st.tuples(st.sampled_from("ab"), stamped | words)))
def test_ordering_loses_nothing_and_keeps_each_parts_own_order(lines: list[Line]) -> None:
    found = ordered(lines)
    for name in "ab":
        assert [line for line in found if line[0] == name] == [line for line in lines if line[0] == name]


@given(st.lists(st.lists(words)))
def test_a_tail_gives_every_line_once(
    tmp_path_factory: pytest.TempPathFactory, batches: Sequence[Sequence[str]]
) -> None:
    path = tmp_path_factory.mktemp("logs") / "log"
    with Tail({"a": path}) as tail:
        assert tail.lines() == []
        found = []
        for batch in batches:
            with path.open("a", newline="") as file:
                file.writelines(f"{word}\n" for word in batch)
            found += [line for _, line in tail.lines()]
    assert sorted(found) == sorted(word for batch in batches for word in batch)


def test_half_a_line_waits_for_its_end(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("one\ntw")
    with Tail({"a": path}) as tail:
        assert tail.lines() == [("a", "one")]
        with path.open("a") as file:
            file.write("o\n")
        assert tail.lines() == [("a", "two")]


def test_a_log_that_is_moved_away_is_followed_by_its_successor(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("old\n")
    with Tail({"a": path}) as tail:
        assert tail.lines() == [("a", "old")]
        with path.open("a") as file:
            file.write("last\n")
        keep_last_run(path)
        path.write_text("new\n")
        assert tail.lines() == [("a", "last")]
        assert tail.lines() == [("a", "new")]


def test_the_last_lines_of_a_log(tmp_path: Path) -> None:
    path = tmp_path / "log"
    assert last_lines(path, 3) == []
    path.write_text("".join(f"{number}\n" for number in range(10_000)))
    assert last_lines(path, 3) == ["9997", "9998", "9999"]
