"""The path of a template as a template: parts with holes, parts that vanish, parts that make a file per element."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import jinja2

from svcforge.render.environment import Environment

Facts = Mapping[str, Any]


class PathTemplate:
    """One path, part by part; a part without a hole is just text."""

    def __init__(self, parts: list[str | jinja2.Template], environment: Environment) -> None:
        self.environment = environment
        self.parts = parts
        self.static = "/".join(part for part in parts if isinstance(part, str))
        self.is_static = all(isinstance(part, str) for part in parts)

    def paths(self, facts: Facts, known: dict[str, str]) -> Iterator[tuple[str, Facts]]:
        """Each path it stands for, with the facts that its file sees: those given, and the elements on the way.

        `known` remembers parts already rendered with the facts as given.
        """
        if self.is_static:
            yield self.static, facts
        else:
            yield from self._from(0, (), facts, known)

    def _from(
        self, at: int, done: tuple[str, ...], facts: Facts, known: dict[str, str] | None
    ) -> Iterator[tuple[str, Facts]]:
        if at == len(self.parts):
            yield "/".join(done), facts
            return
        part = self.parts[at]
        if isinstance(part, str):
            yield from self._from(at + 1, (*done, part), facts, known)
            return
        name = part.name or ""
        text = known.get(name) if known is not None else None
        if text is None:
            text, found = self._render(part, facts)
            if found is not None:
                element, elements = found
                for value in elements or ():
                    inner = {**facts, element: value}
                    text, _ = self._render(part, inner)
                    if text:
                        yield from self._from(at + 1, (*done, text), inner, None)
                return
            if known is not None:
                known[name] = text
        # A part that comes out empty takes its file away.
        if text:
            yield from self._from(at + 1, (*done, text), facts, known)

    def _render(self, part: jinja2.Template, facts: Facts) -> tuple[str, tuple[str, Any] | None]:
        self.environment.svcforge_yield = None
        text = part.render(facts)
        return text, self.environment.svcforge_yield


def has_hole(text: str, environment: jinja2.Environment) -> bool:
    """Whether there is anything in the text for Jinja to do."""
    marks = (environment.block_start_string, environment.variable_start_string, environment.comment_start_string)
    lines = (environment.line_statement_prefix, environment.line_comment_prefix)
    return any(mark in text for mark in (*marks, *filter(None, lines))) or "\r" in text
