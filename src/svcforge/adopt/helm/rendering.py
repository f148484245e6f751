"""Fills templates in: each line of the result knows the line of the template that it comes from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from svcforge.adopt.helm.functions import FUNCTIONS
from svcforge.adopt.helm.syntax import Malformed, Node, Pipeline, Term, parsed
from svcforge.adopt.helm.values import LARGEST, UNKNOWN, Unknown, Unrendered, is_true, printed

HOLDING = frozenset(
    ["dict", "list", "tuple", "set", "append", "prepend", "concat", "merge", "mergeOverwrite", "get", "pick", "omit", "hasKey", "toYaml"]
)  # fmt: skip
"""Functions that put an unknown value somewhere, or find another beside it, and do not look into it."""
MOST_STEPS = 300_000
"""Nodes of a template, and of what it includes, that are filled in."""
DEEPEST = 60
"""Templates in templates."""


@dataclass(slots=True)
class Rendered:
    """A template filled in: its text, the template's line of each of its lines, and what is not sure, by line."""

    text: str
    lines: list[int]
    notes: list[tuple[int, str]]


class _Stop(Exception):
    """`break` or `continue`."""

    def __init__(self, again: bool) -> None:
        super().__init__()
        self.again = again


class _Output:
    """Text as it grows, with the line of the template behind each of its lines."""

    def __init__(self) -> None:
        self.parts: list[str] = []
        self.lines: list[int | None] = [None]
        self.size = 0

    def add(self, text: str, line: int, moving: bool) -> None:
        """Add text of a line; `moving`: each of its lines is the next one of the template, else all are the same."""
        self.parts.append(text)
        self.size += len(text)
        if self.size > LARGEST:
            raise Unrendered("it grows too large")
        for number, row in enumerate(text.split("\n")):
            if number:
                self.lines.append(None)
            if row.strip() and self.lines[-1] is None:
                self.lines[-1] = line + number * moving

    @property
    def at_line_start(self) -> bool:
        """Whether nothing but space stands in the line so far."""
        return self.lines[-1] is None


@dataclass(slots=True)
class Templates:
    """The templates of a chart that others can include: name -> body. `steps` counts what was done with them."""

    named: dict[str, list[Node]] = field(default_factory=dict)
    steps: int = 0

    def define(self, nodes: list[Node]) -> None:
        """Keep what `define` and `block` name, wherever it stands."""
        ahead = [*nodes]
        for node in ahead:  # which grows
            if node.kind in ("define", "block"):
                self.named[node.text] = node.body
            ahead += [*node.body, *node.other]

    def rendered(self, nodes: list[Node], context: dict[str, Any]) -> Rendered:
        """Fill a template in; raises Unrendered, whose note is at the line where it ended."""
        run = _Run(self, context)
        run.body(nodes, context, [{"$": context}], 0)
        lines, last = [], 1
        for line in run.output.lines:
            last = line or last
            lines.append(last)
        return Rendered("".join(run.output.parts), lines, list(dict.fromkeys(run.notes)))


class _Run:
    """One template being filled in."""

    def __init__(self, templates: Templates, context: dict[str, Any]) -> None:
        self.templates, self.context = templates, context
        self.output = _Output()
        self.notes: list[tuple[int, str]] = []
        self.line = 1
        self.inside = 0

    def body(self, nodes: list[Node], dot: Any, scopes: list[dict[str, Any]], depth: int) -> None:
        """Fill nodes in, one after the other; variables that they declare end with them."""
        if depth > DEEPEST:
            raise Unrendered("templates nested too deep")
        scopes = [*scopes, {}]
        for node in nodes:
            self.templates.steps += 1
            if self.templates.steps > MOST_STEPS:
                raise Unrendered("it grows too large")
            if not self.inside:
                self.line = node.line
            self._node(node, dot, scopes, depth)

    def _node(self, node: Node, dot: Any, scopes: list[dict[str, Any]], depth: int) -> None:
        match node.kind:
            case "text":
                self.output.add(node.text, self.line, moving=not self.inside)
            case "print" if node.pipeline:
                self._print(self._value(node.pipeline, dot, scopes, depth), node, node.pipeline)
            case "template" | "block":
                inner = self._value(node.pipeline, dot, scopes, depth) if node.pipeline else None
                self._print(self._included(node.text, inner, depth), node, None)
            case "if" | "else if" | "with" if node.pipeline:
                self._branch(node, node.pipeline, dot, [*scopes, {}], depth)
            case "range" if node.pipeline:
                self._range(node, node.pipeline, dot, scopes, depth)
            case "break" | "continue":
                raise _Stop(node.kind == "continue")

    def _branch(self, node: Node, pipeline: Pipeline, dot: Any, scopes: list[dict[str, Any]], depth: int) -> None:
        value = self._value(pipeline, dot, scopes, depth)
        if isinstance(value, Unknown):
            if node.kind == "with":
                self._note(f'not read: what "{node.text[:60]}" holds ({value.why})')
                return
            self._note(f'not sure: "{node.text[:60]}" cannot be decided here ({value.why}), and is taken as true')
        if isinstance(value, Unknown) or is_true(value):
            self.body(node.body, value if node.kind == "with" else dot, scopes, depth + 1)
        else:
            self.body(node.other, dot, scopes, depth + 1)

    def _range(self, node: Node, pipeline: Pipeline, dot: Any, scopes: list[dict[str, Any]], depth: int) -> None:
        value = self._value(Pipeline(pipeline.commands, code=pipeline.code), dot, scopes, depth)
        if isinstance(value, Unknown):
            self._note(f'not read: what "{node.text[:60]}" holds ({value.why})')
            return
        items = list(_items(value))
        if not items:
            self.body(node.other, dot, scopes, depth + 1)
        for key, item in items:
            names = dict(zip(pipeline.names, (item,) if len(pipeline.names) == 1 else (key, item), strict=False))
            try:
                self.body(node.body, item, [*scopes, names], depth + 1)
            except _Stop as stop:
                if not stop.again:
                    break

    def _print(self, value: Any, node: Node, pipeline: Pipeline | None) -> None:
        if pipeline is not None and pipeline.names:
            return
        if isinstance(value, Unknown):
            code = (pipeline.code if pipeline else node.text)[:60]
            self._note(f'not known: "{code}" ({value.why})')
            text = "" if self.output.at_line_start else UNKNOWN
        else:
            text = printed(value)
            if UNKNOWN in text and all(line != self.line for line, _ in self.notes):
                self._note(f'not known: a part of "{(pipeline.code if pipeline else node.text)[:60]}"')
        self.output.add(text, self.line, moving=False)

    def _note(self, text: str) -> None:
        self.notes.append((self.line, text))

    def _value(self, pipeline: Pipeline, dot: Any, scopes: list[dict[str, Any]], depth: int) -> Any:
        value: Any = None
        for number, command in enumerate(pipeline.commands):
            value = self._command(command, dot, scopes, depth, [value] if number else [])
        for name in pipeline.names[-1:]:
            holder = scopes[-1] if pipeline.declares else next((s for s in reversed(scopes) if name in s), scopes[-1])
            holder[name] = value
        return value

    def _command(
        self, command: tuple[Term, ...], dot: Any, scopes: list[dict[str, Any]], depth: int, piped: list[Any]
    ) -> Any:
        first, *others = command
        if first.kind != "function":
            value = self._term(first, dot, scopes, depth)
            if callable(value):
                return value(*(self._term(term, dot, scopes, depth) for term in others), *piped)
            return value
        if first.value in ("and", "or"):
            return self._either(first.value, others, dot, scopes, depth, piped)
        given = [*(self._term(term, dot, scopes, depth) for term in others), *piped]
        return self._called(str(first.value), given, depth)

    def _either(
        self, word: str, terms: list[Term], dot: Any, scopes: list[dict[str, Any]], depth: int, piped: list[Any]
    ) -> Any:
        """`and` and `or`, which look no further than they must."""
        value: Any = None
        for term in terms:
            value = self._term(term, dot, scopes, depth)
            if isinstance(value, Unknown) or is_true(value) == (word == "or"):
                return value
        return piped[0] if piped else value

    def _called(self, name: str, given: list[Any], depth: int) -> Any:
        if name in ("include", "tpl") and len(given) > 1 and not isinstance(given[0], Unknown):
            return self._included(printed(given[0]), given[1], depth, is_text=name == "tpl")
        if name == "required" and len(given) == 2:
            return given[1] if given[1] not in (None, "") else Unknown(f"the values do not say it: {given[0]}")
        if name == "fail":
            return Unknown(f"the chart refuses its own values: {printed(given[0]) if given else ''}")
        function = FUNCTIONS.get(name)
        if function is None:
            return Unknown(f'"{name}" is not known here')
        if unknown := next((value for value in given if isinstance(value, Unknown)), None):
            # Known is what Helm would not look further for; and what only holds the unknown.
            first = given[-1] if name == "default" else given[0] if name == "coalesce" else unknown
            if not isinstance(first, Unknown) and is_true(first):
                return first
            if name not in HOLDING:
                return unknown
        try:
            return function(*given)
        except (TypeError, ValueError, KeyError, IndexError, AttributeError, OverflowError, RecursionError):
            return Unknown(f'"{name}" of these values')

    def _included(self, name: str, dot: Any, depth: int, is_text: bool = False) -> Any:
        """What a named template, or a text that is one, makes."""
        if isinstance(dot, Unknown):
            return dot
        try:
            nodes = parsed(name) if is_text else self.templates.named.get(name)
        except Malformed as error:
            return Unknown(error.why)
        if nodes is None:
            return Unknown(f'there is no template "{name[:60]}"')
        outer, self.output = self.output, _Output()
        self.inside += 1
        try:
            self.body(nodes, dot, [{"$": dot}], depth + 1)
        finally:
            made, self.output = "".join(self.output.parts), outer
            self.inside -= 1
        return made

    def _term(self, term: Term, dot: Any, scopes: list[dict[str, Any]], depth: int) -> Any:
        match term.kind:
            case "literal":
                return term.value
            case "function":
                return self._called(str(term.value), [], depth)
            case "pipeline":
                value = self._value(term.value, dot, scopes, depth + 1)
            case "variable":
                value = next((scope[term.value] for scope in reversed(scopes) if term.value in scope), None)
            case _:
                value = dot
        for name in term.fields:
            if isinstance(value, Unknown):
                return value
            value = value.get(name) if isinstance(value, dict) else getattr(value, "fields", {}).get(name)
        return value


def _items(value: Any) -> Iterator[tuple[Any, Any]]:
    """Keys and values as `range` goes through them: those of a mapping in the order of their names."""
    if isinstance(value, dict):
        yield from sorted(value.items(), key=lambda pair: str(pair[0]))
    elif isinstance(value, list):
        yield from enumerate(value)
    elif isinstance(value, int) and not isinstance(value, bool):
        yield from enumerate(range(min(value, MOST_STEPS)))
