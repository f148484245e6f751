"""Where everything goes: the best layout that can be had in reasonable time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from svcforge.draw.columns import columns
from svcforge.draw.curves import smoothed
from svcforge.draw.geometry import Layout, Parts
from svcforge.draw.graphviz import FUEL, Graphviz, LayoutTooHard
from svcforge.draw.packing import packed
from svcforge.draw.ranked import CAREFUL, QUICK, ranked

LEGIBLE = 1_000
"""Arrows between connected parts up to which labels on them help anybody."""
TRACEABLE = 5_000
"""Arrows up to which their order does."""


def layout(parts: Parts, *, fuel: int = FUEL) -> Layout:
    """The parts from left to right along their arrows; what is not connected is laid out by itself, the largest first.

    Args:
        fuel: how many WebAssembly instructions the whole layout may take.
    """
    graphviz = Graphviz(fuel)
    components = sorted(_components(parts), key=lambda part: -len(part.links))
    return packed([_arranged(component, graphviz) for component in components])


def _arranged(parts: Parts, graphviz: Graphviz) -> Layout:
    """By Graphviz, twice: the first time to learn the order of the arrows.

    Where that is too hard, without labels and quickly; where that is too hard as well, in columns.
    """
    try:
        if 0 < len(parts.links) <= LEGIBLE:
            draft = ranked(parts, graphviz, CAREFUL)
            return smoothed(ranked(parts, graphviz, CAREFUL, draft))
    except LayoutTooHard:
        pass
    try:
        if 0 < len(parts.links) <= TRACEABLE:
            bare = replace(parts, links={name: replace(link, label=None) for name, link in parts.links.items()})
            return replace(ranked(bare, graphviz, QUICK), labelled=False)
    except LayoutTooHard:
        pass
    return columns(parts)


def _components(parts: Parts) -> list[Parts]:
    """The parts in pieces that share neither a frame nor an arrow, in the order of their first boxes."""
    leader = {name: name for name in parts.boxes}

    def lead(name: str) -> str:
        while leader[name] != name:
            leader[name] = leader[leader[name]]
            name = leader[name]
        return name

    groups: list[Sequence[str]] = [frame.members for frame in parts.frames.values()]
    groups += [(link.source, link.target) for link in parts.links.values()]
    for group in groups:
        for member in group[1:]:
            leader[lead(member)] = lead(group[0])
    found: dict[str, Parts] = {}
    for name, size in parts.boxes.items():
        found.setdefault(lead(name), Parts({}, {}, {})).boxes[name] = size
    for name, frame in parts.frames.items():
        if frame.members:
            found[lead(frame.members[0])].frames[name] = frame
    for name, link in parts.links.items():
        found[lead(link.source)].links[name] = link
    return list(found.values())
