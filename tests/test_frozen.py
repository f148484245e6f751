"""Frozen dataclasses that are quick to make: like others, but that only the type checker keeps them as they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from svcforge.frozen import frozen


@frozen()
class Place:
    line: int
    column: int = 1


@frozen(kw_only=True)
class Named:
    name: str = ""
    number: int


def test_they_are_compared_and_hashed_by_their_fields() -> None:
    assert Place(3) == Place(3, 1)
    assert {Place(3), Place(3, 1), Place(4)} == {Place(3), Place(4)}
    assert replace(Place(3), line=4) == Place(4)


def test_they_have_no_room_for_anything_else() -> None:
    with pytest.raises(AttributeError):
        Place(3).row = 4  # type: ignore[attr-defined]


def test_fields_may_be_given_by_name_alone() -> None:
    assert Named(number=1) == Named(name="", number=1)
    with pytest.raises(TypeError):
        Named(1)  # type: ignore[call-arg, misc]


def test_the_type_checker_is_told_that_they_do_not_change() -> None:
    told = frozen.__dataclass_transform__  # type: ignore[attr-defined]
    # Python 3.11 does not know the word yet, and passes it on (PEP 681).
    assert {**told, **told["kwargs"]}["frozen_default"] is True
