"""Topic patterns, against the definition that reads like the specification."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from svcforge.run.amqp.topic import matches

words = st.sampled_from(["a", "b", "", "order-created", "é"])
keys = st.lists(words, max_size=6).map(".".join)
patterns = st.lists(st.one_of(words, st.sampled_from("*#")), max_size=6).map(".".join)


def by_definition(pattern: list[str], key: list[str]) -> bool:
    if not pattern:
        return not key
    first, *rest = pattern
    if first == "#":
        return any(by_definition(rest, key[taken:]) for taken in range(len(key) + 1))
    return bool(key) and first in ("*", key[0]) and by_definition(rest, key[1:])


def words_of(text: str) -> list[str]:
    return text.split(".") if text else []


@given(patterns, keys)
def test_a_pattern_takes_what_its_definition_takes(pattern: str, key: str) -> None:
    assert matches(pattern, key) == by_definition(words_of(pattern), words_of(key))


@given(keys)
def test_every_key_takes_itself_and_is_taken_by_a_hash(key: str) -> None:
    assert (matches(key, key), matches("#", key), matches("#.#", key)) == (True, True, True)


@given(st.lists(words, min_size=1, max_size=6))
def test_stars_take_as_many_words_as_they_are(parts: list[str]) -> None:
    key = ".".join(parts)
    count = len(words_of(key))
    assert matches(".".join("*" * count), key)
    assert not matches(".".join("*" * (count + 1)), key)


@pytest.mark.parametrize("pattern", ["a*", "#a", "**"])
def test_a_sign_within_a_word_is_only_a_letter(pattern: str) -> None:
    assert not matches(pattern, "aa")
    assert matches(pattern, pattern)


def test_many_hashes_do_not_take_for_ever() -> None:
    started = time.process_time()
    assert not matches(".".join(["#", "a"] * 50), ".".join(["a"] * 200) + ".b")
    assert time.process_time() - started < 1
