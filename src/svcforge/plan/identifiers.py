"""Names that a stack has taken for itself: what a blueprint calls so is called a little differently in the code.

Only the code's own words change, the names of classes, functions, packages and variables: what stands on the wire,
in a table or in a path is as the blueprint has it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from svcforge.plan.types import Fact
from svcforge.plan.words import OWN, words


class Taken(Protocol):
    """What a stack has taken, by what it would clash with."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Names that modules import or define."""

    @property
    def functions(self) -> tuple[str, ...]:
        """Names that modules with operations in them import or define."""

    @property
    def packages(self) -> tuple[str, ...]:
        """Names that another package would hide, or be hidden by."""

    @property
    def fields(self) -> tuple[str, ...]:
        """Names of parameters, variables and attributes beside those of a blueprint."""


SHAPES = ("entities", "values", "enums", "records", "views")
"""Lists whose elements are classes by their name."""

CLASSED = ("events", "operations", "sagas", "endpoints", "dependencies", "copies")
"""Lists whose elements have a class."""

TYPED = ("enum", "value", "entity", "copy", "record")
"""Kinds of type that name a class."""

MODULES = ("module", "client")
"""Keys that name the module of another service."""

FUNCTIONS = ("operation", "method", "logic", "handler", "file")
"""Keys that name a function."""


def identified(facts: Fact, taken: Taken) -> Fact:
    """The facts of a service or BFF, in which no name of the code is taken already."""
    aliases = {model["alias"]: _alias(model, facts, taken.fields) for model in (*facts["entities"], *facts["copies"])}
    names = _Names(
        {name: f"The{name}" for name in set(_classes(facts)) & set(taken.classes)},
        {name: f"{name}_" for name in set(_functions(facts)) & set(taken.functions)},
        {step["name"]: _word(step["name"]) for saga in facts["sagas"] for step in saga["steps"]},
        dict(_modules(facts, taken, aliases.values())),
    )
    if any(names) or any(old != new for old, new in aliases.items()):
        facts = {key: value if key in OWN else names.walked(value, key) for key, value in facts.items()}
        for key in ("entities", "copies"):
            facts[key] = [model | {"alias": aliases[model["alias"]]} for model in facts[key]]
    return facts | {"package": f"{facts['package']}_"} if facts["package"] in taken.packages else facts


def _classes(facts: Fact) -> Iterator[str]:
    """The classes of the service's own modules and of those about others."""
    for part in (facts, *facts["publishers"], *facts["dependencies"]):
        for key in SHAPES:
            yield from (element["name"] for element in part.get(key, ()))
        for key in CLASSED:
            yield from (element["class"] for element in part.get(key, ()) if element.get("class"))
    yield from (copy["name"] for copy in facts["copies"])


def _functions(facts: Fact) -> Iterator[str]:
    for part in (facts, *facts["dependencies"]):
        for operation in part["operations"]:
            yield operation["name"]
            yield operation.get("method") or operation["name"]


def _modules(facts: Fact, taken: Taken, aliases: Collection[str]) -> Iterator[tuple[str, str]]:
    """The modules of others that would hide, or be hidden by, something where they are imported."""
    functions = {fact["name"] for fact in (*facts["operations"], *facts["endpoints"])}
    functions |= {f"{name}_" for name in functions & set(taken.functions)}
    found = set(words(facts))
    known = {*taken.functions, *taken.fields, *functions, *found, *(f"{word}_" for word in found & set(taken.fields))}
    known |= {*aliases}
    for part in (*facts["publishers"], *facts["dependencies"]):
        name = part["package"]
        while name in known:
            name += "_"
        if name != part["package"]:
            yield part["package"], name


def _word(step: str) -> str:
    """A step's name as an identifier: of two steps with one operation, one is called `service.operation`."""
    return step.replace(".", "_").replace("-", "_")


def _alias(model: Fact, facts: Fact, taken: Collection[str]) -> str:
    """What a row is called in a function: not as one of its fields, which come in as parameters."""
    alias: str = model["alias"]
    found = {i["name"] for o in facts["operations"] if o["entity"] == model["name"] for i in o["inputs"]}
    found |= {field["name"] for field in model["fields"]}
    known = {*taken, *found, *(f"{word}_" for word in found if word in taken)}
    while alias in known:
        alias += "_"
    return alias


@dataclass(frozen=True, slots=True)
class _Names:
    """The names that change: what they are called by the blueprint -> in the code."""

    classes: Mapping[str, str]
    functions: Mapping[str, str]
    steps: Mapping[str, str]
    modules: Mapping[str, str]

    def __iter__(self) -> Iterator[bool]:
        steps = any(old != new for old, new in self.steps.items())
        yield from (bool(self.classes), bool(self.functions), steps, bool(self.modules))

    def walked(self, node: Any, under: str) -> Any:
        """A fact and all below it; `under` is the key that it, or the list that it is in, stands at."""
        if isinstance(node, list):
            return [self.walked(item, under) for item in node]
        if isinstance(node, dict):
            return {key: self._value(node, key, value, under) for key, value in node.items()}
        return node

    def _value(self, node: Fact, key: str, value: Any, under: str) -> Any:
        if key in OWN:
            return value
        if not isinstance(value, str):
            return self.walked(value, key)
        if key in ("class", "entity") or (
            key == "name" and (under in (*SHAPES, "copies") or node.get("kind") in TYPED)
        ):
            return self.classes.get(value, value)
        if key in MODULES or (key == "package" and under in ("publishers", "dependencies")):
            return self.modules.get(value, value)
        if key in FUNCTIONS or (key == "name" and under == "operations"):
            return self.functions.get(value, value)
        if (key == "name" and under == "steps") or (key == "of" and node.get("from") in ("answer", "given")):
            return self.steps.get(value, value)
        return value
