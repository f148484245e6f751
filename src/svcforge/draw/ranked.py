"""Parts laid out in ranks from left to right by Graphviz: the graph that it is given, and its answer read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import ceil
from typing import Any

from svcforge.draw.curves import straight
from svcforge.draw.geometry import Box, Curve, Layout, Link, Parts, Point, Size
from svcforge.draw.graphviz import Graphviz

CAREFUL = "nodesep=0.2;ranksep=0.4;splines=true"
QUICK = "nodesep=0.2;ranksep=0.6;splines=line;nslimit=1;nslimit1=1;mclimit=0.1"
"""Graphviz's settings, the second ones for what is too large for care."""

_LETTER = 10.8
"""Pixels that Graphviz reserves for a letter of 18 point Courier; labels of frames are sized with strings of them."""


def ranked(parts: Parts, graphviz: Graphviz, settings: str, draft: Layout | None = None) -> Layout:
    """The layout with each label in the middle of its arrow, so that nothing runs through it.

    With a draft, arrows leave a box on one side and enter on the other, each at a height of its own, in the
    order in which the draft has them.

    Raises:
        LayoutTooHard: see `Graphviz.positions`.
    """
    ports = _ports(parts, draft) if draft else _Ports()
    return _read(graphviz.positions(_graph(parts, settings, ports)), parts)


@dataclass(frozen=True, slots=True)
class _Ports:
    """Where arrows meet boxes: (link, "out" or "in") -> port, (box, side) -> how many; and links that run back."""

    ends: Mapping[tuple[str, str], str] = field(default_factory=dict)
    counts: Mapping[tuple[str, str], int] = field(default_factory=dict)
    back: frozenset[str] = frozenset()

    def box(self, name: str) -> str:
        """The fields of a box, as Graphviz writes records: ports of the west side, then of the east side."""
        sides = ("|".join(f"<{side}{n}>" for n in range(self.counts.get((name, side), 0))) for side in "we")
        return "{{" + "}|{".join(sides) + "}}"

    def label(self, name: str, link: Link) -> tuple[str, str]:
        """The sides of its label on which an arrow enters and leaves it."""
        if not self.ends or link.source == link.target:
            return ("", "")
        return (":e", ":w") if name in self.back else (":w", ":e")


def _ports(parts: Parts, draft: Layout) -> _Ports:
    sides: dict[tuple[str, str], list[tuple[float, str, str]]] = {}
    back = set()
    for name, link in parts.links.items():
        source, target = draft.boxes[link.source], draft.boxes[link.target]
        if target.x < source.x:
            back.add(name)
        leaves = "w" if name in back else "e"
        enters = "w" if name not in back and source is not target else "e"
        pieces = draft.curves[name].pieces
        sides.setdefault((link.source, leaves), []).append((_slope(pieces[0][:4], source), name, "out"))
        sides.setdefault((link.target, enters), []).append((_slope(pieces[-1][:-5:-1], target), name, "in"))
    ends = {}
    for (_, side), arrows in sides.items():
        for place, (_, name, way) in enumerate(sorted(arrows)):
            ends[name, way] = f":{side}{place}:{side}"
    return _Ports(ends, {at: len(arrows) for at, arrows in sides.items()}, frozenset(back))


def _slope(away: tuple[Point, ...], box: Box) -> float:
    """How steeply a curve comes down from a box, given its first points from there."""
    (x, y), (ox, oy) = box.centre, away[-1]
    return (oy - y) / max(abs(ox - x), 1.0)


def _graph(parts: Parts, settings: str, ports: _Ports) -> str:
    """The graph for Graphviz: the words in it are numbers and ports, whatever the parts are called."""
    numbers = {name: f"n{number}" for number, name in enumerate(parts.boxes)}
    home = {member: number for number, frame in enumerate(parts.frames.values()) for member in frame.members}
    inside: dict[int | None, list[str]] = {}
    for name, size in parts.boxes.items():
        inside.setdefault(home.get(name), []).append(_node(numbers[name], size, ports.box(name)))
    arrows = []
    for number, (name, link) in enumerate(parts.links.items()):
        source = numbers[link.source] + ports.ends.get((name, "out"), "")
        target = numbers[link.target] + ports.ends.get((name, "in"), "")
        if link.label is None:
            arrows.append(f'{source}->{target}[id="{number}",minlen=2]')
            continue
        shared = home.get(link.source) if home.get(link.source) == home.get(link.target) else None
        inside.setdefault(shared, []).append(_node(f"l{number}", link.label, ""))
        enters, leaves = ports.label(name, link)
        arrows.append(f'{source}->l{number}{enters}[id="{number}",dir=none,weight=2]')
        arrows.append(f'l{number}{leaves}->{target}[id="{number}",weight=2]')
    lines = [
        f"digraph{{rankdir=LR;{settings};fontname=Courier;fontsize=18;labeljust=l",
        "node[shape=record,fixedsize=true];edge[arrowsize=0.7]",
        *inside.get(None, ()),
    ]
    for number, frame in enumerate(parts.frames.values()):
        letters = "M" * ceil(frame.label.width / _LETTER)
        lines += [f'subgraph cluster_{number}{{margin=14;label="{letters}"', *inside.get(number, ()), "}"]
    return "\n".join([*lines, *arrows, "}"])


def _node(name: str, size: Size, fields: str) -> str:
    return f'{name}[width={size.width / 72:.4f},height={size.height / 72:.4f},label="{fields}"]'


def _read(found: Mapping[str, Any], parts: Parts) -> Layout:
    """Graphviz's answer. Its y grows upwards; `left` and `top` are where the picture begins."""
    left, bottom, right, top = map(float, found["bb"].split(","))
    sizes = {f"n{number}": size for number, size in enumerate(parts.boxes.values())}
    sizes |= {f"l{number}": link.label for number, link in enumerate(parts.links.values()) if link.label}

    def point(text: str) -> Point:
        x, y = text.split(",")[-2:]
        return (round(float(x) - left, 2), round(top - float(y), 2))

    def box(name: str, at: str) -> Box:
        (x, y), size = point(at), sizes[name]
        return Box(round(x - size.width / 2, 2), round(y - size.height / 2, 2), size.width, size.height)

    objects = {o["name"]: o for o in found["objects"]}
    boxes = {name: box(name, objects[name]["pos"]) for name in sizes}
    numbered = {o["_gvid"]: name for name, o in objects.items()}
    pieces: dict[int, list[tuple[Point, ...]]] = {}
    tips: dict[int, Point] = {}
    for edge in found["edges"]:
        number = int(edge["id"])
        if "pos" not in edge:  # rare: an arrow within a rank that Graphviz finds no way for
            piece, tips[number] = straight(boxes[numbered[edge["tail"]]], boxes[numbered[edge["head"]]])
            pieces.setdefault(number, []).append(piece)
            continue
        for spline in edge["pos"].split(";"):
            points = spline.split()
            pieces.setdefault(number, []).append(tuple(point(p) for p in points if p[0] not in "se"))
            tips.update((number, point(p)) for p in points if p[0] == "e")
    curves = {
        name: Curve(tuple(pieces[number]), tips[number], boxes.get(f"l{number}"))
        for number, name in enumerate(parts.links)
    }
    frames = {}
    for number, name in enumerate(parts.frames):
        x0, y0, x1, y1 = map(float, objects[f"cluster_{number}"]["bb"].split(","))
        frames[name] = Box(round(x0 - left, 2), round(top - y1, 2), round(x1 - x0, 2), round(y1 - y0, 2))
    placed = {name: boxes[f"n{number}"] for number, name in enumerate(parts.boxes)}
    return Layout(right - left, top - bottom, placed, frames, curves)
