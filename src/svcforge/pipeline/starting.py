"""What `init` does: a first blueprint, or an example, with the schema that editors complete from."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from svcforge.errors import SvcforgeError
from svcforge.pipeline import BLUEPRINT

SCHEMA = "blueprint.schema.json"


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


def examples() -> list[str]:
    """The names of the examples that `init --from` takes."""
    from svcforge.packs.shelf import blueprints_folder

    return sorted(file.parent.name for file in blueprints_folder().glob(f"*/{BLUEPRINT}"))


def init_from(example: str, directory: Path) -> list[Path]:
    """Write an example: its blueprint, the user's code that belongs to it, and the schema.

    Raises SvcforgeError when there is no such example, or a file is there already.
    """
    from svcforge.load.words import choices, nearest
    from svcforge.packs.shelf import blueprints_folder
    from svcforge.write.fresh import create

    offered = examples()
    if example not in offered:
        close = nearest(example, offered)
        hint = f'did you mean "{close}"?' if close else f"the examples are {choices(offered)}"
        raise SvcforgeError(f'there is no example "{example}"', hint)
    root = blueprints_folder() / example
    files = {f.relative_to(root).as_posix(): f.read_bytes() for f in sorted(root.rglob("*")) if f.is_file()}
    return create(directory, {**files, SCHEMA: schema_text().encode()})
