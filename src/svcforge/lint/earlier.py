"""The version that a blueprint is compared with, and what in it no longer holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from svcforge.lint.rule import Violation
from svcforge.model.blueprint import Blueprint
from svcforge.source.finding import Path, Related, Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Break:
    """What is no longer as others rely on it.

    `path` is the element, or what held it where it is gone; `before` its place in the older version, where it `was`
    otherwise; `about` the names that a suppression may use. `member` is the input or the field of an answer that is no
    longer as it was, where it is about one.
    """

    path: Path
    before: Path
    message: str
    was: str
    hint: str
    about: tuple[str, ...] = ()
    member: str = ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """An older version of the blueprint: what the user calls it, where its paths stand, and what was found in it.

    `counts` are the findings by rule and subject, as a baseline counts them.
    """

    name: str
    blueprint: Blueprint
    locate: Callable[[Path, bool], Span | None]
    counts: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def violation(self, broken: Break) -> Violation:
        """A break as a rule tells it, with the place in both versions."""
        before = Related(broken.before, f'{broken.was} in "{self.name}"', self.locate(broken.before, False))
        return Violation(
            path=broken.path, message=broken.message, hint=broken.hint, related=(before,), about=broken.about
        )
