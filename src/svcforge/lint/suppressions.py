"""Suppressions: the comments and the entries of `lint.ignore`, what they cover, and what became of each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from svcforge.lint import catalogue, ignores
from svcforge.lint.catalogue import Entry
from svcforge.lint.context import Indexes
from svcforge.lint.rule import Violation
from svcforge.lint.upkeep import Suppression, WithFate, Word
from svcforge.model.elements import Ignore
from svcforge.source.comments import Comment
from svcforge.source.place import Span

_GRAMMAR = re.compile(
    r"#\s*svcforge:\s*ignore\[(?P<words>[^\[\]]+)\](?:\s+until\s+(?P<until>\d{4}-\d{2}-\d{2}))?(?:\s*:\s*(?P<reason>.*))?"
)


def of_entry(ignore: Ignore, codes: frozenset[str]) -> Suppression:
    """An entry of `lint.ignore`, whose rule stands for these codes."""
    word = Word(ignore.rule, codes)
    return Suppression(
        words=(word,), at=ignore.at, until=ignore.until, reason=ignore.reason, path=ignore.path,
        readable=_is_date(ignore.until),
    )  # fmt: skip


def of_comment(comment: Comment, own: Mapping[str, Entry] = catalogue.NO_MORE) -> Suppression:
    """A comment, which may name the blueprint's own rules; one that does not keep to the grammar suppresses nothing."""
    match = _GRAMMAR.fullmatch(comment.text)
    if match is None or not _is_date(match["until"]):
        return Suppression(words=(), comment=comment, readable=False)
    names = [name.strip() for name in match["words"].split(",")]
    words = tuple(_word(name, own) for name in names if name)
    return Suppression(
        words=words, until=match["until"], reason=(match["reason"] or "").strip() or None, comment=comment,
        readable=bool(words),
    )  # fmt: skip


class Ledger:
    """The suppressions of one run, and which of them covered something."""

    def __init__(self, suppressions: Iterable[Suppression], today: date) -> None:
        self.suppressions = tuple(suppressions)
        self.today = today
        self._used: set[tuple[int, str]] = set()
        self._entries: dict[str, list[int]] = {}
        self._lines: dict[tuple[str, int], list[int]] = {}
        for number, one in enumerate(self.suppressions):
            if not self._in_force(one):
                continue
            if one.comment:
                self._lines.setdefault((one.comment.span.file, one.comment.line), []).append(number)
            for code in one.codes if not one.comment else ():
                self._entries.setdefault(code, []).append(number)

    def covers(self, code: str, violation: Violation, span: Span | None, indexes: Indexes) -> bool:
        """Whether a suppression covers what a rule found; all that do are marked as used."""
        found = [
            number
            for number in self._entries.get(code, ())
            if ignores.covers(self.suppressions[number].at, violation, indexes)
        ]
        if self._lines and span is not None:
            on_line = self._lines.get((span.file, span.line), ())
            found += [number for number in on_line if code in self.suppressions[number].codes]
        self._used.update((number, code) for number in found)
        return bool(found)

    def fates(self, enabled: frozenset[str]) -> Iterator[WithFate]:
        """Each suppression with what became of it in a run of the enabled rules.

        A word is unused when all its rules were enabled and it covered nothing.
        """
        for number, one in enumerate(self.suppressions):
            unused = tuple(
                word
                for word in one.words
                if self._in_force(one)
                and word.codes
                and word.codes <= enabled
                and not any((number, code) in self._used or code.startswith("SF9") for code in word.codes)
            )
            yield WithFate(one, unused, ended=one.readable and not self._in_force(one))

    def _in_force(self, one: Suppression) -> bool:
        return one.readable and (one.until is None or self.today.isoformat() <= one.until)


def _word(name: str, own: Mapping[str, Entry]) -> Word:
    codes = catalogue.selected(name, own)
    return Word(name, codes) if codes else Word(name, frozenset(), catalogue.nearest(name, more=own))


def _is_date(text: str | None) -> bool:
    try:
        return text is None or date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False
