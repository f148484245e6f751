"""Boxes, frames, links and where they are, in pixels, y growing downwards: what a layout takes and gives."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

Point = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Size:
    """How much room something needs."""

    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle by its upper left corner."""

    x: float
    y: float
    width: float
    height: float

    @property
    def centre(self) -> Point:
        """The point in its middle."""
        return (self.x + self.width / 2, self.y + self.height / 2)


@dataclass(frozen=True, slots=True)
class Frame:
    """A box to be drawn around `members`, with room for a label at its top."""

    label: Size
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Link:
    """An arrow between two boxes, with room for its label in the middle (None: no label)."""

    source: str
    target: str
    label: Size | None


@dataclass(frozen=True, slots=True)
class Parts:
    """What is to be laid out, each under a name of the caller's."""

    boxes: dict[str, Size]
    frames: dict[str, Frame]
    links: dict[str, Link]


@dataclass(frozen=True, slots=True)
class Curve:
    """Bezier curves (a start and three points for each piece); the last one ends in an arrow at `tip`."""

    pieces: tuple[tuple[Point, ...], ...]
    tip: Point
    label: Box | None


@dataclass(frozen=True, slots=True)
class Layout:
    """A picture's size, and where its boxes, frames and arrows are, by the names they were given with.

    `labelled` tells whether the arrows' labels have a place.
    """

    width: float
    height: float
    boxes: Mapping[str, Box]
    frames: Mapping[str, Box]
    curves: Mapping[str, Curve]
    labelled: bool = True

    def extent(self) -> tuple[Point, Point]:
        """The upper left and the lower right corner of all there is: an arrow may leave the picture's own size."""
        points = [(0.0, 0.0), (self.width, self.height), *self._corners()]
        xs, ys = [x for x, _ in points], [y for _, y in points]
        return (min(xs), min(ys)), (max(xs), max(ys))

    def _corners(self) -> Iterator[Point]:
        for curve in self.curves.values():
            for piece in curve.pieces:
                yield from piece
