"""SVG: one file that stands alone, follows light and dark, and can be read aloud."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from svcforge.draw.geometry import Box, Curve, Frame, Layout, Link, Parts, Size
from svcforge.draw.layout import layout
from svcforge.draw.legend import legend
from svcforge.draw.markup import number, tag, words
from svcforge.draw.palette import style_sheet
from svcforge.draw.scene import (
    MOST_LINES,
    MOST_ROWS,
    Cluster,
    Edge,
    Element,
    Node,
    NodeKind,
    Scene,
    clipped,
    codes,
    severity,
)
from svcforge.draw.text import cut, width, wrapped

NAME, SMALL, CODE, TITLE = 14.0, 11.5, 10.5, 22.0
"""Font sizes in pixels; the style sheet has the same."""
MARGIN = 28.0
WIDEST = 260.0
"""Pixels that the words of a box or a label may take; longer ones are cut, and whole in the tooltip."""
NARROWEST = 480.0


def text(scene: Scene) -> str:
    """The picture as an SVG document: always the same bytes for the same scene."""
    leaving, entering = Counter(e.source for e in scene.edges), Counter(e.target for e in scene.edges)
    members = scene.members()
    found = layout(
        Parts(
            {node.id: _node_size(node, max(leaving[node.id], entering[node.id])) for node in scene.nodes},
            {cluster.id: _frame(cluster, members[cluster.id]) for cluster in scene.clusters},
            {edge.id: Link(edge.source, edge.target, _label_size(edge)) for edge in scene.edges},
        )
    )
    room = max(found.width, NARROWEST)
    head, head_height = _head(scene, room)
    foot, foot_height = legend(scene, room, labelled=found.labelled)
    wide, high = room + 2 * MARGIN, head_height + found.height + foot_height + 2 * MARGIN
    body = [
        tag("title", words(f"{scene.title}: {scene.view}")),
        tag("desc", words(_described(scene))),
        tag("style", style_sheet()),
        tag("rect", Class="canvas", width=wide, height=high, rx=14),
        tag("g", *head, transform=_shift(MARGIN, MARGIN)),
        tag("g", *(f"\n{part}" for part in _picture(scene, found)), transform=_shift(MARGIN, MARGIN + head_height)),
        tag("g", *foot, transform=_shift(MARGIN, high - MARGIN - foot_height)),
    ]
    return (
        tag(
            "svg",
            *(f"\n{part}" for part in body),
            "\n",
            xmlns="http://www.w3.org/2000/svg",
            Class="svcforge",
            role="img",
            aria_label=f"{scene.title}: {scene.view}",
            viewBox=f"0 0 {number(wide)} {number(high)}",
            width=wide,
            height=high,
        )
        + "\n"
    )


def _shift(x: float, y: float) -> str:
    return f"translate({number(x)} {number(y)})"


def _described(scene: Scene) -> str:
    counts = f"{len(scene.nodes)} nodes, {len(scene.edges)} edges"
    return f"{scene.about} {counts}." if scene.about else f"{counts}."


def _head(scene: Scene, room: float) -> tuple[list[str], float]:
    """The title with the view's name beside it, and what the system is about; and their height."""
    title = cut(scene.title, TITLE, room - width(scene.view, NAME) - 12, bold=True)
    lines = wrapped(scene.about, 13, room, 3)
    parts = [
        tag("text", words(title), Class="title", x=0, y=18),
        tag("text", words(scene.view), Class="muted", x=room, y=18, text_anchor="end"),
        *(tag("text", words(line), Class="muted", x=0, y=40 + 18 * n) for n, line in enumerate(lines)),
    ]
    return parts, 44.0 + 18 * len(lines)


def _picture(scene: Scene, found: Layout) -> Iterable[str]:
    for cluster in scene.clusters:
        if cluster.id in found.frames:
            yield _cluster(cluster, found.frames[cluster.id])
    for edge in scene.edges:
        yield _edge(edge, found.curves[edge.id])
    for node in scene.nodes:
        yield _node(node, found.boxes[node.id])
    for edge in scene.edges:
        if (box := found.curves[edge.id].label) is not None:
            yield _label(edge, box)


def _class(element: Element) -> str:
    what = type(element).__name__.lower()
    worst = severity(element)
    return f"{what} {element.kind.value} {worst.value}" if worst else f"{what} {element.kind.value}"


def _tooltip(element: Element, heading: str) -> str:
    findings = (f"{f.code} {f.severity.value}: {f.message}" for f in element.findings)
    return tag("title", words("\n".join((heading, *element.details, *findings))))


# --- nodes


def _codes(element: Element) -> tuple[str, ...]:
    return clipped(codes(element), 3)


def _badges_width(element: Element) -> float:
    return sum(width(code, CODE, bold=True) + 16 for code in _codes(element))


def _badges(element: Element, x: float, y: float) -> list[str]:
    """The codes of what is wrong, each in a frame of its severity's colour."""
    parts = []
    severities = {f.code: f.severity.value for f in reversed(element.findings)}
    for code in _codes(element):
        wide = width(code, CODE, bold=True) + 10
        tone = severities.get(code, "info")
        parts.append(tag("rect", Class=f"badge {tone}", x=x, y=y, width=wide, height=16, rx=8))
        parts.append(tag("text", words(code), Class=f"code {tone}", x=x + wide / 2, y=y + 12, text_anchor="middle"))
        x += wide + 6
    return parts


def _node_size(node: Node, arrows: int) -> Size:
    """What a node needs for its words, and for so many arrows on one side."""
    wide = max(
        width(node.label, NAME, bold=True),
        width(node.sublabel, SMALL),
        *(width(row, SMALL) for row in _rows(node)),
        _badges_width(node),
        64,
    )
    return Size(min(wide, WIDEST) + 28, max(_height(node), 9 * arrows + 4))


def _rows(node: Node) -> tuple[str, ...]:
    return clipped(node.rows, MOST_ROWS)


def _height(node: Node) -> float:
    """What a node's words need, one under the other."""
    lid = 8 if node.kind in (NodeKind.STORE, NodeKind.SHARED_STORE) else 0
    rows = 16 * len(_rows(node)) + 12 if node.rows else 0
    return 36 + lid + 16 * bool(node.sublabel) + rows + 22 * bool(node.findings)


def _node(node: Node, box: Box) -> str:
    room = box.width - 28
    middle = box.x + box.width / 2
    y = box.y + 24 + (box.height - _height(node)) / 2
    parts = [_tooltip(node, node.label), _outline(node.kind, box)]
    if node.kind in (NodeKind.STORE, NodeKind.SHARED_STORE):
        y += 8
    ruled = bool(node.rows)
    side = {"x": box.x + 14} if ruled else {"x": middle, "text_anchor": "middle"}
    parts.append(tag("text", words(cut(node.label, NAME, room, bold=True)), Class="name", y=y, **side))
    if node.sublabel:
        y += 16
        parts.append(tag("text", words(cut(node.sublabel, SMALL, room)), Class="small", y=y, **side))
    if ruled:
        y += 10
        parts.append(tag("path", Class="rule", d=f"M{number(box.x)} {number(y)}h{number(box.width)}"))
        y += 2
    for row in _rows(node):
        y += 16
        parts.append(tag("text", words(cut(row, SMALL, room)), Class="small", y=y, **side))
    if node.findings:
        start = box.x + 14 if ruled else middle - (_badges_width(node) - 6) / 2
        parts += _badges(node, start, y + 8)
    return tag("g", *parts, Class=_class(node))


def _outline(kind: NodeKind, box: Box) -> str:
    """A rounded box; a pill for what happens, a cylinder for what is kept."""
    if kind in (NodeKind.STORE, NodeKind.SHARED_STORE):
        x, y, wide, high = number(box.x), number(box.y + 8), number(box.width), number(box.height - 16)
        half = number(box.width / 2)
        lid = f"a{half} 8 0 0 1 {wide} 0"
        path = f"M{x} {y}{lid}v{high}a{half} 8 0 0 1 -{wide} 0zM{x} {y}a{half} 8 0 0 0 {wide} 0"
        return tag("path", Class="box", d=path)
    round_ = min(box.height / 2, 20) if kind in (NodeKind.EVENT, NodeKind.SAGA) else 9
    return tag("rect", Class="box", x=box.x, y=box.y, width=box.width, height=box.height, rx=round_)


# --- clusters


def _frame(cluster: Cluster, nodes: Iterable[Node]) -> Frame:
    label = min(width(cluster.label, 13, bold=True), WIDEST) + width(cluster.sublabel, SMALL) + 8
    return Frame(Size(label + _badges_width(cluster), 26), tuple(node.id for node in nodes))


def _cluster(cluster: Cluster, box: Box) -> str:
    name = cut(cluster.label, 13, WIDEST, bold=True)
    x, y = box.x + 14, box.y + 21
    small = tag("tspan", words(cluster.sublabel), Class="muted small", dx=8) if cluster.sublabel else ""
    parts = [
        _tooltip(cluster, cluster.label),
        tag("rect", Class="box", x=box.x, y=box.y, width=box.width, height=box.height, rx=14),
        tag("text", tag("tspan", words(name), Class="heading"), small, x=x, y=y),
    ]
    x += width(name, 13, bold=True) + width(cluster.sublabel, SMALL) + 16
    return tag("g", *parts, *_badges(cluster, x, y - 12), Class=_class(cluster))


# --- edges


def _lines(edge: Edge) -> tuple[str, ...]:
    return tuple(cut(line, SMALL, WIDEST) for line in clipped(edge.label, MOST_LINES))


def _label_size(edge: Edge) -> Size | None:
    lines = _lines(edge)
    if not lines and not edge.findings:
        return None
    wide = max((width(line, SMALL) for line in lines), default=0.0)
    high = 15 * len(lines) + 20 * bool(edge.findings) + 3
    return Size(max(wide + 14, _badges_width(edge) + 8), high)


def _edge(edge: Edge, curve: Curve) -> str:
    paths = []
    for start, *rest in curve.pieces:
        pieces = " ".join(f"{number(x)} {number(y)}" for x, y in rest)
        paths.append(f"M{number(start[0])} {number(start[1])}C{pieces}")
    line = tag("path", Class="line", d="".join(paths))
    head = tag("path", Class="head", d=_arrow_head(curve))
    return tag("g", _tooltip(edge, _heading(edge)), line, head, Class=_class(edge))


def _heading(edge: Edge) -> str:
    source, target = (end.partition(".")[2] for end in (edge.source, edge.target))
    return f"{source} → {target} ({edge.kind.value})"


def _arrow_head(curve: Curve) -> str:
    """A triangle from the end of the line to the tip."""
    (x, y), (tx, ty) = curve.pieces[-1][-1], curve.tip
    length = max(((tx - x) ** 2 + (ty - y) ** 2) ** 0.5, 0.01)
    dx, dy = 4 * (ty - y) / length, -4 * (tx - x) / length
    points = ((x + dx, y + dy), (tx, ty), (x - dx, y - dy))
    return "M" + "L".join(f"{number(px)} {number(py)}" for px, py in points) + "z"


def _label(edge: Edge, box: Box) -> str:
    middle = box.x + box.width / 2
    parts = [
        _tooltip(edge, _heading(edge)),
        tag("rect", Class="plate", x=box.x, y=box.y, width=box.width, height=box.height, rx=min(9, box.height / 2)),
    ]
    y = box.y + (0.5 if edge.findings else -1.5)
    for line in _lines(edge):
        y += 15
        parts.append(tag("text", words(line), Class="word small", x=middle, y=y, text_anchor="middle"))
    if edge.findings:
        parts += _badges(edge, middle - (_badges_width(edge) - 6) / 2, y + 4)
    return tag("g", *parts, Class=_class(edge))
