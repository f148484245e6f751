"""The manual page of a rule: the sections of its module's docstring, and what is read off them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

HEADINGS = (
    "What it does", "Why is this bad?", "Example", "Use instead", "Refactorings", "Options", "References", "Also known as",
)  # fmt: skip
"""The sections of every page, in this order."""

BEFORE = "yaml before.yaml"
"""How the block of an older version begins."""

_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_BLOCK = re.compile(r"^```([\w ./-]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_WEIGHT = re.compile(r"^(.*) \((\d+)%\)$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Refactoring:
    """A way to mend what a rule finds; `weight` is its share in percent of what the literature advises for the smell.

    (Neri, Soldani, Zimmermann, Brogi 2020: occurrences of a refactoring among those of all for the same smell, in 41
    studies. Other smells were not counted there, and have none.)
    """

    name: str
    weight: int | None


def sections(page: str) -> Mapping[str, str]:
    """The text under each heading."""
    parts = _HEADING.split(page)
    return {heading: text.strip() for heading, text in zip(parts[1::2], parts[2::2], strict=True)}


def example(page: str, heading: str, language: str = "yaml") -> str:
    """The blueprint under a heading: "Example" fires, "Use instead" is silent; empty where there is none.

    In `json` it is the baseline that goes with it, in `BEFORE` the older version that it is compared with.
    """
    found = _BLOCK.findall(sections(page).get(heading, "") + "\n")
    return next((text for of, text in found if of == language), "")


def listed(page: str, heading: str) -> Iterator[str]:
    """The entries of the list under a heading, each on one line; none of a page without the heading."""
    for entry in re.split(r"^- ", sections(page).get(heading, ""), flags=re.MULTILINE)[1:]:
        yield " ".join(entry.partition("\n\n")[0].split())


def refactorings(page: str) -> tuple[Refactoring, ...]:
    """The ways to mend what the rule finds, the first one first."""
    found = ((entry, _WEIGHT.match(entry)) for entry in listed(page, "Refactorings"))
    return tuple(Refactoring(w[1], int(w[2])) if w else Refactoring(entry, None) for entry, w in found)
