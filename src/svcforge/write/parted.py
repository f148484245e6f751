"""State in which git has left two sides, after a merge of two branches that were both generated: put together again.

Of a file that both sides have generated, either side's bytes are a right base, as what a user wrote is in the file and
in neither of them; so every file keeps a base, and the next generation merges as ever. Better still is what git has
made of the file itself but for what the user wrote: both sides' bytes, merged.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from svcforge import process
from svcforge.errors import SvcforgeError
from svcforge.merge.entry import Entry, State
from svcforge.merge.threeway import BEFORE, BETWEEN, CLOSE, OPEN, merge
from svcforge.write.manifest import BASE, LARGEST, MANIFEST, Header, Manifest, kept, manifest_of

VERSIONS = 20
"""Versions of a base that are looked into, the newest first."""

PATIENCE = 10.0
"""Seconds that git may take for an answer."""


def sides(text: bytes) -> tuple[bytes, bytes] | None:
    """The text of either side of a merge that is marked in it; None where none is."""
    found: tuple[list[bytes], list[bytes]] = ([], [])
    part, conflicts = None, 0
    for line in text.splitlines(keepends=True):
        head = line.split(b" ")[0].rstrip(b"\r\n")
        if head == (OPEN if part is None else CLOSE if part == BETWEEN else BETWEEN):
            part, conflicts = None if head == CLOSE else head, conflicts + (head == CLOSE)
        elif part == OPEN and head == BEFORE:
            part = head
        elif part != BEFORE:
            for lines, own in zip(found, (OPEN, BETWEEN), strict=True):
                if part in (None, own):
                    lines.append(line)
    return (b"".join(found[0]), b"".join(found[1])) if conflicts and part is None else None


def joined(text: bytes, name: str) -> Manifest | None:
    """The manifest of both sides; None where the text has no sides. `name` is what messages call it.

    Raises SvcforgeError when one of them is no manifest.
    """
    found = sides(text)
    if found is None:
        return None
    ours, theirs = (manifest_of(_ended(side), name) for side in found)
    files = {path: _either(ours.files.get(path), theirs.files.get(path)) for path in {**ours.files, **theirs.files}}
    packs = tuple(sorted({*ours.header.packs, *theirs.header.packs}))
    ejected = ours.header.ejected or theirs.header.ejected
    return Manifest(Header(ours.header.unit, packs, None, ejected), dict(sorted(files.items())))


def _ended(side: bytes) -> bytes:
    """A side whose last file may have been another's: all lines of files but the last end in a comma."""
    first, *lines = side.splitlines() or [b""]
    files = [line.rstrip().removesuffix(b",") for line in lines if line.startswith(b'"')]
    return first + b"\n" + b",\n".join(files) + b"\n}}\n"


def _either(ours: Entry | None, theirs: Entry | None) -> Entry:
    """One side's entry of a file: the one with a conflict, which still has to be resolved; else ours."""
    known = [entry for entry in (ours, theirs) if entry is not None]
    return next((entry for entry in known if entry.state is State.CONFLICTED), known[0])


def blended(folder: Path, known: Manifest) -> dict[str, bytes]:
    """The bytes of both sides, merged, of each file of which both have generated something else and that merge cleanly.

    Only while the merge is not committed yet: then git still knows what the sides have in common.
    """
    before, ours, theirs = (_kept_at(folder, f":{stage}") for stage in (1, 2, 3))
    found = {}
    for path, entry in known.files.items():
        if entry.state is State.CLEAN and path in before and path in ours and path in theirs:
            made = merge(before[path], ours[path], theirs[path])
            if not made.conflicts and made.data != ours[path]:
                found[path] = made.data
    return found


def _kept_at(folder: Path, revision: str) -> dict[str, bytes]:
    manifest, base = (_shown(folder, f"{revision}:./{name}") for name in (MANIFEST, BASE))
    try:
        return kept(manifest_of(manifest, MANIFEST), base) if manifest is not None and base is not None else {}
    except SvcforgeError:
        return {}


def joined_lock(text: bytes) -> bytes:
    """A workspace's lock of both sides, ours where they differ; the text itself where it has no sides or is none."""
    try:
        ours, theirs = (json.loads(side) for side in sides(text) or ())
        for key in ("packs", "units"):
            ours[key] = dict(sorted({**theirs[key], **ours[key]}.items()))
    except (ValueError, KeyError, TypeError, RecursionError):
        return text
    return (json.dumps(ours, indent=2) + "\n").encode()


def committed(folder: Path, known: Manifest) -> dict[str, bytes]:
    """The bytes last offered of each file as far as any base in the user's git repository has them.

    Args:
        folder: of the unit.
        known: whose hashes count.
    """
    wanted = {entry.hash for entry in known.files.values()}
    found: dict[str, bytes] = {}
    for revision in _revisions(folder):
        if wanted <= found.keys():
            break
        found |= {hashlib.sha256(data).hexdigest(): data for data in _kept_at(folder, revision).values()}
    return {path: found[entry.hash] for path, entry in known.files.items() if entry.hash in found}


def _revisions(folder: Path) -> Sequence[str]:
    """Where git may have a base: both sides of a merge that is not committed yet, and what was committed."""
    found = [":2", ":3"]
    for head in ("HEAD", "MERGE_HEAD"):
        asked = ("git", "rev-list", "--full-history", f"--max-count={VERSIONS}", head, "--", f"./{BASE}")
        done = _git(folder, asked)
        found += done.decode("ascii", "replace").split() if done else []
    return found


def _shown(folder: Path, what: str) -> bytes | None:
    found = _git(folder, ("git", "cat-file", "blob", what))
    return found if found is not None and len(found) <= LARGEST[BASE] else None


def _git(folder: Path, asked: Sequence[str]) -> bytes | None:
    try:
        done = process.run(asked, cwd=folder, env=process.ASKING_GIT, timeout=PATIENCE)
    except SvcforgeError:
        return None
    return done.raw if done.ok else None
