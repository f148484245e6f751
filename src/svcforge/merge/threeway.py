"""Merging: what the user changed and what the templates changed, both in one text, or a conflict that shows all three."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from svcforge.merge.differing import Hunk, hunks

YOURS, BASE, OURS = b"yours", b"as it was generated before", b"as it is generated now"
"""What the sections of a conflict are called."""

OPEN, BEFORE, BETWEEN, CLOSE = b"<<<<<<<", b"|||||||", b"=======", b">>>>>>>"
"""How their lines begin, as in git."""

OPENED = (OPEN + b" " + YOURS, OPEN + b" ours")
"""How a conflict opens: as we have written it, or as `git checkout --merge` does."""

Side = Literal["yours", "generated", "before"]
"""Whose lines of a conflict are meant: the user's, those generated now, or those generated before."""

PARTS: Mapping[Side, bytes] = {"yours": OPEN, "generated": BETWEEN, "before": BEFORE}

MOST = 2_000_000
"""Bytes; nobody writes longer texts by hand."""


@dataclass(frozen=True, slots=True)
class Merged:
    """A merged text, and how many conflicts stand in it."""

    data: bytes
    conflicts: int


def merge(base: bytes, yours: bytes, ours: bytes) -> Merged:
    """The user's text with what is offered now, as against what was offered before.

    Bytes are merged line by line, whatever they mean; where a line of the user's ends in CR LF and everything that was
    ever offered ends in LF, the offers are taken as if they did as the user's do.

    Args:
        base: what was offered before.
        yours: the user's.
        ours: what is offered now.
    """
    if yours in (base, ours) or base == ours:
        return Merged(ours if yours == base else yours, 0)
    if _crlf(yours) and b"\r\n" not in base + ours:
        base, ours = base.replace(b"\n", b"\r\n"), ours.replace(b"\n", b"\r\n")
    parts, conflicts = [], 0
    for region in _regions(_lines(base), _lines(yours), _lines(ours)):
        parts.append(region.text)
        conflicts += region.conflict
    return Merged(b"".join(parts), conflicts)


def holds_markers(text: bytes) -> bool:
    """Whether a conflict is still in a text: the lines that open, part and close it; git shows some without the base."""
    return all(any(line.startswith(mark) for line in text.split(b"\n")) for mark in (OPEN, BETWEEN, CLOSE))


def settled(text: bytes, side: Side) -> bytes:
    """A text without the conflicts that are marked in it: of each, the lines of one side are left."""
    kept, part = [], None
    for line in _lines(text):
        head = line.split(b" ")[0].rstrip(b"\r\n")
        if part is None and line.startswith(OPENED):
            part = OPEN
        elif part is not None and head in (BEFORE, BETWEEN):
            part = head
        elif part == BETWEEN and head == CLOSE:
            part = None
        elif part in (None, PARTS[side]):
            kept.append(line)
    return b"".join(kept)


def is_text(data: bytes) -> bool:
    """Whether lines can be merged: UTF-8 without zero bytes, and no more than two million bytes."""
    if len(data) > MOST or b"\0" in data:
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return True


def _crlf(text: bytes) -> bool:
    return b"\r\n" in text and text.count(b"\r\n") == text.count(b"\n")


def _lines(text: bytes) -> list[bytes]:
    """Lines with their ends; only LF ends one."""
    parts = text.split(b"\n")
    return [*(part + b"\n" for part in parts[:-1]), *([parts[-1]] if parts[-1] else [])]


@dataclass(frozen=True, slots=True)
class _Region:
    text: bytes
    conflict: bool = False


def _regions(base: Sequence[bytes], yours: Sequence[bytes], ours: Sequence[bytes]) -> Iterator[_Region]:
    """The merged text in pieces: what nobody changed, what one side changed, and conflicts."""
    at = mine = theirs = 0
    for start, end, left, right in _together(hunks(base, yours), hunks(base, ours)):
        yield _Region(b"".join(base[at:start]))
        mine, theirs = mine + start - at, theirs + start - at
        stop, halt = mine + end - start + _growth(left), theirs + end - start + _growth(right)
        yield _region(base[start:end], yours[mine:stop], ours[theirs:halt])
        at, mine, theirs = end, stop, halt
    yield _Region(b"".join(base[at:]))


def _growth(found: list[Hunk]) -> int:
    return sum((h.stop - h.begin) - (h.end - h.start) for h in found)


def _together(yours: list[Hunk], ours: list[Hunk]) -> Iterator[tuple[int, int, list[Hunk], list[Hunk]]]:
    """Stretches of the base that are changed, with who changed what in there; changes that touch are one stretch."""
    changes = sorted([(hunk, 0) for hunk in yours] + [(hunk, 1) for hunk in ours])
    start = end = -1
    sides: tuple[list[Hunk], list[Hunk]] = ([], [])
    for hunk, side in changes:
        if hunk.start > end:
            if end >= 0:
                yield start, end, *sides
            start, sides = hunk.start, ([], [])
        sides[side].append(hunk)
        end = max(end, hunk.end)
    if changes:
        yield start, end, *sides


def _region(base: Sequence[bytes], yours: Sequence[bytes], ours: Sequence[bytes]) -> _Region:
    if yours in (base, ours):
        return _Region(b"".join(ours))
    if ours == base:
        return _Region(b"".join(yours))
    head = 0
    while head < min(len(yours), len(ours)) and yours[head] == ours[head]:
        head += 1
    tail = 0
    while tail < min(len(yours), len(ours)) - head and yours[-1 - tail] == ours[-1 - tail]:
        tail += 1
    end = b"\r\n" if any(line.endswith(b"\r\n") for line in (*yours, *base)) else b"\n"
    shown = (
        (OPEN + b" " + YOURS, yours[head : len(yours) - tail]),
        (BEFORE + b" " + BASE, base),
        (BETWEEN, ours[head : len(ours) - tail]),
    )
    middle = b"".join(mark + end + _ended(lines, end) for mark, lines in shown)
    after = yours[len(yours) - tail :]
    return _Region(b"".join(yours[:head]) + middle + CLOSE + b" " + OURS + end + b"".join(after), conflict=True)


def _ended(lines: Sequence[bytes], end: bytes) -> bytes:
    """Lines of which the last has an end as well: a marker must begin a line."""
    text = b"".join(lines)
    return text if not text or text.endswith(b"\n") else text + end
