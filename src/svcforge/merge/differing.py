"""Where two lists of lines differ: the fewest lines removed and added (Myers 1986), each run slid to where it is told best.

Which of several equally short ways to tell a difference is taken decides whether a merge puts things where a person
would: a run that is only added, or only removed, may often stand a few lines higher or lower. As git does, it goes
beside another change where it can, and else as low as it can, so that both sides of a merge tell alike changes alike.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import NamedTuple

MOST_EDITS = 800
"""Beyond so many edits the fewest are not looked for: the time would grow with their square."""


class Hunk(NamedTuple):
    """Lines `start` to `end` of the old list give way to lines `begin` to `stop` of the new one."""

    start: int
    end: int
    begin: int
    stop: int


def hunks(old: Sequence[bytes], new: Sequence[bytes]) -> list[Hunk]:
    """What turns one list of lines into another, in order; no two hunks touch."""
    head = 0
    while head < len(old) and head < len(new) and old[head] == new[head]:
        head += 1
    tail = 0
    while tail < min(len(old), len(new)) - head and old[-1 - tail] == new[-1 - tail]:
        tail += 1
    found = _between(old[head : len(old) - tail], new[head : len(new) - tail])
    return _slid([Hunk(*(at + head for at in hunk)) for hunk in found], old, new)


def _between(old: Sequence[bytes], new: Sequence[bytes]) -> list[Hunk]:
    """Hunks between two lists with nothing in common at either end."""
    if not old or not new:
        return [Hunk(0, len(old), 0, len(new))] if old or new else []
    numbers: dict[bytes, int] = {}
    a = [numbers.setdefault(line, len(numbers)) for line in old]
    b = [numbers.setdefault(line, len(numbers)) for line in new]
    found: list[Hunk] = []
    start = begin = 0
    for i, j, size in [*(_fewest(a, b) or _blocks(a, b)), (len(a), len(b), 0)]:
        if i > start or j > begin:
            found.append(Hunk(start, i, begin, j))
        start, begin = i + size, j + size
    return found


def _blocks(a: list[int], b: list[int]) -> list[tuple[int, int, int]]:
    """Runs in common of two very different lists, by the longest run first."""
    return [(m.a, m.b, m.size) for m in SequenceMatcher(None, a, b, autojunk=False).get_matching_blocks() if m.size]


def _fewest(a: list[int], b: list[int]) -> list[tuple[int, int, int]] | None:
    """Runs in common that leave the fewest edits: first index in `a`, in `b`, length; None when there are too many edits.

    E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", Algorithmica 1 (1986), the greedy form: `ends[k]`
    is how far in `a` one gets on diagonal k with the edits so far.
    """
    ends = {1: 0}
    trace = []
    for edits in range(min(len(a) + len(b), MOST_EDITS) + 1):
        trace.append(ends.copy())
        for k in range(-edits, edits + 1, 2):
            x = ends[k + 1] if _down(ends, k, edits) else ends[k - 1] + 1
            y = x - k
            while x < len(a) and y < len(b) and a[x] == b[y]:
                x, y = x + 1, y + 1
            ends[k] = x
            if x >= len(a) and y >= len(b):
                return _way_back(trace, x, y)
    return None


def _down(ends: dict[int, int], k: int, edits: int) -> bool:
    """Whether the furthest way to diagonal k adds a line of `b` rather than drops one of `a`."""
    return k == -edits or (k != edits and ends[k - 1] < ends[k + 1])


def _way_back(trace: list[dict[int, int]], x: int, y: int) -> list[tuple[int, int, int]]:
    found = []
    for edits in range(len(trace) - 1, 0, -1):
        ends, k = trace[edits], x - y
        down = _down(ends, k, edits)
        before = ends[k + 1] if down else ends[k - 1]
        behind = before - (k + 1 if down else k - 1)
        i, j = (before, behind + 1) if down else (before + 1, behind)
        if x > i:
            found.append((i, j, x - i))
        x, y = before, behind
    if x:
        found.append((0, 0, x))
    return found[::-1]


def _slid(found: list[Hunk], old: Sequence[bytes], new: Sequence[bytes]) -> list[Hunk]:
    """The same changes, each pure one beside a neighbour if it can be, else as low as it can be."""
    done: list[Hunk] = []
    waiting = found[::-1]
    while waiting:
        hunk = waiting.pop()
        down = _room_below(hunk, old, new, waiting[-1].start - hunk.end if waiting else len(old) - hunk.end)
        if waiting and hunk.end + down == waiting[-1].start:
            waiting.append(_joined(_moved(hunk, down), waiting.pop()))
            continue
        room = hunk.start - (done[-1].end if done else 0)
        up = _room_above(hunk, old, new, room)
        if done and up == room:
            waiting.append(_joined(done.pop(), _moved(hunk, -up)))
            continue
        done.append(_moved(hunk, down))
    return done


def _moved(hunk: Hunk, by: int) -> Hunk:
    return Hunk(*(at + by for at in hunk))


def _joined(first: Hunk, second: Hunk) -> Hunk:
    return Hunk(first.start, second.end, first.begin, second.stop)


def _room_below(hunk: Hunk, old: Sequence[bytes], new: Sequence[bytes], most: int) -> int:
    """By how many lines a pure hunk can move down, telling the same."""
    lines, start, end = _run(hunk, old, new)
    by = 0
    while by < most and start < end and lines[start + by] == lines[end + by]:
        by += 1
    return by


def _room_above(hunk: Hunk, old: Sequence[bytes], new: Sequence[bytes], most: int) -> int:
    """By how many lines a pure hunk can move up, telling the same."""
    lines, start, end = _run(hunk, old, new)
    by = 0
    while by < most and start < end and lines[start - 1 - by] == lines[end - 1 - by]:
        by += 1
    return by


def _run(hunk: Hunk, old: Sequence[bytes], new: Sequence[bytes]) -> tuple[Sequence[bytes], int, int]:
    """The lines that are only there on one side; none where lines give way to others: those stay where they are."""
    if hunk.start == hunk.end:
        return new, hunk.begin, hunk.stop
    if hunk.begin == hunk.stop:
        return old, hunk.start, hunk.end
    return old, 0, 0
