"""What each hole of a structured template is, decided when the template is compiled."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import PurePosixPath

from jinja2 import nodes

from svcforge.render.holes.json import JsonScanner
from svcforge.render.holes.toml import TomlScanner
from svcforge.render.holes.walk import Scanner, bound
from svcforge.render.holes.yaml import YamlScanner

TAG = re.compile("{%.*?%}")

SCANNERS: dict[str, Callable[[], Scanner]] = {
    ".yaml": YamlScanner,
    ".yml": YamlScanner,
    ".json": JsonScanner,
    ".toml": TomlScanner,
}
"""The structured formats, by the ending of the file that is rendered."""


def bind(tree: nodes.Template, name: str, suffix: str) -> nodes.Template:
    """The template with every hole printing one literal, if it renders a structured file; else as it is.

    Raises jinja2.TemplateSyntaxError where a hole's place cannot be told or no literal can stand.
    """
    # A name may be one on a condition: `{% if it.is %}routes.yaml{% endif %}.jinja`.
    ending = PurePosixPath(TAG.sub("", name.removesuffix(suffix))).suffix
    scanner = SCANNERS.get(ending)
    return bound(tree, scanner(), name) if scanner else tree
