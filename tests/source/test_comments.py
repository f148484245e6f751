"""Comments addressed to svcforge: where they are found, of which line they speak, and what only looks like one."""

from __future__ import annotations

import pytest

from svcforge.source.comments import comments
from svcforge.source.yaml import read_text


def found(text: str) -> list[tuple[str, int, int, int]]:
    """The comments of a text: what they say, where they stand, and the line that they speak of."""
    root = read_text(text, "f").data
    return [(c.text, c.span.line, c.span.column, c.line) for c in comments({"f": text}, root)]


def test_a_comment_speaks_of_its_own_line() -> None:
    assert found("a: 1\nb: 2 # svcforge: ignore[x]: why  \n") == [("# svcforge: ignore[x]: why", 2, 6, 2)]


def test_one_on_a_line_of_its_own_speaks_of_the_next_that_is_no_comment() -> None:
    text = "# svcforge: ignore[x]\n# more\na: 1\n  #svcforge:ignore[y]\n\nb: 2\n"
    assert found(text) == [("# svcforge: ignore[x]", 1, 1, 3), ("#svcforge:ignore[y]", 4, 3, 4)]


def test_line_ends_and_what_stands_between_a_key_and_its_value_change_nothing() -> None:
    assert found("a: 1\r\nb: # svcforge: ignore[x]\r\n  c: 2\r\n") == [("# svcforge: ignore[x]", 2, 4, 2)]
    assert found("a: [1, # svcforge: ignore[x]\n 2]\n") == [("# svcforge: ignore[x]", 1, 8, 1)]


@pytest.mark.parametrize(
    "text",
    [
        "svcforge: 1\n",
        "a: 'b # svcforge: ignore[x]'\n",
        "a: |\n  # svcforge: ignore[x]\n  text\n",
        'a: "text\n  # svcforge: ignore[x]"\n',
        "'a # svcforge: ignore[x]': 1\n",
        "a: ['b # svcforge: ignore[x]', c]\n",
        "a: b# svcforge: ignore[x]\n",
        "a: 1 # svcforge: ignored\n",
    ],
)
def test_text_that_only_looks_like_a_comment_is_none(text: str) -> None:
    assert found(text) == []
