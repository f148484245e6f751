"""What `import` does: sources to a blueprint that can be read, with the rules left out that the sources cannot answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Imported:
    """A first blueprint as text, and what could not be read or is not sure, a sentence each."""

    text: str
    notes: tuple[str, ...]


def imported(sources: Sequence[str]) -> Imported:
    """Describe the system that files and folders tell of.

    Raises SvcforgeError for a source that is not there or says nothing of a system.
    """
    from svcforge.pipeline import without_collector

    with without_collector():
        return _imported(sources)


def _imported(sources: Sequence[str]) -> Imported:
    from svcforge.adopt.imported import system
    from svcforge.adopt.silence import Ignored, ignorable
    from svcforge.adopt.wording import clean
    from svcforge.adopt.written import Draft

    found = system(sources)
    draft = Draft(found)
    ignored: list[Ignored] = []
    if candidates := ignorable(found):
        # Only a rule that would speak is left out: an entry that does nothing is a finding of its own.
        speaking = _speaking(draft.text(), {each.rule for each in candidates})
        ignored = [each for each in candidates if each.rule in speaking]
    return Imported(draft.text(ignored), tuple(clean(str(note)) for note in found.notes))


def _speaking(text: str, rules: set[str]) -> set[str]:
    """The rules of those that have something to say about a blueprint."""
    from svcforge.lint import catalogue
    from svcforge.lint.settings import Choices
    from svcforge.load import load_text
    from svcforge.pipeline import judged

    known = tuple(sorted(rules.intersection(catalogue.entries())))
    linted = judged(load_text(text), Choices(select=known))
    return {finding.code for finding in linted.report.findings}
