"""Conflicts: listed until they are resolved, and closed by taking one side."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from tests.write.trees import tree

from svcforge.errors import SvcforgeError
from svcforge.write.conflicts import Conflict, conflicts, take
from svcforge.write.generate import Report
from svcforge.write.undo import undo

Make = Callable[..., Report]
HERE = "services/orders"
MARKED, BESIDE = Conflict(f"{HERE}/a", True, False), Conflict(f"{HERE}/c", False, True)


@pytest.fixture
def parted(make: Make, out: Path) -> Path:
    """A file with markers in it, and one with the new one beside it; a third that was resolved by hand."""
    make({"a": "1\n", "b": "1\n", "c=": "1\n", "d": "1\n"})
    for name in "acd":
        (out / HERE / name).write_text("mine\n")
    make({"a": "2\n", "b": "2\n", "c=": "2\n", "d": "2\n"})
    (out / HERE / "d").write_text("resolved\n")
    return out


def texts(out: Path) -> dict[str, str]:
    return {path: data.decode() for path, (data, _) in tree(out / HERE, state=False).items()}


def test_those_that_are_open_are_listed(parted: Path) -> None:
    assert conflicts(parted) == [MARKED, BESIDE]


@pytest.mark.parametrize(("side", "kept"), [("yours", "mine\n"), ("generated", "2\n")])
def test_taking_a_side_closes_them(parted: Path, make: Make, side: str, kept: str) -> None:
    assert take(parted, side) == [MARKED, BESIDE]  # type: ignore[arg-type]
    assert texts(parted) == {"a": kept, "b": "2\n", "c": kept, "d": "resolved\n"}
    assert conflicts(parted) == []
    [changes] = make({"a": "2\n", "b": "2\n", "c=": "2\n", "d": "2\n"}).units
    assert changes.settled
    assert texts(parted) == {"a": kept, "b": "2\n", "c": kept, "d": "resolved\n"}


def test_some_of_them_can_be_closed(parted: Path) -> None:
    assert take(parted, "yours", [BESIDE.path]) == [BESIDE]
    assert conflicts(parted) == [MARKED]
    undo(parted)
    assert conflicts(parted) == [MARKED, BESIDE]


def test_what_is_in_no_conflict_is_refused_and_nothing_is_closed(parted: Path) -> None:
    before = tree(parted, state=False)
    with pytest.raises(SvcforgeError, match='"services/orders/d" is in no conflict'):
        take(parted, "yours", [MARKED.path, f"{HERE}/d"])
    assert tree(parted, state=False) == before


def test_where_nothing_was_generated_there_are_none(out: Path) -> None:
    assert conflicts(out) == []
