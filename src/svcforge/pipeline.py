"""The steps in their order: the one place that knows that reading comes before judging, and judging before writing."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from svcforge.errors import SvcforgeError

if TYPE_CHECKING:
    from svcforge.load import Loaded

STANDARD_INPUT = "-"
BLUEPRINT = "blueprint.yaml"
SCHEMA = "blueprint.schema.json"


def read(source: str) -> Loaded:
    """Read the blueprint that a command names.

    Args:
        source: a file, a folder that holds `blueprint.yaml`, or `-` for standard input.
    """
    from svcforge.load import load_file

    if source == STANDARD_INPUT:
        return _from_standard_input()
    path = Path(source)
    return load_file(path / BLUEPRINT if path.is_dir() else path)


def _from_standard_input() -> Loaded:
    from svcforge.load import load_bytes
    from svcforge.load.files import MAX_BYTES

    return load_bytes(sys.stdin.buffer.read(MAX_BYTES + 1), "<stdin>")


def schema_text() -> str:
    """The JSON Schema of the language, as a file's text."""
    import json

    from svcforge.load.schema import json_schema

    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


STARTER_QUESTIONS = {
    "stack": ("python", "typescript", "java", "dotnet"),
    "broker": ("rabbitmq", "kafka", "nats", "sqs"),
    "mesh": ("none", "istio", "linkerd", "consul"),
}
"""What `init` asks besides the system's name: question -> choices, the default first."""


def system_name(directory: Path) -> str:
    """A system's name made of a folder's name; "shop" where that yields none."""
    import re

    words = re.findall(r"[a-z0-9]+", directory.resolve().name.lower())
    name = "-".join(words).lstrip("0123456789-")[:40].rstrip("-")
    return name or "shop"


def init(directory: Path, answers: Mapping[str, str]) -> list[Path]:
    """Write the starter blueprint with the answers (system, stack, broker, mesh), and its schema.

    Raises SvcforgeError when the system's name is none, or a file is there already.
    """
    import string

    from svcforge.load import load_text
    from svcforge.packs.shelf import templates_folder
    from svcforge.write.fresh import create

    template = string.Template((templates_folder() / "init" / BLUEPRINT).read_text(encoding="utf-8"))
    mesh = "" if answers["mesh"] == "none" else f"\n  mesh: {answers['mesh']}"
    text = template.substitute(answers, mesh=mesh)
    for finding in load_text(text).findings:
        raise SvcforgeError(finding.message, finding.hint or "")
    return create(directory, {BLUEPRINT: text.encode(), SCHEMA: schema_text().encode()})


def init_from(example: str, directory: Path) -> list[Path]:
    """Write an example: its blueprint, the user's code that belongs to it, and the schema.

    Raises SvcforgeError when there is no such example, or a file is there already.
    """
    from svcforge.load.words import choices, nearest
    from svcforge.packs.shelf import blueprints_folder
    from svcforge.write.fresh import create

    folder = blueprints_folder()
    examples = sorted(f.parent.name for f in folder.glob(f"*/{BLUEPRINT}"))
    if example not in examples:
        close = nearest(example, examples)
        hint = f'did you mean "{close}"?' if close else f"the examples are {choices(examples)}"
        raise SvcforgeError(f'there is no example "{example}"', hint)
    root = folder / example
    files = {f.relative_to(root).as_posix(): f.read_bytes() for f in sorted(root.rglob("*")) if f.is_file()}
    return create(directory, {**files, SCHEMA: schema_text().encode()})
