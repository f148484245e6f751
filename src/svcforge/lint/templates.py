"""The templates of custom rules: what each finds in a blueprint."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from svcforge.lint.rule import Violation
from svcforge.lint.selecting import fits, passes, selected
from svcforge.lint.things import Thing, Things
from svcforge.lint.wording import quoted
from svcforge.model.custom import (
    CustomRule,
    ForbiddenEdge,
    Independence,
    Layers,
    MaxDegree,
    Quantified,
    RequiredField,
    Selector,
    Test,
)
from svcforge.model.edges import Edge
from svcforge.source.finding import Related

RELATED_AT_MOST = 20
"""Edges that a finding about a number of them lists."""


@dataclass
class Applied:
    """A custom rule in a blueprint."""

    rule: CustomRule
    things: Things

    def violations(self) -> Iterator[Violation]:
        """What the rule's template finds."""
        match self.rule.template:
            case ForbiddenEdge() as template:
                return _forbidden(self, template)
            case RequiredField() as template:
                return _required(self, template)
            case Layers() as template:
                return _layers(self, template)
            case Independence() as template:
                return _independence(self, template)
            case MaxDegree() as template:
                return _degree(self, template)
            case Quantified() as template:
                return _quantified(self, template)

    @cached_property
    def hint(self) -> str:
        """What to do about any of its findings."""
        return f'do without it, or ask for something else in "lint.custom.{self.rule.name}"'

    def found(self, message: str, thing: Thing | Edge, *related: Related) -> Violation:
        """A finding at a thing or an edge, with the rule's own words behind what was found."""
        said = f"{message}: {self.rule.message}" if self.rule.message else message
        return Violation(path=thing.path, message=said, hint=self.hint, related=related)

    def edges(self, by: str) -> Iterator[Edge]:
        """The edges of a manner between two nodes."""
        for edge in self.things.indexes.edges:
            if edge.source != edge.target and (by == "any" or edge.sync is (by == "call")):
                yield edge

    def members(self, selector: Selector) -> frozenset[str]:
        """The nodes that a selector means."""
        return selected(self.things, selector)


def _witness(edge: Edge) -> str:
    """An edge in words."""
    verb = "calls" if edge.sync else "listens to"
    what = edge.operation if edge.sync else edge.event
    return f'"{edge.source}" {verb} "{edge.target}{f".{what}" if what else ""}"'


def _forbidden(applied: Applied, template: ForbiddenEdge) -> Iterator[Violation]:
    sources, targets = applied.members(template.source), applied.members(template.target)
    for edge in applied.edges(template.by):
        if edge.source in sources and edge.target in targets:
            yield applied.found(f"{_witness(edge)}, which is forbidden", edge)


def _required(applied: Applied, template: RequiredField) -> Iterator[Violation]:
    for thing in applied.things.of(template.of):
        if fits(thing, template.that):
            missing = [key for key in template.fields if not thing.has(key)]
            if missing:
                yield applied.found(f"{thing.label} has no {quoted(missing)}", thing)


def _layers(applied: Applied, template: Layers) -> Iterator[Violation]:
    level: dict[str, int] = {}
    for number, selector in enumerate(template.order):
        for name in applied.members(selector):
            level.setdefault(name, number)
    for edge in applied.edges(template.by):
        below, above = level.get(edge.source), level.get(edge.target)
        if below is not None and above is not None and above < below:
            names = (template.order[below].text, template.order[above].text)
            yield applied.found(f'{_witness(edge)}, up from the layer "{names[0]}" to "{names[1]}"', edge)


def _independence(applied: Applied, template: Independence) -> Iterator[Violation]:
    groups: dict[str, set[int]] = {}
    alone = len(template.groups) == 1
    for number, selector in enumerate(template.groups):
        for place, name in enumerate(sorted(applied.members(selector))):
            groups.setdefault(name, set()).add(place if alone else number)
    for edge in applied.edges(template.by):
        mine, theirs = groups.get(edge.source), groups.get(edge.target)
        if mine and theirs and not mine & theirs:
            yield applied.found(f"{_witness(edge)}, and the two are to know nothing of each other", edge)


def _degree(applied: Applied, template: MaxDegree) -> Iterator[Violation]:
    members = applied.members(template.of)
    incoming: dict[str, dict[str, Edge]] = {}
    outgoing: dict[str, dict[str, Edge]] = {}
    for edge in applied.edges(template.by):
        outgoing.setdefault(edge.source, {}).setdefault(edge.target, edge)
        incoming.setdefault(edge.target, {}).setdefault(edge.source, edge)
    sides: tuple[tuple[Mapping[str, dict[str, Edge]], int | None, str], ...] = (
        (incoming, template.incoming, "too many depend on it"),
        (outgoing, template.outgoing, "it depends on too many"),
    )
    for name in applied.things.nodes():
        for neighbours, most, words in sides:
            around = neighbours.get(name, {})
            if name in members and most is not None and len(around) > most:
                node = applied.things.node(name)
                shown = [Related(e.path, f"{e.source} -> {e.target}") for e in list(around.values())[:RELATED_AT_MOST]]
                message = f"{node.label}: {words}, {len(around)} with at most {most}: {quoted(list(around))}"
                yield applied.found(message, node, *shown)


def _quantified(applied: Applied, template: Quantified) -> Iterator[Violation]:
    meant = [thing for thing in applied.things.of(template.of) if fits(thing, template.that)]
    passing = [thing for thing in meant if all(passes(thing, test) for test in template.tests)]
    kind, number = template.quantifier, template.number
    if kind == "all_have":
        for thing in meant:
            failed = [_lacks(thing, test) for test in template.tests if not passes(thing, test)]
            if failed:
                yield applied.found(f"{thing.label} {' and '.join(failed)}", thing)
    elif kind == "none_have":
        for thing in passing:
            yield applied.found(f"{thing.label} has {quoted([test.key for test in template.tests])}", thing)
    elif kind == "some_have" and not passing:
        asked = quoted([test.key for test in template.tests])
        yield _of_many(applied, f"none of {len(meant)} {template.of} has {asked}", meant)
    elif (kind == "at_most" and len(meant) > number) or (kind == "at_least" and len(meant) < number):
        yield _of_many(
            applied, f"the number of {template.of} is {len(meant)}, not {kind.replace('_', ' ')} {number}", meant
        )


def _lacks(thing: Thing, test: Test) -> str:
    words = thing.words(test.key)
    if not test.words:
        return f'has "{test.key}"' if test.negated else f'has no "{test.key}"'
    asked = " or ".join(test.words)
    if test.negated:
        return f'has "{test.key}" "{", ".join(words)}"'
    return f'has "{test.key}" "{", ".join(words)}", not "{asked}"' if words else f'has no "{test.key}" ("{asked}")'


def _of_many(applied: Applied, message: str, meant: list[Thing]) -> Violation:
    said = f"{message}: {applied.rule.message}" if applied.rule.message else message
    related = tuple(Related(thing.path, thing.label) for thing in meant[:RELATED_AT_MOST])
    return Violation(path=applied.rule.path, message=said, hint=applied.hint, related=related)
