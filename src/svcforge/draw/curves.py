"""Arrows that go straight: those with nothing in their way, and those that nobody found a way for."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from dataclasses import replace
from math import hypot, inf

from svcforge.draw.geometry import Box, Layout, Point

STRIP = 32.0
"""Pixels at the top of a frame where its name stands."""
HEAD = 7.0
"""Length of an arrow's head in pixels."""


def smoothed(layout: Layout) -> Layout:
    """The layout with each piece of an arrow as one curve, level at both ends, where nothing stands between them.

    Graphviz bends an arrow that climbs steeply from one rank to the next back over itself. Here one that has
    nothing in its way never does, and one that has sets out and arrives without swinging too far.
    """
    obstacles = _Obstacles(layout)
    return replace(
        layout,
        curves={
            name: replace(curve, pieces=tuple(_straightened(piece, obstacles) for piece in curve.pieces))
            for name, curve in layout.curves.items()
        },
    )


def _straightened(piece: tuple[Point, ...], obstacles: _Obstacles) -> tuple[Point, ...]:
    start, end = piece[0], piece[-1]
    if start[0] >= end[0]:
        return piece
    if obstacles.between(start, end):
        first, last = (start[0] + piece[3][0]) / 2, (piece[-4][0] + end[0]) / 2
        second, last_but_one = (min(piece[1][0], first), piece[1][1]), (max(piece[-2][0], last), piece[-2][1])
        return (start, second, *piece[2:-2], last_but_one, end)
    middle = (start[0] + end[0]) / 2
    return (start, (middle, start[1]), (middle, end[1]), end)


class _Obstacles:
    """The boxes, labels and names of frames of a layout, by where they begin."""

    def __init__(self, layout: Layout) -> None:
        names = (Box(f.x, f.y, f.width, STRIP) for f in layout.frames.values())
        labels = (curve.label for curve in layout.curves.values() if curve.label)
        self.boxes = sorted((*layout.boxes.values(), *labels, *names), key=lambda box: box.x)
        self.starts = [box.x for box in self.boxes]
        self.widest = max((box.width for box in self.boxes), default=0.0)

    def between(self, start: Point, end: Point) -> bool:
        """Whether one meets the rectangle between two points; what only touches its ends does not."""
        low, high = sorted((start[1], end[1]))
        first = bisect_left(self.starts, start[0] + 1 - self.widest)
        for box in self.boxes[first : bisect_right(self.starts, end[0] - 1)]:
            if box.x + box.width > start[0] + 1 and box.y < high + 3 and box.y + box.height > low - 3:
                return True
        return False


def straight(source: Box, target: Box) -> tuple[tuple[Point, ...], Point]:
    """A line from border to border of two boxes, or a loop at the corner of one: the curve, and the arrow's tip."""
    if source == target:
        x, y = source.x + source.width, source.y
        return ((x - 20, y), (x - 20, y - 20), (x + 20, y - 4), (x + HEAD, y + 12)), (x, y + 14)
    start, tip = _border(source, target), _border(target, source)
    length = max(hypot(tip[0] - start[0], tip[1] - start[1]), 1.0)
    end = (tip[0] - HEAD * (tip[0] - start[0]) / length, tip[1] - HEAD * (tip[1] - start[1]) / length)
    return (start, start, end, end), tip


def _border(box: Box, other: Box) -> Point:
    """Where the line from the box's centre to the other's leaves the box."""
    (x, y), (ox, oy) = box.centre, other.centre
    dx, dy = ox - x, oy - y
    share = min(box.width / 2 / abs(dx) if dx else inf, box.height / 2 / abs(dy) if dy else inf)
    return (x + dx * min(share, 1.0), y + dy * min(share, 1.0))
