"""DOT: for Graphviz, and for what reads its language."""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.draw.identifiers import identifiers
from svcforge.draw.palette import BOXES, COLOURS, LINES
from svcforge.draw.scene import (
    MOST_LINES,
    MOST_ROWS,
    Cluster,
    Edge,
    EdgeKind,
    Element,
    Node,
    NodeKind,
    Scene,
    clipped,
    codes,
    severity,
)
from svcforge.draw.text import one_line, printable

_SHAPES = {NodeKind.STORE: "cylinder", NodeKind.SHARED_STORE: "cylinder", NodeKind.GATEWAY: "hexagon"}
_STYLES = {EdgeKind.ASYNC: "dashed", EdgeKind.SAGA: "bold", EdgeKind.RELATION: "dotted", EdgeKind.USE: "dotted"}


def text(scene: Scene) -> str:
    """The scene as a directed graph from left to right; tooltips say the details, comments what belongs nowhere."""
    names = identifiers(n.id for n in scene.nodes)
    frames = identifiers(c.id for c in scene.clusters)
    lines = [
        "digraph {",
        f"  graph [rankdir=LR, fontname=Helvetica, labelloc=t, label={_quoted(f'{scene.title}: {scene.view}')}]",
        '  node [shape=box, style="rounded,filled", fontname=Helvetica]',
        "  edge [fontname=Helvetica, fontsize=10]",
    ]
    members = scene.members()
    lines += [f"  {_node(node, names)}" for node in members[None]]
    for cluster in scene.clusters:
        lines += [f"  subgraph cluster_{frames[cluster.id]} {{", f"    graph {_frame(cluster)}"]
        lines += [f"    {_node(node, names)}" for node in members[cluster.id]]
        lines.append("  }")
    lines += [f"  {names[edge.source]} -> {names[edge.target]} {_arrow(edge)}" for edge in scene.edges]
    for note in scene.notes:
        lines.append(f"  // {note.code} {note.severity.value}: {one_line(note.message)}")
    return "\n".join([*lines, "}"]) + "\n"


def _node(node: Node, names: dict[str, str]) -> str:
    surface, edge, ink, _ = (COLOURS[name][0] for name in BOXES[node.kind.value])
    attributes = {
        "label": _lines(
            (node.label, *((node.sublabel,) if node.sublabel else ()), *clipped(node.rows, MOST_ROWS), *codes(node))
        ),
        "tooltip": _quoted("\n".join(_tooltip(node))),
        "fillcolor": _quoted(surface),
        "color": _quoted(edge),
        "fontcolor": _quoted(ink),
    }
    if node.kind in _SHAPES:
        attributes |= {"shape": _SHAPES[node.kind], "style": "filled"}
    return f"{names[node.id]} {_attributes(attributes | _worst(node))}"


def _frame(cluster: Cluster) -> str:
    words = (cluster.label, *((f"({cluster.sublabel})",) if cluster.sublabel else ()), *codes(cluster))
    attributes = {
        "label": _quoted(" ".join(words)),
        "tooltip": _quoted("\n".join(_tooltip(cluster))),
        "style": '"rounded,filled"',
        "fillcolor": _quoted(COLOURS["frame"][0]),
        "color": _quoted(COLOURS["frame-edge"][0]),
        "labelloc": "t",
        "labeljust": "l",
    }
    return _attributes(attributes | _worst(cluster))


def _arrow(edge: Edge) -> str:
    colour = _quoted(COLOURS[LINES[edge.kind.value][0]][0])
    attributes = {
        "label": _lines((*clipped(edge.label, MOST_LINES), *codes(edge))),
        "tooltip": _quoted("\n".join(_tooltip(edge))),
        "color": colour,
        "fontcolor": colour,
    }
    if edge.kind in _STYLES:
        attributes["style"] = _STYLES[edge.kind]
    return _attributes(attributes | _worst(edge))


def _worst(element: Element) -> dict[str, str]:
    """How an element looks that something is wrong with."""
    worst = severity(element)
    if worst is None:
        return {}
    colour = _quoted(COLOURS[worst.value][0])
    return {"color": colour, "penwidth": "2.5"} | ({"fontcolor": colour} if isinstance(element, Edge) else {})


def _tooltip(element: Element) -> Iterator[str]:
    yield from element.label if isinstance(element, Edge) else (element.label,)
    yield from element.details
    for finding in element.findings:
        yield f"{finding.code} {finding.severity.value}: {finding.message}"


def _attributes(attributes: dict[str, str]) -> str:
    return "[" + ", ".join(f"{name}={value}" for name, value in attributes.items()) + "]"


def _quoted(words: str) -> str:
    """The words as a string that means just them: no escape, no entity of HTML, no end of the text."""
    escaped = printable(words).replace("\\", "\\\\").replace('"', '\\"').replace("&", "&amp;")
    return '"' + escaped.replace("\r", " ").replace("\n", "\\n") + '"'


def _lines(lines: tuple[str, ...]) -> str:
    """The words that there are, each on a line of its own: an empty line makes some builds of Graphviz fail."""
    return _quoted("\n".join(filter(None, map(one_line, lines))))
