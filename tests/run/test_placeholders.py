"""Placeholders are filled once, and everything else stays as it is."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from svcforge.run.placeholders import Placeholder, filled, placeholders

holes = st.builds(
    Placeholder,
    st.text("abcdefghijklmnopqrstuvwxyz", min_size=1, max_size=8),
    st.one_of(st.just(""), st.text(st.characters(exclude_characters="{}"), min_size=1, max_size=8)),
)
plain = st.text(st.characters(exclude_characters="$"), max_size=20)


@given(st.lists(st.tuples(plain, holes, st.text(max_size=20))), plain)
def test_each_placeholder_gives_way_to_its_value_and_the_text_between_stays(
    pieces: list[tuple[str, Placeholder, str]], end: str
) -> None:
    values = {hole: value for _, hole, value in pieces}
    text = "".join(f"{before}{hole}" for before, hole, _ in pieces) + end
    expected = "".join(f"{before}{values[hole]}" for before, hole, _ in pieces) + end
    assert filled(text, values.__getitem__) == expected


@given(st.lists(st.tuples(plain, holes)))
def test_the_placeholders_of_a_text_are_those_that_are_written_in_it(pieces: list[tuple[str, Placeholder]]) -> None:
    text = "".join(f"{before}{hole}" for before, hole in pieces)
    assert placeholders(text) == {hole for _, hole in pieces}


@given(holes)
def test_a_value_that_looks_like_a_placeholder_is_not_filled_again(hole: Placeholder) -> None:
    assert filled(f"<{hole}>", lambda _: "${port}") == "<${port}>"


def test_a_shell_variable_is_no_placeholder() -> None:
    text = "${HOME}/$port and ${Port} and $${}"
    assert filled(text, lambda _: "filled") == text
    assert placeholders(text) == set()
