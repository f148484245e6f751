"""The manual page of a rule: the sections of its module's docstring, and the examples in them."""

from __future__ import annotations

import re
from collections.abc import Mapping

HEADINGS = ("What it does", "Why is this bad?", "Example", "Use instead", "Options", "References", "Also known as")
"""The sections of every page, in this order."""

_HEADING = re.compile(r"^## (.+)$", re.MULTILINE)
_YAML = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def sections(page: str) -> Mapping[str, str]:
    """The text under each heading."""
    parts = _HEADING.split(page)
    return {heading: text.strip() for heading, text in zip(parts[1::2], parts[2::2], strict=True)}


def example(page: str, heading: str) -> str:
    """The blueprint under a heading: "Example" fires, "Use instead" is silent."""
    found = _YAML.search(sections(page)[heading] + "\n")
    return found[1] if found else ""
