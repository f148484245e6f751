"""Merges of generated code: how many are right, beside git's; and what a thousand of them cost.

Truth is by construction: user and template each edit a file in a place of their own, four lines or more apart, also by
pasting copies of blocks that are there already; what a merge should give is both edits.
"""

from __future__ import annotations

import random
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.bench.measuring import Taken, svcforge, taken
from tests.bench.systems import blueprint_of
from tests.bench.table import Note, Row

from svcforge.merge.threeway import merge

APART = 4
"""Lines between two edits, as design has measured it."""

Edit = tuple[int, int, list[bytes]]
"""Lines from and to, and what stands there afterwards."""


@dataclass(frozen=True, slots=True)
class Case:
    """A merge and what it should give."""

    base: bytes
    yours: bytes
    ours: bytes
    truth: bytes


def merging(cases: int, folder: Path) -> Iterator[Row | Note]:
    """Right, spurious conflict, silently wrong: of ours and of `git merge-file`; then the time of all of them."""
    made = list(_cases(_texts(folder), cases))
    begun = time.process_time()
    merged = [merge(case.base, case.yours, case.ours) for case in made]
    ours = Taken(time.process_time() - begun, 0)
    mine = Counter(_judged(case, m.data, bool(m.conflicts)) for case, m in zip(made, merged, strict=True))
    begun = time.perf_counter()
    gits = [_by_git(case, folder) for case in made]
    theirs = Taken(time.perf_counter() - begun, 0)
    git = Counter(_judged(case, *answer) for case, answer in zip(made, gits, strict=True))
    yield Note(f"merges: {cases:,} of generated files, against `git merge-file`")
    for who, counts in (("svcforge", mine), ("git", git)):
        words = ("right", "spurious conflict", "silently wrong")
        yield Note(f"  {who:<10}" + ", ".join(f"{counts[word]:,} {word}" for word in words))
    yield Row(f"  {cases:,} merges", ours, theirs, "1 s" if cases == 1_000 else "")


def _judged(case: Case, data: bytes, conflict: bool) -> str:
    if conflict:
        return "spurious conflict"
    return "right" if data == case.truth else "silently wrong"


def _by_git(case: Case, folder: Path) -> tuple[bytes, bool]:
    names = ("yours", "base", "ours")
    for name, text in zip(names, (case.yours, case.base, case.ours), strict=True):
        (folder / name).write_bytes(text)
    done = subprocess.run(["git", "merge-file", "-p", *names], cwd=folder, capture_output=True, check=False)
    return done.stdout, done.returncode != 0


def _texts(folder: Path) -> list[list[bytes]]:
    """The lines of generated files that are long enough to be edited twice."""
    (folder / "merging.yaml").write_text(blueprint_of(6), encoding="utf-8")
    out = folder / "merging"
    taken([*svcforge(), "generate", folder / "merging.yaml", "-o", out])
    paths = sorted(path for suffix in ("py", "json", "yaml", "md") for path in out.rglob(f"*.{suffix}"))
    found = [path.read_bytes().splitlines(keepends=True) for path in paths if ".svcforge" not in path.parts]
    return [lines for lines in found if 40 < len(lines) < 900]


def _cases(texts: list[list[bytes]], count: int) -> Iterator[Case]:
    chance = random.Random(count)
    for _ in range(count):
        lines = chance.choice(texts)
        middle = chance.randint(12, len(lines) - 12)
        edits = [_edit(lines, 2, middle - APART, chance), _edit(lines, middle, len(lines) - 2, chance)]
        mine, theirs = chance.sample(edits, 2)
        yield Case(b"".join(lines), _edited(lines, mine), _edited(lines, theirs), _edited(lines, mine, theirs))


def _edit(lines: list[bytes], low: int, high: int, chance: random.Random) -> Edit:
    at = chance.randint(low, high - 1)
    count = chance.randint(1, min(4, high - at))
    written = [b"    written_%d()\n" % chance.randint(0, 999) for _ in range(count)]
    start = chance.randint(0, len(lines) - 6)
    return chance.choice(
        [
            (at, at, written),
            (at, at + count, []),
            (at, at + count, written),
            (at, at, lines[start : start + chance.randint(2, 12)]),
        ]
    )


def _edited(lines: list[bytes], *edits: Edit) -> bytes:
    found = list(lines)
    for start, end, new in sorted(edits, key=lambda edit: -edit[0]):
        found[start:end] = new
    return b"".join(found)
