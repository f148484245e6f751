"""The words of a blueprint (fields, inputs, parts, answers of calls) as a stack's language can say them.

A word that the stack has taken gets a `_` at its end, which no name of a blueprint has: whoever has the word in the
code knows the word on the wire.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from svcforge.plan.types import Fact

OWN = ("openapi", "asyncapi", "schema", "migrations", "example", "environment", "catalog")
"""Facts that are documents and data: no code is named after what is in them."""

DATA = ("value", "default", "fallback")
"""Keys of literals: what is in them goes over the wire as it is."""

CALLED = (
    *("fields", "inputs", "gives", "create", "change", "output", "keep", "set", "path", "parts", "state", "settings"),
)
"""Lists whose elements have a word for a name."""

LISTS = ("filters", "patch", "after", "parameters")
"""Lists of words."""

KEYS = ("field", "input", "upsert", "expect", "find", "subject")
"""Keys at which a word stands."""

OTHERS = ("token", "literal")
"""Origins of values whose name is none of the blueprint's: a claim is called as the token has it."""


def said(facts: Fact, taken: Collection[str]) -> dict[str, str]:
    """The words of a service or BFF that its code says otherwise."""
    gathered = {f"{part['name']}_part" for endpoint in facts["endpoints"] for part in endpoint["parts"]}
    return {word: f"{word}_" for word in sorted(set(words(facts)) & {*taken, *gathered})}


def worded(facts: Fact, otherwise: dict[str, str], taken: Collection[str]) -> Fact | None:
    """The facts of a service or BFF with every word as its code says it; None when all are as they were."""
    answers = [_answers(operation, facts, taken) for operation in facts["operations"]]
    if not otherwise and not any(answers):
        return None
    walk = _Walk(otherwise)
    code: Fact = {key: value if key in OWN else walk.value(key, value, "") for key, value in facts.items()}
    for at, renamed in enumerate(answers):
        if renamed:
            code["operations"][at] = _Answers(renamed).walked(code["operations"][at])
    return code


def words(facts: Fact) -> Iterator[str]:
    """Every word of a service or BFF and of what it knows of others."""
    for part in (facts, *facts["publishers"], *facts["dependencies"]):
        for key in ("entities", "copies", "values", "views", "records", "events"):
            for shape in part.get(key, ()):
                yield from (field["name"] for field in shape["fields"])
        for operation in part.get("operations", ()):
            yield from (given["name"] for given in operation["inputs"])
    yield from (copy["key"] for copy in facts["copies"])
    yield from (setting["name"] for setting in facts["settings"])
    for endpoint in facts["endpoints"]:
        yield from (word["name"] for word in (*endpoint["inputs"], *endpoint["parts"]))


def _answers(operation: Fact, facts: Fact, taken: Collection[str]) -> dict[str, str]:
    """The answers of calls that cannot be called as the operations that gave them."""
    models = {model["name"]: model["alias"] for model in (*facts["entities"], *facts["copies"])}
    inputs = [given["name"] for given in operation["inputs"]]
    known = {*taken, *inputs, *(f"{word}_" for word in inputs if word in taken), models.get(operation["entity"])}
    found: dict[str, str] = {}
    for call in operation["calls"]:
        name = call["as"].replace(".", "_").replace("-", "_")  # of two with one operation, one is `service.operation`
        while name in known:
            name += "_"
        if name != call["as"]:
            found[call["as"]] = name
    return found


@dataclass(frozen=True, slots=True)
class _Walk:
    """Facts with other words."""

    words: dict[str, str]

    def value(self, key: str, value: Any, under: str) -> Any:
        """What stands at a key; `under` is the key of the list or fact that has it."""
        if key in OWN or key in DATA:
            return value
        if isinstance(value, dict):
            return self._fact(value, key)
        if isinstance(value, list):
            return [self._element(item, key) for item in value]
        if not isinstance(value, str) or not (key in KEYS or (key == "key" and under == "copies")):
            return value
        return self.words.get(value, value)

    def _element(self, item: Any, under: str) -> Any:
        if isinstance(item, dict):
            return self._fact(item, under)
        if isinstance(item, list):
            return [self._element(inner, under) for inner in item]
        return self.words.get(item, item) if under in LISTS else item

    def _fact(self, fact: Fact, under: str) -> Fact:
        if under == "source" and fact["from"] in OTHERS:
            return fact
        found = {key: self.value(key, value, under) for key, value in fact.items()}
        if under in (*CALLED, "source") and fact["name"] is not None:
            found["name"] = self.words.get(fact["name"], fact["name"])
        if under == "source" and fact["from"] == "part":
            found["of"] = self.words.get(fact["of"], fact["of"])
        return found


@dataclass(frozen=True, slots=True)
class _Answers:
    """An operation whose calls' answers have other names."""

    names: dict[str, str]

    def walked(self, node: Any) -> Any:
        """The operation, or anything below it."""
        if isinstance(node, list):
            return [self.walked(item) for item in node]
        if not isinstance(node, dict):
            return node
        found = {key: value if key in (*OWN, *DATA) else self.walked(value) for key, value in node.items()}
        if "as" in found:
            found["as"] = self.names.get(found["as"], found["as"])
        if found.get("from") == "answer":
            found["of"] = self.names.get(found["of"], found["of"])
        return found
