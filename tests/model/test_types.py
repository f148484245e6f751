"""Types as the language writes them."""

from __future__ import annotations

import pytest
from tests.strategies import TYPES

from svcforge.load.grammar import type_of
from svcforge.model.types import written

MORE = (
    "secret",
    "unique text",
    "unique per order int 1..",
    "ref orders.Order",
    "[text] 1..9",
    "decimal -1.50..2 = 0",
    "Money",
)


@pytest.mark.parametrize("text", [*TYPES, *MORE])
def test_a_type_reads_as_it_is_written(text: str) -> None:
    assert type_of(written(type_of(text))) == type_of(text)


def test_a_list_is_written_as_one() -> None:
    assert written(type_of(["a | b"])) == ["a | b"]
