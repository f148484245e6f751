"""How wide words are, and how they are cut."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from svcforge.draw.identifiers import identifiers
from svcforge.draw.markup import number, tag
from svcforge.draw.text import cut, printable, width, wrapped


def test_what_fits_stays() -> None:
    assert cut("orders", 14, width("orders", 14)) == "orders"


def test_what_is_too_long_ends_in_an_ellipsis() -> None:
    assert cut("recommendations", 14, 60) == "recom…"


@given(st.text(max_size=200), st.integers(20, 300))
def test_what_is_cut_fits(text: str, room: int) -> None:
    assert width(cut(text, 12, room), 12) <= max(room + 0.5, width("…", 12))


def test_lines_break_between_words() -> None:
    assert wrapped("takes orders and sees them through", 13, 100, 3) == ("takes orders", "and sees them", "through")


def test_the_last_line_is_cut() -> None:
    lines = wrapped("takes orders and sees them through", 13, 100, 2)
    assert (len(lines), lines[0], lines[1][-1]) == (2, "takes orders", "…")


def test_a_text_of_megabytes_is_cut_at_once() -> None:
    assert len(cut("x" * 10_000_000, 12, 200)) < 50


def test_east_asian_letters_are_as_wide_as_high() -> None:
    assert width("日本", 10) >= 20


@given(st.text())
def test_what_is_printable_can_be_encoded(text: str) -> None:
    assert printable(text).encode().decode() == printable(text)


def test_identifiers_differ_where_names_do() -> None:
    assert identifiers(["service.a-b", "service.a_b", "service.a.b"]) == {
        "service.a-b": "service_a_b",
        "service.a_b": "service_a_b_2",
        "service.a.b": "service_a_b_3",
    }


@given(st.lists(st.text(max_size=10), unique=True))
def test_identifiers_are_safe_and_different(ids: list[str]) -> None:
    found = identifiers(ids)
    assert len(set(found.values())) == len(ids)
    assert all("_" in name and name.isascii() and name.replace("_", "a").isalnum() for name in found.values())


def test_numbers_are_short() -> None:
    assert [number(value) for value in (1, 1.5, 1.259, -0.001, 100, 1e6)] == ["1", "1.5", "1.26", "0", "100", "1000000"]


def test_an_element_without_content_is_closed() -> None:
    assert tag("rect", Class="a b", stroke_width=2) == '<rect class="a b" stroke-width="2"/>'
