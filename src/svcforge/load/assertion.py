"""The one-line form of a custom rule: `services.that(role=entry).all_have(authn)`."""

from __future__ import annotations

import re
from collections.abc import Iterable

from svcforge.load.grammar import Bad
from svcforge.load.words import choices, nearest
from svcforge.model.custom import PROPERTIES, Quantified, Selector, Test

_LINE = re.compile(r"(?P<of>\w+)(?:\.that\((?P<that>[^()]*)\))?\.(?P<quantifier>\w+)\((?P<arguments>[^()]*)\)")
_TEST = re.compile(r"(?P<key>\w+)\s*(?:(?P<sign>!?=)\s*(?P<words>.+))?")

HAVING = ("all_have", "none_have", "some_have")
COUNTING = ("at_most", "at_least")
FORM = 'write it like "services.that(role=entry).all_have(authn)"'


def assertion(text: str) -> Quantified:
    """What the line asks; raises Bad with the nearest word for one that is not known."""
    match = _LINE.fullmatch(text.strip())
    if match is None:
        raise Bad(f'"{text}" is no assertion', FORM)
    of = known(match["of"], PROPERTIES, "kind of element")
    that = selector_of(of, match["that"] or "")
    quantifier = known(match["quantifier"], (*HAVING, *COUNTING), "quantifier")
    if quantifier in COUNTING:
        if not re.fullmatch(r"\d{1,6}", match["arguments"].strip()):
            raise Bad(f'"{match["arguments"]}" is no number', f"write {quantifier}(3)")
        return Quantified(of, that, quantifier, number=int(match["arguments"]))
    tests = _tests(of, match["arguments"])
    if not tests:
        raise Bad(f'"{quantifier}" does not say what', f"name a property: {choices(PROPERTIES[of])}")
    return Quantified(of, that, quantifier, tests)


def selector_of(of: str, text: str) -> Selector:
    """The things of a kind that pass all tests between brackets."""
    return Selector((_tests(of, text),), text=text)


def known(word: str, words: Iterable[str], what: str) -> str:
    """A word that is one of those known; raises Bad."""
    words = tuple(words)
    if word not in words:
        close = nearest(word, words)
        raise Bad(f'"{word}" is no {what}', f'did you mean "{close}"?' if close else f"write one of {choices(words)}")
    return word


def _tests(of: str, text: str) -> tuple[Test, ...]:
    return tuple(_test(of, part.strip()) for part in text.split(",") if part.strip())


def _test(of: str, text: str) -> Test:
    match = _TEST.fullmatch(text)
    if match is None:
        raise Bad(f'"{text}" is no condition', "write a property, or property=word, property=one|other, property!=word")
    key = known(match["key"], PROPERTIES[of], f"property of {of}")
    words = tuple(word.strip() for word in (match["words"] or "").split("|") if word.strip())
    return Test(key, words, negated=match["sign"] == "!=")
