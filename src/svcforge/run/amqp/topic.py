"""Topic patterns: words between dots, `*` for exactly one word, `#` for any number of them."""

from __future__ import annotations


def matches(pattern: str, key: str) -> bool:
    """Whether a binding's pattern takes a routing key.

    The empty key has no word at all, as in RabbitMQ: `#` takes it, `*` does not.
    """
    words = _words(pattern)
    # The places in the pattern that can be reached after each word of the key: linear in both, whatever the `#`s.
    reached = _past_hashes(words, {0})
    for word in _words(key):
        following = {
            at if words[at] == "#" else at + 1 for at in reached if at < len(words) and _takes(words[at], word)
        }
        reached = _past_hashes(words, following)
    return len(words) in reached


def _words(text: str) -> list[str]:
    return text.split(".") if text else []


def _takes(wanted: str, word: str) -> bool:
    return wanted in ("*", "#") or wanted == word


def _past_hashes(words: list[str], places: set[int]) -> set[int]:
    """The places, and those after each `#` that stands there: it may take no word."""
    reached = set(places)
    for place in places:
        at = place
        while at < len(words) and words[at] == "#":
            at += 1
            reached.add(at)
    return reached
