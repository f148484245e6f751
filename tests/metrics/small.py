"""Small systems to count: from text, and from any graph of calls."""

from __future__ import annotations

from hypothesis import strategies as st

from svcforge.lint.context import Indexes
from svcforge.load import load_text
from svcforge.metrics.components import Components, components_of
from svcforge.model.blueprint import Blueprint

Graph = dict[str, set[str]]


def blueprint_of(services: str, rest: str = "") -> Blueprint:
    """A system of one context with these services."""
    indented = "".join(f"      {line}\n" for line in services.strip().splitlines())
    loaded = load_text(f"svcforge: 1\nsystem: s\n{rest}contexts:\n  c:\n    services:\n{indented}")
    assert loaded.blueprint is not None, loaded.findings
    return loaded.blueprint


def counted(services: str, rest: str = "", *, entries: bool = False) -> Components:
    """The components of such a system."""
    return components_of(Indexes(blueprint_of(services, rest)), entries=entries)


def calling(graph: Graph) -> str:
    """Services that call each other as a graph says."""
    return "\n".join(f"{name}: {{calls: [{', '.join(sorted(callees))}]}}" for name, callees in graph.items())


names = st.sampled_from("abcdefgh")
graphs: st.SearchStrategy[Graph] = st.dictionaries(names, st.sets(names, max_size=4), min_size=1).map(
    lambda graph: {name: callees & set(graph) for name, callees in graph.items()}
)
