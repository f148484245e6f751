"""Colours that can be read, in light and in dark."""

from __future__ import annotations

import pytest

from svcforge.draw.palette import BOXES, COLOURS, LINES, style_sheet
from svcforge.draw.scene import EdgeKind, NodeKind


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it."""
    parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str, shade: int) -> float:
    light, dark = sorted((luminance(COLOURS[one][shade]), luminance(COLOURS[other][shade])), reverse=True)
    return (light + 0.05) / (dark + 0.05)


shades = pytest.mark.parametrize("shade", [0, 1], ids=["light", "dark"])


@shades
@pytest.mark.parametrize("kind", BOXES)
def test_words_in_a_box_can_be_read(kind: str, shade: int) -> None:
    surface, _, name, small = BOXES[kind]
    assert min(contrast(surface, name, shade), contrast(surface, small, shade)) >= 4.5


@shades
@pytest.mark.parametrize("words", ["ink", "muted"])
@pytest.mark.parametrize("surface", ["canvas", "frame"])
def test_words_beside_boxes_can_be_read(surface: str, words: str, shade: int) -> None:
    assert contrast(surface, words, shade) >= 4.5


@shades
@pytest.mark.parametrize("colour", [*(line for line, _ in LINES.values()), "error", "warning", "info"])
def test_words_on_arrows_can_be_read(colour: str, shade: int) -> None:
    assert contrast("canvas", colour, shade) >= 4.5


@shades
@pytest.mark.parametrize("kind", BOXES)
def test_boxes_can_be_seen(kind: str, shade: int) -> None:
    surface, edge, _, _ = BOXES[kind]
    assert max(contrast("frame", surface, shade), contrast("frame", edge, shade)) >= 3


def test_every_kind_has_its_colours() -> None:
    assert (set(BOXES), set(LINES)) == ({k.value for k in NodeKind}, {k.value for k in EdgeKind})


def test_kinds_of_arrows_that_can_meet_are_told_apart_without_colours() -> None:
    dashes = [LINES[kind][1] for kind in ("sync", "async", "saga", "relation")]
    assert len(set(dashes)) == 4


def test_the_style_sheet_has_both_shades() -> None:
    light, dark = style_sheet().split("@media (prefers-color-scheme:dark)")
    assert (COLOURS["canvas"][0] in light, COLOURS["canvas"][1] in dark) == (True, True)
