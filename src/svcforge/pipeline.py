"""The steps in their order: the one place that knows that reading comes before judging, and judging before writing."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from svcforge.load import Loaded

STANDARD_INPUT = "-"


def read(source: str) -> Loaded:
    """Read the blueprint that a command names.

    Args:
        source: a file, a folder that holds `blueprint.yaml`, or `-` for standard input.
    """
    from svcforge.load import load_file

    if source == STANDARD_INPUT:
        return _from_standard_input()
    path = Path(source)
    return load_file(path / "blueprint.yaml" if path.is_dir() else path)


def _from_standard_input() -> Loaded:
    from svcforge.load import load_bytes
    from svcforge.load.files import MAX_BYTES

    return load_bytes(sys.stdin.buffer.read(MAX_BYTES + 1), "<stdin>")


def schema_text() -> str:
    """The JSON Schema of the language, as a file's text."""
    import json

    from svcforge.load.schema import json_schema

    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"
