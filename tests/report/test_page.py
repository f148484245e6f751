"""Widths, colours, wrapping, and what a terminal must not be sent."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcforge.report.page import Page, cells, page_of, visible, wrapped


@pytest.mark.parametrize(
    ("is_terminal", "environment", "expected"),
    [
        (True, {"TERM": "xterm"}, Page(120, True)),
        (True, {"NO_COLOR": "1"}, Page(120, False)),
        (True, {"NO_COLOR": ""}, Page(120, True)),
        (True, {"TERM": "dumb"}, Page(120, False)),
        (False, {}, Page(80, False)),
    ],
)
def test_colours_and_width_are_a_terminals(is_terminal: bool, environment: dict[str, str], expected: Page) -> None:
    assert page_of(is_terminal=is_terminal, columns=120, environment=environment) == expected


def test_paint_does_nothing_on_a_plain_page() -> None:
    assert (Page().paint("error", "x"), Page(colour=True).paint("error", "x")) == ("x", "\x1b[1;31mx\x1b[0m")


@pytest.mark.parametrize(("text", "expected"), [("abc", 3), ("é", 1), ("漢字", 4), ("e\u0301", 1), ("", 0)])
def test_cells_are_columns_of_a_terminal(text: str, expected: int) -> None:
    assert cells(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [("a\tb", "a b"), ("a\x1b[31mb", "a\ufffd[31mb"), ("a\u202eb", "a\ufffdb"), ("a\nb", "a b"), ("\ud800", "\ufffd"), ("é漢", "é漢")],
)  # fmt: skip
def test_what_moves_a_cursor_or_turns_the_text_is_not_shown(text: str, expected: str) -> None:
    assert visible(text) == expected


@given(st.text())
def test_visible_text_has_as_many_characters_and_no_control_characters(text: str) -> None:
    shown = visible(text)
    assert len(shown) == len(text)
    assert [c for c in shown if ord(c) < 32 or 127 <= ord(c) < 160] == []


@given(st.lists(st.text("abcdef", min_size=1, max_size=12), min_size=1).map(" ".join), st.integers(20, 60))
def test_wrapped_lines_fit_and_keep_every_word(text: str, width: int) -> None:
    lines = list(wrapped(text, width, first="head: ", indent="    "))
    assert all(cells(line) <= width for line in lines)
    assert " ".join(line.strip() for line in lines) == f"head: {text}"


def test_a_word_longer_than_the_page_stays_whole() -> None:
    assert list(wrapped("aa " + "x" * 30, 10, indent="  ")) == ["aa", "  " + "x" * 30]
