"""Where things go: nothing on top of anything else, whatever the graph, and in reasonable time."""

from __future__ import annotations

import time
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from svcforge.draw.columns import columns
from svcforge.draw.curves import straight
from svcforge.draw.geometry import Box, Frame, Layout, Link, Parts, Size
from svcforge.draw.layout import LEGIBLE, TRACEABLE, layout


def meet(one: Box, other: Box) -> bool:
    apart = (
        one.x + one.width <= other.x + 0.1
        or other.x + other.width <= one.x + 0.1
        or one.y + one.height <= other.y + 0.1
        or other.y + other.height <= one.y + 0.1
    )
    return not apart


def within(inner: Box, outer: Box) -> bool:
    return (
        outer.x <= inner.x + 0.1
        and outer.y <= inner.y + 0.1
        and inner.x + inner.width <= outer.x + outer.width + 0.1
        and inner.y + inner.height <= outer.y + outer.height + 0.1
    )


def check(parts: Parts, found: Layout) -> None:
    """Everything has a place in the picture, no box meets a box or a label, frames hold their members alone."""
    assert (found.boxes.keys(), found.curves.keys()) == (parts.boxes.keys(), parts.links.keys())
    labels = [curve.label for curve in found.curves.values() if curve.label]
    things = [*found.boxes.values(), *labels]
    assert [pair for pair in combinations(things, 2) if meet(*pair)] == []
    picture = Box(0, 0, found.width, found.height)
    assert all(within(thing, picture) for thing in [*things, *found.frames.values()])
    for name, frame in parts.frames.items():
        inside = {box for box, at in found.boxes.items() if meet(at, found.frames[name])}
        assert inside == set(frame.members)
        assert all(within(found.boxes[member], found.frames[name]) for member in frame.members)


@st.composite
def graphs(draw: st.DrawFn) -> Parts:
    count = draw(st.integers(1, 12))
    sizes = st.builds(Size, st.integers(40, 260), st.integers(30, 160))
    boxes = {f"box {n}": draw(sizes) for n in range(count)}
    homes = {name: draw(st.integers(0, 3)) for name in boxes}
    frames = {
        f"frame {home}": Frame(Size(draw(st.integers(20, 300)), 26), tuple(n for n in boxes if homes[n] == home))
        for home in (1, 2, 3)
        if home in homes.values()
    }
    ends = st.sampled_from(list(boxes))
    labels = st.none() | st.builds(Size, st.integers(20, 200), st.integers(16, 80))
    links = draw(st.lists(st.builds(Link, ends, ends, labels), max_size=20))
    return Parts(boxes, frames, {f"link {n}": link for n, link in enumerate(links)})


@settings(max_examples=100, deadline=None)
@given(graphs())
def test_nothing_meets(parts: Parts) -> None:
    found = layout(parts)
    assert found.labelled
    check(parts, found)


@settings(max_examples=100, deadline=None)
@given(graphs())
def test_nothing_meets_where_graphviz_gives_up(parts: Parts) -> None:
    found = layout(parts, fuel=1_000)
    assert found.labelled == (not parts.links)
    check(parts, found)


@settings(max_examples=60, deadline=None)
@given(graphs())
def test_an_arrow_begins_and_ends_at_its_boxes(parts: Parts) -> None:
    found = layout(parts)
    for name, link in parts.links.items():
        source, target = found.boxes[link.source], found.boxes[link.target]
        start, tip = found.curves[name].pieces[0][0], found.curves[name].tip
        assert within(Box(*start, 0, 0), Box(source.x - 2, source.y - 2, source.width + 4, source.height + 4))
        assert within(Box(*tip, 0, 0), Box(target.x - 2, target.y - 2, target.width + 4, target.height + 4))


def chain(count: int) -> Parts:
    boxes = {str(n): Size(100, 50) for n in range(count)}
    links = {str(n): Link(str(n), str(n + 1), Size(40, 18)) for n in range(count - 1)}
    return Parts(boxes, {}, links)


def test_arrows_go_from_left_to_right() -> None:
    found = layout(chain(4))
    places = [found.boxes[str(n)].x for n in range(4)]
    assert places == sorted(places)


def test_what_is_not_connected_stands_side_by_side() -> None:
    pairs = {f"{n}": Link(f"{n}a", f"{n}b", None) for n in range(4)}
    found = layout(Parts({f"{n}{half}": Size(100, 50) for n in range(4) for half in "ab"}, {}, pairs))
    assert found.width < 4 * 200
    assert found.height < 4 * 74


def test_no_parts_make_no_picture() -> None:
    assert layout(Parts({}, {}, {})) == Layout(0, 0, {}, {}, {})


def dense(nodes: int, arrows: int) -> Parts:
    """A connected tangle in frames of ten."""
    boxes = {f"n{n}": Size(120, 52) for n in range(nodes)}
    frames = {f"f{n}": Frame(Size(100, 26), tuple(f"n{m}" for m in range(n, n + 10))) for n in range(0, nodes, 10)}
    ends = ((f"n{n % nodes}", f"n{(n * 7 + n // nodes * 13 + 1) % nodes}") for n in range(arrows))
    return Parts(boxes, frames, {f"e{n}": Link(*pair, Size(40, 18)) for n, pair in enumerate(ends)})


@pytest.mark.parametrize(("nodes", "arrows"), [(1_000, 1_500), (1_000, TRACEABLE + 1), (300, LEGIBLE)])
def test_a_large_tangle_is_laid_out_in_seconds(nodes: int, arrows: int) -> None:
    parts = dense(nodes, arrows)
    start = time.perf_counter()
    found = layout(parts)
    seconds = time.perf_counter() - start
    print(f"{nodes} nodes, {arrows} arrows: {seconds:.1f} s")
    assert found.boxes.keys() == parts.boxes.keys()
    assert seconds < 30


def test_columns_draw_a_loop_beside_its_box() -> None:
    found = columns(Parts({"a": Size(100, 50)}, {}, {"loop": Link("a", "a", None)}))
    assert found.curves["loop"].tip == (100, 14)


def test_a_straight_arrow_goes_from_border_to_border() -> None:
    piece, tip = straight(Box(0, 0, 100, 50), Box(200, 0, 100, 50))
    assert (piece[0], piece[-1], tip) == ((100, 25), (193, 25), (200, 25))
