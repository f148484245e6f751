"""Names and numbers in messages."""

from __future__ import annotations

import pytest

from svcforge.lint.wording import circle, counted, quoted


@pytest.mark.parametrize(
    ("names", "phrase"),
    [("", ""), ("a", '"a"'), ("ab", '"a" and "b"'), ("abc", '"a", "b" and "c"'), ("abcd", '"a", "b" and 2 more')],
)
def test_names_are_a_phrase_that_is_cut_where_they_are_many(names: str, phrase: str) -> None:
    assert quoted(list(names), most=3) == phrase


def test_a_number_agrees_with_its_noun() -> None:
    assert [counted(n, "service") for n in (0, 1, 2)] == ["0 services", "1 service", "2 services"]


def test_a_circle_comes_back() -> None:
    assert circle(["a", "b"]) == "a -> b -> a"
