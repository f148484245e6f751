"""The baseline beside a blueprint: read when there is one, written anew, or lowered."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from svcforge.errors import SvcforgeError

if TYPE_CHECKING:
    from svcforge.lint.baseline import Baseline, Counts
    from svcforge.load import Loaded
    from svcforge.pipeline import Linted


def baseline_of(loaded: Loaded) -> Baseline | None:
    """The baseline beside the blueprint that was read, or None; raises SvcforgeError for a file that is none."""
    from svcforge.lint.baseline import NoBaseline, read

    file = _beside(loaded)
    text = _text(file) if file else None
    if file is None or text is None:
        return None
    try:
        return read(text, str(file))
    except NoBaseline as error:
        hint = "remove it, or write it anew: svcforge lint --write-baseline"
        raise SvcforgeError(f'"{file}" is no baseline: {error}', hint) from error


def write_baseline(linted: Linted) -> tuple[Path, int]:
    """Write all that was found as known; returns the file and how many findings it holds now."""
    from svcforge.lint.baseline import NoBaseline, counted, read, renewed

    file = _file(linted.loaded)
    try:
        old = read(_text(file) or "", str(file)).counts
    except NoBaseline:
        old = {}
    return _written(file, renewed(counted((*linted.report.findings, *linted.known)), old, linted.codes))


def update_baseline(linted: Linted) -> tuple[Path, int]:
    """Lower the counts to what was found; returns the file and how many findings it holds now."""
    from svcforge.lint.baseline import shrunk

    file = _file(linted.loaded)
    old = baseline_of(linted.loaded)
    if old is None:
        raise SvcforgeError(f'there is no "{file}"', "write one: svcforge lint --write-baseline")
    return _written(file, shrunk(linted.seen, old.counts, linted.codes))


def _written(file: Path, counts: Counts) -> tuple[Path, int]:
    from svcforge.lint.baseline import text_of
    from svcforge.write.replaced import New, replace

    replace({file: New(_text(file), text_of(counts))}, file.parent)
    return file, sum(counts.values())


def _file(loaded: Loaded) -> Path:
    file = _beside(loaded)
    if file is None:
        raise SvcforgeError("a blueprint from standard input has no baseline", "name a file")
    return file


def _beside(loaded: Loaded) -> Path | None:
    from svcforge.lint.baseline import FILE
    from svcforge.load import STANDARD_INPUT

    return None if loaded.file == STANDARD_INPUT else Path(loaded.file).parent / FILE


def _text(file: Path) -> str | None:
    try:
        return file.read_bytes().decode() if file.exists() else None
    except (OSError, UnicodeDecodeError) as error:
        raise SvcforgeError(f'"{file}" cannot be read', "remove it, or mend its permissions") from error
