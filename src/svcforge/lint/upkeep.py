"""What the rules about the linter's own upkeep look at: suppressions and the baseline after all others have run."""

from __future__ import annotations

from dataclasses import dataclass

from svcforge.source.comments import Comment
from svcforge.source.place import Path, Span


@dataclass(frozen=True, slots=True)
class Word:
    """What a suppression names: a rule or several, by the codes that it stands for.

    There are none when no rule is called so; `near` is the name of one that is much like it.
    """

    text: str
    codes: frozenset[str]
    near: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Suppression:
    """A comment, or the entry of `lint.ignore` at a path; `until` is a day (ISO), the last on which it holds.

    One that is not `readable` does not keep to the grammar, and suppresses nothing.
    """

    words: tuple[Word, ...]
    at: str | None = None
    until: str | None = None
    reason: str | None = None
    path: Path = ()
    comment: Comment | None = None
    readable: bool = True

    @property
    def codes(self) -> frozenset[str]:
        """The rules that it suppresses."""
        return frozenset(code for word in self.words for code in word.codes)

    @property
    def span(self) -> Span | None:
        """Where a comment stands; None for an entry, whose path says it."""
        return self.comment.span if self.comment else None

    def bracket(self) -> Span | None:
        """Where the words of a comment stand, without the brackets around them."""
        if self.comment is None:
            return None
        span, text = self.comment.span, self.comment.text
        start, end = text.index("[") + 1, text.index("]")
        return Span(span.file, span.line, span.column + start, span.line, span.column + end)


@dataclass(frozen=True, slots=True)
class WithFate:
    """A suppression after a run: which of its words covered nothing though their rules ran, and whether it has ended."""

    suppression: Suppression
    unused: tuple[Word, ...]
    ended: bool


@dataclass(frozen=True, slots=True)
class Stale:
    """An entry of the baseline that counts more than was found."""

    file: str
    rule: str
    subject: str
    counted: int
    found: int


@dataclass(frozen=True, slots=True)
class Upkeep:
    """What is left when all other rules have run; `strict` when a stale baseline is an error."""

    suppressions: tuple[WithFate, ...] = ()
    stale: tuple[Stale, ...] = ()
    strict: bool = False
