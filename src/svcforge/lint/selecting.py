"""Who is meant by a selector of a custom rule."""

from __future__ import annotations

from collections.abc import Iterable
from fnmatch import fnmatchcase

from svcforge.lint.things import Thing, Things
from svcforge.model.custom import Selector, Test


def passes(thing: Thing, test: Test) -> bool:
    """Whether a thing passes a test: the property is one of the words, or is there at all."""
    if not test.words:
        return thing.has(test.key) is not test.negated
    found = thing.words(test.key)
    return any(fnmatchcase(word, pattern) for word in found for pattern in test.words) is not test.negated


def fits(thing: Thing, selector: Selector) -> bool:
    """Whether a thing passes all tests of an alternative, and not all of what the selector excludes."""
    return _any(thing, selector.alternatives) and not _any(thing, selector.excluded)


def _any(thing: Thing, alternatives: Iterable[tuple[Test, ...]]) -> bool:
    return any(all(passes(thing, test) for test in tests) for tests in alternatives)


def selected(things: Things, selector: Selector) -> frozenset[str]:
    """The names of the nodes that fit."""
    return frozenset(name for name in things.nodes() if fits(things.node(name), selector))
