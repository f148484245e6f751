"""Blueprints to draw: the shop, small ones from text, and made-up scenes with any words in them."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from svcforge.draw.scene import Cluster, Edge, EdgeKind, Node, NodeKind, Scene
from svcforge.load import load_file, load_text
from svcforge.model.blueprint import Blueprint
from svcforge.source.finding import Finding, Severity
from svcforge.source.finding import Path as Place

SHOP = Path(__file__).parents[2] / "blueprints" / "shop" / "blueprint.yaml"


def shop() -> Blueprint:
    """The project's own example."""
    blueprint = load_file(SHOP).blueprint
    assert blueprint is not None
    return blueprint


def system(text: str) -> Blueprint:
    """The blueprint of a text without its head; it may have dangling names, but no other fault."""
    loaded = load_text(f"svcforge: 1\nsystem: small\n{text}")
    assert loaded.blueprint is not None, loaded.findings
    return loaded.blueprint


def finding(path: Place, severity: Severity = Severity.ERROR, code: str = "SF101", message: str = "wrong") -> Finding:
    """A finding at a place."""
    return Finding(code, "some-rule", severity, message, None, path)


MEAN = (
    'a"b', "<script>alert(1)</script>", "end", "`md` **b**", "semi;colon#35;#quot;", '%%{init: {"theme":"dark"}}%%',
    "}{ ]) |x| --> y", "日本語", "🚀", "\\N \\l \\", "&amp; & <br/>", "x\ny\tz", ']"]', "1. list", "$$x^2$$", "::: class",
    "a\x00b\x1b", "\u202ertl", "\ud800", "", " ", "-", "subgraph", "o--o", "// x", "/* x", "''", "@{ shape: rect }",
)  # fmt: skip
"""Words that some language takes for its own."""

words = st.one_of(st.sampled_from(MEAN), st.text(max_size=20))


@st.composite
def findings(draw: st.DrawFn) -> Finding:
    """A finding with any message."""
    severity = draw(st.sampled_from(list(Severity)))
    return Finding("SF101", "some-rule", severity, draw(words), None, ("contexts", draw(words)))


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    """A scene with any words in every place that a word can have."""
    some = st.lists(words, max_size=3).map(tuple)
    faults = st.lists(findings(), max_size=2).map(tuple)
    clusters = [
        Cluster(
            id=f"context.{name}",
            kind=NodeKind.CONTEXT,
            label=name,
            sublabel=draw(words),
            details=draw(some),
            findings=draw(faults),
        )
        for name in draw(st.lists(words, max_size=3, unique=True))
    ]
    nodes = [
        Node(
            id=f"service.{name}",
            kind=draw(st.sampled_from(list(NodeKind))),
            label=name,
            sublabel=draw(words),
            rows=draw(some),
            details=draw(some),
            cluster=draw(st.sampled_from([None, *(cluster.id for cluster in clusters)])),
            findings=draw(faults),
        )
        for name in draw(st.lists(words, max_size=6, unique=True))
    ]
    ends = st.sampled_from([node.id for node in nodes]) if nodes else st.nothing()
    edges = [
        Edge(
            id=f"edge:{number}",
            kind=draw(st.sampled_from(list(EdgeKind))),
            source=draw(ends),
            target=draw(ends),
            label=draw(some),
            details=draw(some),
            findings=draw(faults),
        )
        for number in range(draw(st.integers(0, 8)) if nodes else 0)
    ]
    return Scene(
        view="services",
        title=draw(words),
        about=draw(words),
        nodes=tuple(nodes),
        clusters=tuple(clusters),
        edges=tuple(edges),
        notes=draw(faults),
    )
