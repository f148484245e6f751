"""A source line with its caret, cut where it does not fit."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcforge.report.frame import frame
from svcforge.report.page import Page, cells
from svcforge.source.finding import Span


def framed(line: str, start: int, end: int, note: str = "", width: int = 80) -> list[str]:
    return list(frame(Page(width), line, Span("f", 7, start, 7, end), note, "error"))


def test_the_caret_stands_under_the_place_with_its_note() -> None:
    assert framed("  - call: travel", 5, 9, "closes it") == [
        "   |",
        " 7 |   - call: travel",
        "   |     ^^^^ closes it",
        "   |",
    ]


def test_an_empty_place_has_one_caret() -> None:
    assert framed("abc", 4, 4)[2] == "   |    ^"


def test_wide_characters_take_two_columns() -> None:
    assert framed("漢字: x", 5, 6)[2] == "   |       ^"


def test_tabs_take_one_column_so_that_the_caret_keeps_its_place() -> None:
    assert framed("\tx: y", 5, 6)[1:3] == [" 7 |  x: y", "   |     ^"]


def test_an_empty_line_leaves_no_space_at_its_end() -> None:
    assert framed("", 1, 1)[1] == " 7 |"


def test_a_place_over_several_lines_is_underlined_to_the_end_of_the_first() -> None:
    assert list(frame(Page(), "ab: [c,", Span("f", 7, 5, 9, 2), "", "error"))[2] == "   |     ^^^"


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        (1, [" 7 | 0123456789012345678901…", "   | ^^"]),
        (41, [" 7 | …345678901234567890123…", "   |         ^^"]),
        (59, [" 7 | …123456789", "   |         ^^"]),
    ],
)
def test_a_long_line_is_cut_around_the_caret(start: int, expected: list[str]) -> None:
    assert framed("0123456789" * 6, start, start + 2, width=28)[1:3] == expected


def test_a_note_that_does_not_fit_stands_on_a_line_of_its_own() -> None:
    assert framed("x" * 20, 15, 18, "a note", width=25)[2:4] == ["   |               ^^^", "   |               a note"]


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n\r\x85\u2028\u2029"), max_size=120),
    st.data(),
)
def test_a_frame_fits_the_page_and_ends_without_spaces(line: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(1, len(line) + 1))
    end = data.draw(st.integers(start, len(line) + 1))
    note = data.draw(st.sampled_from(["", "short", "a note that is somewhat longer"]))
    for shown in framed(line, start, end, note, width=40):
        assert cells(shown) <= 40
        assert shown == shown.rstrip()


@given(st.text("abc漢é ", min_size=1, max_size=90), st.data())
def test_the_caret_begins_under_its_first_character(line: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(1, len(line)))
    _, source, carets, *_ = framed(line[: start - 1] + "§" + line[start:], start, start + 1, width=50)
    before = carets.index("^")
    assert cells(source[: source.index("§")]) == before
