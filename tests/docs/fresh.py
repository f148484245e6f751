"""The parts of the documents that are made from the code: `make fmt` writes them, a test compares."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from svcforge import pipeline
from svcforge.cli.verbs import VERBS
from svcforge.load.schema import json_schema
from svcforge.packs.shelf import bundled
from svcforge.pipeline import drawing
from svcforge.plan.abilities import ABILITIES
from svcforge.report.formats import FORMATS

ROOT = Path(__file__).parents[2]


def rules() -> str:
    """The rules, by code."""
    head = ("code", "name", "severity", "from profile", "finds")
    return table(
        head,
        (
            (e.rule.code, f"`{e.rule.name}`", str(e.rule.severity), str(e.rule.profile), e.summary)
            for e in pipeline.rules()
        ),
    )


def verbs() -> str:
    """The verbs with their one-line helps."""
    return table(("verb", "does"), ((f"`svcforge {v.name}`", v.help) for v in VERBS))


def formats() -> str:
    """The formats of findings, with the first lines of their modules."""
    documents = ((name, import_module(write.__module__).__doc__ or "") for name, write in FORMATS.items())
    return table(("format", "is"), ((f"`{name}`", text.partition("\n")[0]) for name, text in documents))


def packs() -> str:
    """The packs with what they can do."""
    return table(
        ("pack", "kind", "made for each", "can"),
        (
            (f"`{pack.card.pack}`", kind, pack.card.unit, ", ".join(pack.card.can) or "-")
            for (kind, _), pack in sorted(bundled().packs.items(), key=lambda item: (item[0][0] != "stack", item[0][1]))
        ),
    )


def abilities() -> str:
    """What stacks are asked for, and by what."""
    return table(("ability", "asked for by"), ((f"`{name}`", asked) for name, asked in ABILITIES.items()))


def keys() -> str:
    """Every element of the language with its keys."""
    schema = json_schema()
    elements = {"The blueprint": schema, **{n.removesuffix("Doc"): d for n, d in sorted(schema["$defs"].items())}}
    return "\n".join(_element(name, element) for name, element in elements.items())


def _element(name: str, element: dict[str, Any]) -> str:
    needed = element.get("required", ())
    rows = (
        (f"`{key}`" + (" (required)" if key in needed else ""), _shape(value), value.get("description", ""))
        for key, value in element["properties"].items()
    )
    return f"### {name}\n\n{element.get('description', '')}\n\n{table(('key', 'value', 'about'), rows)}"


def _shape(value: dict[str, Any]) -> str:
    """A value in words: what a user writes there."""
    if "$ref" in value:
        name = value["$ref"].rpartition("/")[2].removesuffix("Doc")
        return f"[{name}](#{name.lower()})"
    if "enum" in value:
        return ", ".join(f"`{word}`" for word in value["enum"])
    if "const" in value:
        return f"`{value['const']}`"
    options = value.get("oneOf") or value.get("anyOf")
    if options:
        return " or ".join(dict.fromkeys(_shape(option) for option in options))
    kind = value.get("type")
    if kind == "array":
        return f"list of {_shape(value.get('items', {}))}"
    if kind == "object":
        inner = value.get("additionalProperties")
        return f"name: {_shape(inner)}" if isinstance(inner, dict) else "mapping"
    told = value.get("examples") or value.get("suggested")
    named = {"string": "text", "boolean": "`true`, `false`", "integer": "number", "number": "number", None: "anything"}
    word = named.get(kind, str(kind)) if not isinstance(kind, list) else " or ".join(named.get(k, k) for k in kind)
    return f"{word}, like {', '.join(f'`{t}`' for t in told)}" if told else word


def table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> str:
    """A Markdown table."""
    lines = [list(head), *map(list, rows)]
    lines.insert(1, ["---"] * len(lines[0]))
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


PARTS: dict[str, dict[str, Callable[[], str]]] = {
    "README.md": {"rules": rules, "verbs": verbs, "formats": formats, "packs": packs},
    "docs/blueprint.md": {"keys": keys},
    "docs/packs.md": {"abilities": abilities},
}
"""Document -> the name of a part, between `<!-- begin: name -->` and `<!-- end: name -->`, and what makes it."""


def filled(document: str) -> str:
    """The text of a document with its parts made anew."""
    text = (ROOT / document).read_text(encoding="utf-8")
    for name, made in PARTS[document].items():
        begin, end = f"<!-- begin: {name}, by tests/docs/fresh.py -->\n", f"<!-- end: {name} -->"
        before, found, rest = text.partition(begin)
        _, closed, after = rest.partition(end)
        assert (found, closed) == (begin, end), f'{document} has no place for "{name}"'
        text = f"{before}{begin}\n{made()}\n{end}{after}"
    return text


def picture() -> str:
    """The shop, drawn by svcforge."""
    drawn = drawing.graph(str(ROOT / "blueprints" / "shop"), view="services", format="svg")
    assert drawn.text is not None
    return drawn.text


if __name__ == "__main__":
    for name in PARTS:
        (ROOT / name).write_text(filled(name), encoding="utf-8")
    (ROOT / "docs" / "shop.svg").write_text(picture(), encoding="utf-8")
