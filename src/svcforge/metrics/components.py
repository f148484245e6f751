"""What is counted: the business services of a system, with its entries if they are asked for, and who calls whom."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from svcforge.lint.context import Indexes


@dataclass(frozen=True)
class Components:
    """The components, services in the order of the file before entries by name, and who calls whom how often.

    Calls are synchronous edges, counted as they are declared; those of a component to itself make a circle and count as
    nothing else.
    """

    names: tuple[str, ...]
    calls: Mapping[str, Mapping[str, int]]

    @cached_property
    def callees(self) -> Mapping[str, frozenset[str]]:
        """The others that each one calls."""
        return {name: frozenset(self.calls.get(name, ())) - {name} for name in self.names}

    @cached_property
    def callers(self) -> Mapping[str, frozenset[str]]:
        """The others that call each one."""
        return reverse(self.callees)

    @property
    def pairs(self) -> int:
        """How many ordered pairs there are of which one calls the other: `E`."""
        return sum(map(len, self.callees.values()))


def components_of(indexes: Indexes, *, entries: bool) -> Components:
    """The components of a blueprint.

    Args:
        entries: whether the gateway, BFFs and frontends are components: `Gs+` rather than `Gs` (lint.md).
    """
    blueprint = indexes.blueprint
    names = dict.fromkeys(blueprint.business) | (dict.fromkeys(sorted(indexes.entries)) if entries else {})
    calls: dict[str, dict[str, int]] = {}
    for edge in indexes.edges:
        if edge.sync and edge.source in names and edge.target in names:
            callees = calls.setdefault(edge.source, {})
            callees[edge.target] = callees.get(edge.target, 0) + 1
    return Components(tuple(names), calls)


def reverse(graph: Mapping[str, Iterable[str]]) -> Mapping[str, frozenset[str]]:
    """The same edges the other way round."""
    found: dict[str, set[str]] = {name: set() for name in graph}
    for source, targets in graph.items():
        for target in targets:
            found[target].add(source)
    return {name: frozenset(sources) for name, sources in found.items()}
