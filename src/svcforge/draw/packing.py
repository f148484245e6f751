"""Layouts that have nothing to do with each other, put into one picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import sqrt

from svcforge.draw.geometry import Box, Curve, Layout, Point

GAP = 24.0
"""Pixels between two layouts."""


def packed(layouts: Sequence[Layout]) -> Layout:
    """The layouts in rows from left to right, as wide as the widest of them, or as a square is."""
    extents = [layout.extent() for layout in layouts]
    sizes = [(right - left, bottom - top) for (left, top), (right, bottom) in extents]
    area = sum((width + GAP) * (height + GAP) for width, height in sizes)
    widest = max([sqrt(area), *(width for width, _ in sizes)])
    boxes: dict[str, Box] = {}
    frames: dict[str, Box] = {}
    curves: dict[str, Curve] = {}
    x = y = row = reached = 0.0
    for layout, ((left, top), _), (width, height) in zip(layouts, extents, sizes, strict=True):
        if x and x + width > widest:
            x, y, row = 0.0, y + row + GAP, 0.0
        by = (x - left, y - top)
        boxes |= {name: _box(box, by) for name, box in layout.boxes.items()}
        frames |= {name: _box(box, by) for name, box in layout.frames.items()}
        curves |= {name: _curve(curve, by) for name, curve in layout.curves.items()}
        reached, row = max(reached, x + width), max(row, height)
        x += width + GAP
    return Layout(reached, y + row, boxes, frames, curves, all(layout.labelled for layout in layouts))


def _point(point: Point, by: Point) -> Point:
    return (point[0] + by[0], point[1] + by[1])


def _box(box: Box, by: Point) -> Box:
    return replace(box, x=box.x + by[0], y=box.y + by[1])


def _curve(curve: Curve, by: Point) -> Curve:
    pieces = tuple(tuple(_point(point, by) for point in piece) for piece in curve.pieces)
    return Curve(pieces, _point(curve.tip, by), _box(curve.label, by) if curve.label else None)
