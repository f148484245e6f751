"""Literals of the blueprint as values of their place's type."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcforge.load.grammar import type_of
from svcforge.model.literal import Misfit, plain, typed
from svcforge.source.tree import Quoted

POINT = {"Point": {"x": type_of("int"), "y": type_of("int = 0"), "note": type_of("optional text")}}


@pytest.mark.parametrize(
    ("type_", "text", "value"),
    [
        ("text", "no", "no"), ("text", "0123", "0123"), ("int", "-7", -7), ("float", "1.5", 1.5), ("decimal", "1.10", "1.10"),
        ("bool", "true", True), ("uuid", "3EEB7E96-E59C-440F-8CB1-A089DABA079F", "3eeb7e96-e59c-440f-8cb1-a089daba079f"),
        ("date", "2027-06-30", "2027-06-30"), ("datetime", "2027-06-30T14:00:00+02:00", "2027-06-30T12:00:00Z"),
        ("datetime", "2027-06-30T14:00:00", "2027-06-30T14:00:00Z"), ("duration", "15m", "15m"), ("email", "a@b.c", "a@b.c"),
        ("url", "https://a.b/", "https://a.b/"), ("bytes", "aGk=", "aGk="), ("json", ["1", "x", "true"], [1, "x", True]),
        ("a | b", "b", "b"), ("[int]", ["1", "2"], [1, 2]), ("[int]", "[]", []), ("optional text", "null", None),
        ("Point", {"x": "1"}, {"x": 1, "y": 0}), ("[Point]", [{"x": "1", "y": "2"}], [{"x": 1, "y": 2}]),
        ("text", "null", "null"), ("text", "~", "~"),
    ],
)  # fmt: skip
def test_a_literal_is_what_its_place_says(type_: str, text: Any, value: Any) -> None:
    assert typed(text, type_of(type_), POINT) == value


@pytest.mark.parametrize(
    ("type_", "text", "why"),
    [
        ("int", "1.5", '"1.5" is no int'), ("int", str(2**63), f'"{2**63}" is no int'), ("decimal", "NaN", '"NaN" is no decimal'), ("float", "1e999", '"1e999" is no float'),
        ("bool", "yes", '"yes" is no bool'), ("text 3..3", "ab", '"ab" is outside 3..3'), ("int 0..", "-1", '"-1" is outside 0..'),
        ("bytes", "?", '"?" is no bytes'), ("duration", "15", '"15" is no duration'), ("url", "here", '"here" is no url'),
        ("a | b", "c", '"c" is none of a, b'), ("text", ["x"], "a list is no text"), ("text", None, "null is no text"),
        ("Point", "x", '"x" is no Point'), ("Point", {"y": "1"}, '"x" of Point is missing'), ("Nowhere", {}, '"{}" is no Nowhere'),
    ],
)  # fmt: skip
def test_what_is_none_of_its_type_says_so(type_: str, text: Any, why: str) -> None:
    with pytest.raises(Misfit) as misfit:
        typed(text, type_of(type_), POINT)
    assert str(misfit.value) == why


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1", 1),
        ("0123", "0123"),
        ("1.10", 1.1),
        ("true", True),
        ("no", "no"),
        ("null", None),
        (Quoted("1"), "1"),
        ("12:30", "12:30"),
    ],
)
def test_a_literal_without_a_type_means_what_it_looks_like(text: str, value: Any) -> None:
    assert plain(text) == value


@given(st.decimals(allow_nan=False, allow_infinity=False))
def test_a_decimal_keeps_every_digit(number: Decimal) -> None:
    assert Decimal(typed(str(number), type_of("decimal"), {})) == number


@given(
    st.sampled_from(
        [
            "text",
            "int",
            "float",
            "decimal",
            "bool",
            "uuid",
            "date",
            "datetime",
            "duration",
            "email",
            "url",
            "bytes",
            "json",
        ]
    ),
    st.text(),
)
def test_any_text_is_a_value_or_a_misfit_and_a_value_stays_itself(type_: str, text: str) -> None:
    try:
        value = typed(text, type_of(type_), {})
    except Misfit:
        return
    if type_ != "json":
        assert typed(str(value) if type_ != "bool" else value, type_of(type_), {}) == value
