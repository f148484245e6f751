"""A line of source with a caret under the place that is meant."""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.report.page import Page, cells, visible
from svcforge.source.finding import Span

MIN_GUTTER = 2
CUT = "…"


def gutter(span: Span | None) -> int:
    """How wide the line numbers of a frame are."""
    return max(MIN_GUTTER, len(str(span.line))) if span else MIN_GUTTER


def frame(page: Page, line: str, span: Span, note: str, style: str) -> Iterator[str]:
    """The frame's lines: a rule, the source, the caret with its note, a rule.

    A source line that does not fit the page is cut on one or both sides of the caret.
    """
    pad = gutter(span)
    bar = page.paint("frame", f"{' ' * pad} |")
    room = max(16, page.width - pad - 3)
    start = min(span.column - 1, len(line))
    end = span.end_column - 1 if span.end_line == span.line else len(line)
    end = max(end, start + 1)
    # A place behind the last character is a column that the line does not have.
    shown, before, under = _cut(visible(line).ljust(end), start, end, room)
    carets = page.paint(style, "^" * under)
    said = visible(note)
    fits = before + under + 1 + cells(said) <= room
    yield bar
    yield f"{page.paint('frame', f'{span.line:>{pad}} |')} {shown}".rstrip()
    yield f"{bar} {' ' * before}{carets}" + (f" {page.paint(style, said)}" if said and fits else "")
    if said and not fits:
        yield f"{bar} {' ' * max(0, min(before, room - cells(said)))}{page.paint(style, said)}"
    yield bar


def _cut(text: str, start: int, end: int, room: int) -> tuple[str, int, int]:
    """What is shown of a line, the columns before the caret, and the columns under it."""
    if cells(text) <= room:
        return text, cells(text[:start]), max(1, cells(text[start:end]))
    first = 0 if cells(text[:end]) < room else _first_shown(text, start, room)
    left = CUT if first else ""
    used = cells(left)
    # Almost every line is ASCII, where each character takes a column and need not be looked at.
    ahead = text[first : first + room - 1 - used]
    last = first + len(ahead) if ahead.isascii() else first
    used += last - first
    while last < len(text) and used + cells(text[last]) < room:
        used += cells(text[last])
        last += 1
    if last < len(text) and used + cells(text[last:]) <= room:
        last = len(text)
    shown = left + text[first:last] + (CUT if last < len(text) else "")
    return shown, cells(left) + cells(text[first:start]), max(1, cells(text[start : min(end, last)]))


def _first_shown(text: str, start: int, room: int) -> int:
    """Where a cut line begins, so that a third of the room stands before the caret."""
    first, space = start, room // 3
    if text[max(0, start - space) : start].isascii():
        return max(0, start - space)
    while first > 0 and space > 0:
        first -= 1
        space -= cells(text[first])
    return first
