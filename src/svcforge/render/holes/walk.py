"""A walk through a template on all ways at once, telling a scanner each piece of text and each hole."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from typing import Any, NoReturn, Protocol

import jinja2
from jinja2 import nodes

MOST_WAYS = 200
"""States that a template may be in at one place; more of them means that brackets or quotes run away in a loop."""

NOT_NEEDED = ("tojson", "to_json", "to_nice_json", "to_yaml", "to_nice_yaml", "quote", "indent", "string")
"""Filters that would make a text of what the hole prints as a literal by itself."""

FILTER = "svcforge literal "
"""The filters that print literals; no template can spell a name with a space."""


class Refused(Exception):
    """Why a text or a hole cannot stand where it does."""


class Scanner(Protocol):
    """Reads one format piece by piece; a state is all it knows at a place, equal states go on alike."""

    @property
    def start(self) -> Any:
        """The state at the beginning of a template."""

    def text(self, state: Any, data: str, decide: Decide) -> Hashable:
        """The state after a piece of text."""

    def hole(self, state: Any, hole: int, decide: Decide) -> Hashable:
        """The state after a hole."""

    def included(self, state: Any, decide: Decide) -> Hashable:
        """The state after another template was included."""

    def end(self, state: Any, decide: Decide) -> None:
        """The end of the template."""


class Decide(Protocol):
    """Takes down what a hole is: a key of `literals.PRINTERS`."""

    def __call__(self, hole: int, what: str) -> None: ...


States = frozenset[Hashable]


def bound(tree: nodes.Template, scanner: Scanner, name: str) -> nodes.Template:
    """The template with each hole wrapped into what prints its literal.

    Raises jinja2.TemplateSyntaxError.
    """
    walk = _Walk(scanner, name)
    ends = walk.body(tree.body, frozenset({scanner.start}))
    walk.each(ends, lambda state: scanner.end(state, walk.decide), walk.line)
    walk.bind()
    return tree


class _Walk:
    def __init__(self, scanner: Scanner, name: str) -> None:
        self.scanner, self.name, self.line = scanner, name, 1
        self.holes: list[tuple[nodes.Output, int]] = []
        self.numbers: dict[int, int] = {}
        self.decided: dict[int, set[str]] = {}

    def decide(self, hole: int, what: str) -> None:
        self.decided.setdefault(hole, set()).add(what)

    def body(self, body: Iterable[nodes.Node], states: States) -> States:
        for node in body:
            states = self.node(node, states)
            if len(states) > MOST_WAYS:
                self.fail("brackets or quotes opened in here are not closed in here", node.lineno)
        return states

    def node(self, node: nodes.Node, states: States) -> States:
        if isinstance(node, nodes.Output):
            return self.output(node, states)
        if isinstance(node, nodes.If):
            return self.branches(node, states)
        if isinstance(node, nodes.For) and not node.recursive:
            return self.loop(node, states)
        if isinstance(node, nodes.With | nodes.Scope):
            return self.body(node.body, states)
        if isinstance(node, nodes.Assign):
            return states
        if isinstance(node, nodes.Include):
            return self.each(states, lambda state: self.scanner.included(state, self.decide), node.lineno)
        kind = type(node).__name__.lower()
        self.fail(f'"{kind}" makes text whose place cannot be told; make it a fact, or include a template', node.lineno)

    def output(self, node: nodes.Output, states: States) -> States:
        for at, child in enumerate(node.nodes):
            if isinstance(child, nodes.TemplateData):
                for line, text in enumerate(child.data.splitlines(keepends=True), child.lineno):
                    states = self.each(states, lambda s, text=text: self.scanner.text(s, text, self.decide), line)
            else:
                hole = self.numbers.setdefault(id(child), len(self.holes))
                if hole == len(self.holes):
                    self.holes.append((node, at))
                states = self.each(states, lambda s, hole=hole: self.scanner.hole(s, hole, self.decide), child.lineno)
        return states

    def branches(self, node: nodes.If, states: States) -> States:
        ends = self.body(node.body, states)
        for other in node.elif_:
            ends |= self.body(other.body, states)
        return ends | self.body(node.else_, states)

    def loop(self, node: nodes.For, states: States) -> States:
        seen, new = states, states
        ends: States = frozenset()
        while new:
            after = self.body(node.body, new)
            ends |= after
            new = after - seen
            seen |= after
            if len(seen) > MOST_WAYS:
                self.fail("brackets or quotes opened in this loop are not closed in it", node.lineno)
        return ends | self.body(node.else_, states)

    def each(self, states: States, step: Any, line: int) -> States:
        self.line = line
        try:
            return frozenset(step(state) for state in states)
        except Refused as error:
            self.fail(str(error), line)

    def bind(self) -> None:
        for number, (output, at) in enumerate(self.holes):
            hole = output.nodes[at]
            whats = sorted(self.decided.get(number, ()))
            if len(whats) != 1:
                self.fail(
                    f"on one way through the template this hole is a {', on another a '.join(whats)}", hole.lineno
                )
            if isinstance(hole, nodes.Filter) and hole.name in NOT_NEEDED and "value" in whats[0]:
                self.fail(f'"{hole.name}" is not needed: the hole prints a literal by itself', hole.lineno)
            output.nodes[at] = nodes.Filter(hole, FILTER + whats[0], [], [], None, None, lineno=hole.lineno)

    def fail(self, message: str, line: int) -> NoReturn:
        raise jinja2.TemplateSyntaxError(message, line, self.name)
