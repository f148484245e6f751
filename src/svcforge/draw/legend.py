"""What the colours and lines of a picture mean, and what is wrong with the system as a whole."""

from __future__ import annotations

from svcforge.draw.markup import number, tag, words
from svcforge.draw.scene import EdgeKind, NodeKind, Scene
from svcforge.draw.text import cut, width
from svcforge.source.finding import Severity

EDGES = {
    EdgeKind.SYNC: "synchronous call",
    EdgeKind.ASYNC: "asynchronous event",
    EdgeKind.SAGA: "step of a saga",
    EdgeKind.RELATION: "downstream (D) to upstream (U)",
    EdgeKind.REFERENCE: "reference by id",
    EdgeKind.USE: "use of a store, or of another's data",
}
NODES = {
    NodeKind.EXTERNAL: "external system",
    NodeKind.COPY: "copy of others' data",
    NodeKind.SHARED_STORE: "shared store",
}
"""Kinds of nodes that do not say themselves what they are."""

_SIZE = 11.5
_NOTES = 6


def legend(scene: Scene, room: float, *, labelled: bool) -> tuple[list[str], float]:
    """The samples with their meanings in rows of at most `room` pixels, notes under them; and the height of all.

    Only what is in the picture is explained.
    """
    parts: list[str] = []
    x, y = 0.0, 34.0
    for sample, meaning in _entries(scene):
        wide = 36 + width(meaning, _SIZE) + 22
        if x and x + wide - 22 > room:
            x, y = 0.0, y + 22
        label = tag("text", words(meaning), Class="muted small", x=36, y=4)
        parts.append(tag("g", sample, label, transform=f"translate({number(x)} {number(y)})"))
        x += wide
    lines = [f"{note.code} {note.severity.value}: {note.message}" for note in scene.notes[:_NOTES]]
    if len(scene.notes) > _NOTES:
        lines.append(f"and {len(scene.notes) - _NOTES} more")
    if not labelled:
        lines.append("too much for labels on the edges: their words are in the tooltips")
    for line in lines:
        y += 22
        parts.append(tag("text", words(cut(line, _SIZE, room)), Class="muted small", x=0, y=y + 4))
    return parts, y + 6


def _entries(scene: Scene) -> list[tuple[str, str]]:
    lines = {edge.kind for edge in scene.edges}
    boxes = {node.kind for node in scene.nodes}
    entries = [(_line(f"edge {kind.value}"), meaning) for kind, meaning in EDGES.items() if kind in lines]
    entries += [(_box(kind.value), meaning) for kind, meaning in NODES.items() if kind in boxes]
    found = {finding.severity for element in scene.elements for finding in element.findings}
    for severity in (severity for severity in Severity if severity in found):
        badge = tag("rect", Class=f"badge {severity.value}", x=2, y=-8, width=24, height=16, rx=8)
        entries.append((badge, f"{severity.value} of the linter"))
    return entries


def _line(kind: str) -> str:
    line = tag("path", Class="line", d="M0 0H21")
    return tag("g", line, tag("path", Class="head", d="M21 -4L28 0L21 4z"), Class=kind)


def _box(kind: str) -> str:
    return tag("g", tag("rect", Class="box", x=2, y=-8, width=24, height=16, rx=4), Class=f"node {kind}")
