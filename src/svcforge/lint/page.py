"""The manual page of a rule: the sections of its module's docstring, and the examples in them."""

from __future__ import annotations

import re
from collections.abc import Mapping

HEADINGS = ("What it does", "Why is this bad?", "Example", "Use instead", "Options", "References", "Also known as")
"""The sections of every page, in this order."""

BEFORE = "yaml before.yaml"
"""How the block of an older version begins."""

_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_BLOCK = re.compile(r"^```([\w ./-]+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def sections(page: str) -> Mapping[str, str]:
    """The text under each heading."""
    parts = _HEADING.split(page)
    return {heading: text.strip() for heading, text in zip(parts[1::2], parts[2::2], strict=True)}


def example(page: str, heading: str, language: str = "yaml") -> str:
    """The blueprint under a heading: "Example" fires, "Use instead" is silent.

    In `json` it is the baseline that goes with it, in `BEFORE` the older version that it is compared with.
    """
    found = _BLOCK.findall(sections(page)[heading] + "\n")
    return next((text for of, text in found if of == language), "")
