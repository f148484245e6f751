"""A layout without ranks, for what has too many arrows: a column of boxes in each frame, and arrows straight across."""

from __future__ import annotations

from svcforge.draw.curves import straight
from svcforge.draw.geometry import Box, Curve, Frame, Layout, Parts, Size
from svcforge.draw.packing import packed

PAD = 14.0
"""Pixels between boxes of a frame, and around them."""


def columns(parts: Parts) -> Layout:
    """Every frame by itself, packed, and arrows without labels. Takes time in proportion to the size."""
    framed = {member for frame in parts.frames.values() for member in frame.members}
    blocks = [_framed(name, frame, parts) for name, frame in parts.frames.items() if frame.members]
    blocks += [_alone(name, size) for name, size in parts.boxes.items() if name not in framed]
    found = packed(blocks)
    curves = {}
    for name, link in parts.links.items():
        piece, tip = straight(found.boxes[link.source], found.boxes[link.target])
        curves[name] = Curve((piece,), tip, None)
    return Layout(found.width, found.height, found.boxes, found.frames, curves, labelled=not curves)


def _framed(name: str, frame: Frame, parts: Parts) -> Layout:
    width = max(frame.label.width, *(parts.boxes[member].width for member in frame.members)) + 2 * PAD
    height = frame.label.height + PAD
    boxes = {}
    for member in frame.members:
        size = parts.boxes[member]
        boxes[member] = Box(PAD, height, size.width, size.height)
        height += size.height + PAD
    return Layout(width, height, boxes, {name: Box(0, 0, width, height)}, {})


def _alone(name: str, size: Size) -> Layout:
    return Layout(size.width, size.height, {name: Box(0, 0, size.width, size.height)}, {}, {})
