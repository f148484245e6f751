"""The parts of the documents that are made from the code: `make fmt` writes them, a test compares."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

from tests.accuracy.report import kept, tables

from svcforge import pipeline
from svcforge.adopt.kinds import STEREOTYPES, TABLE
from svcforge.adopt.system import Kind
from svcforge.cli.verbs import VERBS
from svcforge.lint.catalogue import Entry
from svcforge.lint.rule import FAMILIES
from svcforge.load.schema import json_schema
from svcforge.model.custom import PROPERTIES
from svcforge.packs.shelf import bundled
from svcforge.pipeline import drawing
from svcforge.plan.abilities import ABILITIES
from svcforge.report.formats import FORMATS

ROOT = Path(__file__).parents[2]


def rules() -> str:
    """The rules, by code."""
    return table(("code", "name", "severity", "from profile", "finds"), (rule_row(e, "docs/rules/") for e in ours()))


def ours() -> list[Entry]:
    """The rules that come with svcforge: not those of packages that happen to be installed here."""
    return [entry for entry in pipeline.rules() if entry.rule.code.startswith("SF")]


def rule_row(entry: Entry, folder: str) -> tuple[str, ...]:
    """A rule in a table, its code a link to its page in a folder."""
    rule = entry.rule
    link = f"[{rule.code}]({folder}{rule.code}.md)"
    return link, f"`{rule.name}`", str(rule.severity), str(rule.profile), entry.summary


RULES = "docs/rules"
"""The folder of the rules' pages, which holds nothing else."""


def rule_pages() -> dict[str, str]:
    """The manual as a folder: a page a rule by its code, and `README.md`, which lists them by family."""
    entries = ours()
    return {"README.md": _rule_index(entries)} | {f"{e.rule.code}.md": _rule_page(e) for e in entries}


def _rule_page(entry: Entry) -> str:
    rule = entry.rule
    record = ((rule.family, str(rule.severity), str(rule.profile), str(rule.fix), rule.since, str(rule.status)),)
    made = table(("family", "severity", "from profile", "fix", "since", "status"), record)
    return f"# {rule.code} {rule.name}\n\n{made}\n{entry.page}\n"


def _rule_index(entries: Iterable[Entry]) -> str:
    found = list(entries)
    parts = [RULES_HEAD.strip()]
    for family in FAMILIES:
        rows = [(*rule_row(e, "")[:-1], str(e.rule.fix), e.summary) for e in found if e.rule.family == family]
        if rows:
            head = table(("code", "name", "severity", "from profile", "fix", "finds"), rows)
            parts.append(f"## {family.capitalize()}\n\n{head.rstrip()}")
    names = sorted((alias, e.rule.code) for e in found for alias in e.rule.aliases)
    other = table(("name", "rule"), ((f"`{alias}`", f"[{code}]({code}.md)") for alias, code in names))
    parts.append(f"## Other names\n\nAs the literature calls them; svcforge takes these too.\n\n{other.rstrip()}")
    return "\n\n".join(parts) + "\n"


RULES_HEAD = """
# The rules

A page each, as `svcforge explain RULE` prints it: what it does, why it is bad, an example that fires and the same one
mended, the refactorings that mend a system of it, its options with their defaults and reasons, and the literature.
`make fmt` writes these pages from the rules' docstrings, and both examples of each are tests.

A profile holds the rules of those before it: `minimal`, `recommended` (the default), `production`. A fix is `safe`, or
`unsafe` where it writes a value that a person must confirm. A severity may depend on what is found.

The share behind a refactoring is its weight: how often the literature advises it among all that it advises for the
smell (D. Neri, J. Soldani, O. Zimmermann, A. Brogi: Design principles, architectural smells and refactorings for
microservices, 2020, who counted seven smells in 41 studies). The first one listed is what a finding's help asks for.
"""


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


def kinds() -> str:
    """What the import makes of images and names."""
    rows = (
        (
            f"store, {row.engine}"
            if row.kind is Kind.STORE
            else f"broker, {row.engine}"
            if row.kind is Kind.BROKER
            else row.role or "service",
            ", ".join(
                f"`{word.lstrip('=')}`" + (" (the whole name)" if word.startswith("=") else "") for word in row.words
            ),
            ", ".join(f"`{place}`" for place in row.fills),
        )
        for row in TABLE
    )
    return table(("is", "when its image or name has", "fills in `platform`"), rows)


def stereotypes() -> str:
    """What the import makes of stereotypes."""
    rows = (
        (
            f"`{word}`",
            row.kind.value if row.kind is not Kind.SERVICE else row.role or "service",
            ", ".join(f"`{place}`" for place in row.fills),
        )
        for word, row in STEREOTYPES.items()
    )
    return table(("stereotype", "is", "fills in `platform`"), rows)


def accuracy() -> str:
    """How the linter agrees with other people's verdicts: the figures that `make accuracy` kept."""
    return tables(kept())


def properties() -> str:
    """What custom rules may say of what."""
    return table(
        ("kind", "properties"),
        ((f"`{kind}`", ", ".join(f"`{key}`" for key in keys)) for kind, keys in PROPERTIES.items()),
    )


PARTS: dict[str, dict[str, Callable[[], str]]] = {
    "README.md": {"rules": rules, "verbs": verbs, "formats": formats, "accuracy": accuracy, "packs": packs},
    "docs/blueprint.md": {"keys": keys},
    "docs/custom-rules.md": {"properties": properties},
    "docs/packs.md": {"abilities": abilities},
    "docs/import.md": {"kinds": kinds, "stereotypes": stereotypes},
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


def write_rule_pages() -> None:
    """Write the folder of the rules' pages, and remove those of rules that are no more."""
    pages = rule_pages()
    folder = ROOT / RULES
    folder.mkdir(exist_ok=True)
    for file in folder.iterdir():
        if file.name not in pages:
            file.unlink()
    for name, text in pages.items():
        (folder / name).write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write_rule_pages()
    for name in PARTS:
        (ROOT / name).write_text(filled(name), encoding="utf-8")
    (ROOT / "docs" / "shop.svg").write_text(picture(), encoding="utf-8")
