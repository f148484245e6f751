"""Mermaid: a flowchart that GitHub, GitLab and many editors draw where it stands in a Markdown file."""

from __future__ import annotations

import json
import re

from svcforge.draw.identifiers import identifiers
from svcforge.draw.palette import BOXES, COLOURS, LINES
from svcforge.draw.scene import MOST_LINES, MOST_ROWS, Edge, EdgeKind, Node, NodeKind, Scene, clipped, codes, severity
from svcforge.draw.text import one_line

_SHAPES = {
    NodeKind.EVENT: ("([", "])"),
    NodeKind.SAGA: ("([", "])"),
    NodeKind.STORE: ("[(", ")]"),
    NodeKind.SHARED_STORE: ("[(", ")]"),
    NodeKind.GATEWAY: ("{{", "}}"),
    NodeKind.EXTERNAL: ("[[", "]]"),
}
_ARROWS = {EdgeKind.ASYNC: "-.->", EdgeKind.SAGA: "==>", EdgeKind.RELATION: "-.->", EdgeKind.USE: "-.->"}
_UNSAFE = re.compile(r"[^\w .,:;/!?'()+=*@~^|{}\[\]→·…-]")
"""What Markdown, HTML, mathematics or Mermaid's own entities begin with, and whatever else is no letter."""


def text(scene: Scene) -> str:
    """The scene as a flowchart from left to right. Findings that belong to no element stand in comments at the end."""
    names = identifiers([*(n.id for n in scene.nodes), *(c.id for c in scene.clusters)])
    lines = ["---", f"title: {json.dumps(one_line(f'{scene.title}: {scene.view}'))}", "---", "flowchart LR"]
    members = scene.members()
    lines += [f"  {_node(node, names)}" for node in members[None]]
    for cluster in scene.clusters:
        words = " ".join(word for word in (cluster.label, f"({cluster.sublabel})" if cluster.sublabel else "") if word)
        lines.append(f"  subgraph {names[cluster.id]}[{_quoted((words, *codes(cluster)))}]")
        lines += [f"    {_node(node, names)}" for node in members[cluster.id]]
        lines.append("  end")
    for edge in scene.edges:
        label = (*clipped(edge.label, MOST_LINES), *codes(edge))
        words = f"|{_quoted(label)}|" if label else ""
        lines.append(f"  {names[edge.source]} {_ARROWS.get(edge.kind, '-->')}{words} {names[edge.target]}")
    looks: dict[str, list[str]] = {}
    for number, edge in enumerate(scene.edges):
        looks.setdefault(_stroke(edge), []).append(str(number))
    lines += [f"  linkStyle {','.join(numbers)} {look}" for look, numbers in looks.items()]
    lines += [f"  classDef {kind} {_fill(kind)}" for kind in sorted({_class(node.kind) for node in scene.nodes})]
    for element in scene.elements:
        if (worst := severity(element)) and not isinstance(element, Edge):
            lines.append(f"  style {names[element.id]} stroke:{COLOURS[worst.value][0]},stroke-width:3px")
    lines += [f"  %% {note.code} {note.severity.value}: {_comment(note.message)}" for note in scene.notes]
    return "\n".join(lines) + "\n"


def _node(node: Node, names: dict[str, str]) -> str:
    before, after = _SHAPES.get(node.kind, ("[", "]"))
    words = (node.label, *((node.sublabel,) if node.sublabel else ()), *clipped(node.rows, MOST_ROWS), *codes(node))
    return f"{names[node.id]}{before}{_quoted(words)}{after}:::{_class(node.kind)}"


def _class(kind: NodeKind) -> str:
    return kind.value.replace("-", "_")


def _quoted(lines: tuple[str, ...]) -> str:
    """The lines as one string: what Mermaid or HTML would read as its own is written as an entity."""
    return '"' + "<br/>".join(_UNSAFE.sub(_entity, one_line(line)) for line in lines) + '"'


def _entity(letter: re.Match[str]) -> str:
    return f"#{ord(letter[0])};"


def _comment(message: str) -> str:
    """A comment must not look like a directive, which begins with a brace."""
    return one_line(message).replace("{", "(").replace("}", ")")


def _fill(kind: str) -> str:
    surface, edge, name, _ = BOXES[kind.replace("_", "-")]
    return f"fill:{COLOURS[surface][0]},stroke:{COLOURS[edge][0]},color:{COLOURS[name][0]}"


def _stroke(edge: Edge) -> str:
    worst = severity(edge)
    colour = COLOURS[worst.value if worst else LINES[edge.kind.value][0]][0]
    return f"stroke:{colour},stroke-width:3px" if worst else f"stroke:{colour}"
