"""What a generation did, or would do: a tree of the changed files, or JSON, and a line that sums it up."""

from __future__ import annotations

import difflib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from svcforge.merge.changes import Change, ChangeSet
from svcforge.merge.table import BESIDE, CONFLICTS, Verdict
from svcforge.report.page import Page

MARKS: Mapping[Verdict, tuple[str, str]] = {
    Verdict.CREATE: ("+", "created"),
    Verdict.WRITE: ("~", "changed"),
    Verdict.REMOVE: ("-", "removed"),
    Verdict.ADOPT: ("=", "adopted"),
    Verdict.YOURS: ("=", "kept, yours"),
    Verdict.MERGED: ("~", "merged, with what you changed"),
    Verdict.CONFLICT: ("!", "conflict, between markers in the file"),
    Verdict.BESIDE: ("!", f"conflict, the new one is beside it in *{BESIDE}"),
    Verdict.WAITING: ("!", "conflict, still to be resolved"),
    Verdict.DELETED: ("x", "left out, you deleted it"),
    Verdict.DETACHED: ("!", "left, no template makes it any more"),
    Verdict.REFUSED: ("!", "left"),
}
"""How each verdict is marked and called."""

QUIET = (Verdict.CREATE, Verdict.WRITE, Verdict.REMOVE, Verdict.ADOPT, Verdict.YOURS, Verdict.MERGED)
"""What needs no look when it has been done; the rest is told file by file."""

STYLES = {"+": "info", "~": "warning", "-": "error", "!": "warning"}


def tree(units: Iterable[ChangeSet], page: Page) -> str:
    """Every changed file under its unit's folder, with what becomes of it."""
    lines: list[str] = []
    for unit in units:
        changes = list(unit.changes)
        if not (changes or unit.unchanged or unit.ejected):
            continue
        count = f"  {unit.unchanged} unchanged" if unit.unchanged else ""
        count += "  ejected, yours" if unit.ejected else ""
        count += f"  moved from {unit.was}/" if unit.was else ""
        lines.append(page.paint("strong", f"{unit.folder or '.'}/") + count)
        for change in changes:
            mark, called = MARKS[change.verdict]
            why = change.why or (called if "," in called else "")
            note = f"  ({why})" if why else ""
            lines.append(f"  {page.paint(STYLES.get(mark, 'strong'), mark)} {change.path}{note}")
    return "".join(f"{line}\n" for line in lines)


def attention(units: Iterable[ChangeSet]) -> Iterator[str]:
    """A line for each file that was not treated as its template wanted."""
    for unit in units:
        if unit.was:
            yield f"{unit.folder}: moved from {unit.was}"
        for change in unit.changes:
            if change.verdict not in QUIET:
                path = f"{unit.folder}/{change.path}" if unit.folder else change.path
                called = MARKS[change.verdict][1]
                yield f"{path}: {f'{called}; {change.why}' if change.verdict in CONFLICTS and change.why else change.why or called}"


def counted(units: Iterable[ChangeSet]) -> str:
    """`812 created, 3 changed, 2 left, 40 unchanged`."""
    totals: Counter[str] = Counter()
    for unit in units:
        for verdict, paths in unit.paths.items():
            totals[MARKS[verdict][1].split(",")[0]] += len(paths)
        totals["unchanged"] += unit.unchanged
    order = ("created", "changed", "merged", "conflict", "removed", "adopted", "kept", "left", "left out", "unchanged")
    return ", ".join(f"{totals[word]} {word}" for word in order if totals[word]) or "nothing to do"


Texts = Mapping[str, tuple[bytes | None, bytes | None]]
"""By path from the root: what a file was and what it would be; None where there is none."""


def difference(units: Iterable[ChangeSet], texts: Texts, page: Page) -> str:
    """A verdict and a unified diff for each file that would be touched, and a line that sums it up."""
    known = list(units)
    lines: list[str] = []
    for unit in known:
        for change in unit.changes:
            path = f"{unit.folder}/{change.path}" if unit.folder else change.path
            mark, called = MARKS[change.verdict]
            note = f"; {change.why}" if change.why else ""
            lines.append(
                page.paint(STYLES.get(mark, "strong"), mark) + page.paint("strong", f" {path}: {called}{note}")
            )
            lines += [_painted(line, page) for name in (path, path + BESIDE) for line in unified(name, texts)]
    return "".join(f"{line}\n" for line in [*lines, f"would be: {counted(known)}"])


def unified(path: str, texts: Texts) -> Iterator[str]:
    """The unified diff of a file, without line ends; none where it is not touched, a word where it is no text."""
    if path not in texts:
        return
    try:
        before, after = ((data or b"").decode() for data in texts[path])
    except UnicodeDecodeError:
        yield "binary"
        return
    old, new = texts[path]
    names = ("/dev/null" if old is None else f"a/{path}", "/dev/null" if new is None else f"b/{path}")
    # Only LF ends a line here; what else could is shown as it is.
    for line in difflib.unified_diff(before.split("\n"), after.split("\n"), *names, lineterm=""):
        yield line.replace("\r", "\\r")


def _painted(line: str, page: Page) -> str:
    style = {"+": "info", "-": "error", "@": "frame"}.get(line[:1])
    return page.paint(style, line) if style and not line.startswith(("+++", "---")) else line


def as_json(units: Iterable[ChangeSet], *, dry_run: bool, logic: Iterable[str], texts: Texts | None = None) -> str:
    """The same for programs; stable within its version. With texts, each file has its unified diff."""
    found = {
        "version": 1,
        "dry_run": dry_run,
        "units": [_unit(unit, texts) for unit in units],
        "logic": list(logic),
    }
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def _unit(unit: ChangeSet, texts: Texts | None) -> dict[str, Any]:
    return {
        "name": unit.unit,
        "folder": unit.folder,
        "unchanged": unit.unchanged,
        "was": unit.was or None,
        "ejected": unit.ejected,
        "files": [_file(unit, change, texts) for change in unit.changes],
    }


def _file(unit: ChangeSet, change: Change, texts: Texts | None) -> dict[str, Any]:
    found: dict[str, Any] = {"path": change.path, "verdict": str(change.verdict), "why": change.why or None}
    if texts is not None:
        path = f"{unit.folder}/{change.path}" if unit.folder else change.path
        lines = [line for name in (path, path + BESIDE) for line in unified(name, texts)]
        found["diff"] = "".join(f"{line}\n" for line in lines) or None
    return found
