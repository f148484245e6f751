"""What `generate` does: lint, plan, render, write."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from svcforge.errors import SvcforgeError
from svcforge.pipeline import STANDARD_INPUT, Linted, judged, read, without_collector
from svcforge.pipeline.shelving import Shelf, shelf_of

if TYPE_CHECKING:
    from svcforge.load import Loaded
    from svcforge.packs.unit import Unit
    from svcforge.plan.plan import Shipped
    from svcforge.report.findings import Report
    from svcforge.source.finding import Finding
    from svcforge.write.generate import Report as WriteReport

INTEGRITY = ("SF001", "SF002", "SF004")
"""What no one may insist on, suppress or take as known: without these there is no system to generate."""


@dataclass(frozen=True, slots=True)
class Generated:
    """What `generate` did: why it stopped, or what became of each file.

    `report` holds the findings that stopped it, or the warnings of planning; `written` is None when it stopped.
    `logic` are the user's files that are still as generated, `gone` the folders that the blueprint has no more, and
    `notes` what there is to say of its packs.
    """

    report: Report
    out: Path | None
    written: WriteReport | None
    logic: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    exit_code: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is wanted of a generation.

    Args:
        dry_run: only say what would be done.
        shown: with the texts of what would be touched, of a dry run.
        lint: False to insist in spite of the linter's errors.
        only: the names of the parts to make; none is all.
        prune: whether what the blueprint has no more is removed, as far as the user has not changed it.
        restore: files, from the output's folder, to make again though the user has deleted them.
    """

    dry_run: bool = False
    shown: bool = False
    lint: bool = True
    only: tuple[str, ...] = ()
    prune: bool = False
    restore: tuple[str, ...] = ()


def generate(
    source: str,
    out: Path | None,
    wanted: Wanted = Wanted(),
    progress: Callable[[int, int], None] | None = None,
) -> Generated:
    """Lint, plan, render and write what the blueprint that a command names describes.

    Args:
        out: where it goes; None is beside the blueprint.
        wanted: what of it, and what besides.
        progress: called with the units done and all of them.

    Raises SvcforgeError, and changes nothing, when it cannot be written.
    """
    from svcforge.write.health import rejoin
    from svcforge.write.unfinished import finish

    folder = out or beside(source)
    # Before planning, which reads the lock and the migrations that are there.
    finished = not wanted.dry_run and finish(folder)
    if not wanted.dry_run:
        rejoin(folder)
    made = ready(source, folder, lint=wanted.lint)
    if isinstance(made, Generated):
        return made
    done = _written(made, folder, wanted, progress)
    return replace(done, written=replace(done.written, finished=True)) if finished and done.written else done


@dataclass(frozen=True, slots=True)
class Ready:
    """A blueprint with nothing in the way: its packs, the units to be made, and the warnings of planning."""

    loaded: Loaded
    shelf: Shelf
    units: tuple[Unit, ...]
    report: Report


def ready(source: str, out: Path, *, lint: bool = True, shipped: Shipped | None = None) -> Ready | Generated:
    """What a blueprint describes, linted and planned; or why it cannot be generated.

    Args:
        out: where the output is, with its lock and the migrations that are shipped.
        shipped: the models of these migrations, by service, where they are elsewhere.
    """
    from svcforge.report.findings import Report, summary_of

    loaded = read(source)
    linted = judged(loaded) if lint else _needed(loaded)
    if loaded.blueprint is None or linted.errors:
        return Generated(linted.report, None, None, exit_code=max(1, linted.exit_code))
    if lint and _may_hide(linted):
        linted = _needed(loaded)
    if any(finding.code in INTEGRITY for finding in linted.report.findings):
        return Generated(linted.report, None, None, exit_code=1)
    shelf = shelf_of(loaded, out)
    units, planned = _planned(loaded, shelf, out, shipped)
    report = Report(planned, summary_of(planned), loaded.sources)
    if any(finding.severity == "error" for finding in planned):
        return Generated(report, None, None, exit_code=1)
    return Ready(loaded, shelf, units, report)


def _needed(loaded: Loaded) -> Linted:
    """The blueprint judged by what no one may insist on, whatever is suppressed or in the baseline."""
    from svcforge.lint.run import Asked
    from svcforge.lint.settings import Choices

    return judged(loaded, Choices(select=INTEGRITY), Asked(bare=True))


def _may_hide(linted: Linted) -> bool:
    """Whether a finding of `INTEGRITY` could be untold or told too mildly; it is rare, and looking again takes time."""
    summary, found = linted.report.summary, linted.report.findings
    if summary.suppressed or summary.baseline or not linted.codes.issuperset(INTEGRITY):
        return True
    return any(finding.code in INTEGRITY for finding in found)


def beside(source: str) -> Path:
    """The folder of a blueprint, where its system is written unless somebody says otherwise.

    Raises SvcforgeError for a blueprint from standard input.
    """
    if source == STANDARD_INPUT:
        raise SvcforgeError("a blueprint from standard input has no folder", "say where to write: -o DIR")
    path = Path(source)
    return path if path.is_dir() else path.parent


def _planned(
    loaded: Loaded, shelf: Shelf, out: Path, shipped: Shipped | None
) -> tuple[tuple[Unit, ...], tuple[Finding, ...]]:
    """The units, and the findings of planning, each with its place."""
    from svcforge.pipeline.patching import idle_patches
    from svcforge.plan.parts import services
    from svcforge.plan.plan import plan
    from svcforge.source.finding import in_order
    from svcforge.write.shipped import shipped_models

    assert loaded.blueprint is not None
    with without_collector():
        models = shipped_models(out, services(loaded.blueprint)) if shipped is None else shipped
        made = plan(loaded.blueprint, shelf.packs, models)
    found = (*made.findings, *idle_patches(loaded.blueprint, made.units))
    placed = (f if f.span else replace(f, span=loaded.locate(f.path)) for f in found)
    return made.units, tuple(in_order(placed))


def _written(made: Ready, out: Path, wanted: Wanted, progress: Callable[[int, int], None] | None) -> Generated:
    import hashlib

    from svcforge.pipeline.unasked import unasked
    from svcforge.write.generate import Wish
    from svcforge.write.generate import generate as write
    from svcforge.write.lock import gone, lock_text
    from svcforge.write.unwritten import unwritten

    loaded, shelf, units = made.loaded, made.shelf, made.units
    digest = hashlib.sha256("\0".join(text for _, text in sorted(loaded.sources.items())).encode()).hexdigest()
    packs = {part.pack.digest: part.pack for unit in units for part in unit.parts}
    left = gone(out, units)
    # What is removed is not listed any more: a second run has nothing more to write.
    names = {unit.folder: unit.name for unit in (*units, *(() if wanted.prune else left))}
    lock = None if wanted.only else lock_text((*packs.values(), *shelf.brought), digest, names)
    wish = Wish(_only(units, wanted.only), left if wanted.prune else (), frozenset(wanted.restore))
    report = write(out, units, wish=wish, lock=lock, dry_run=wanted.dry_run, shown=wanted.shown, progress=progress)
    logic = () if wanted.dry_run else unwritten(out, (unit.folder for unit in units))
    code = 3 if any(unit.conflicts for unit in report.units) else 0
    remaining = () if wanted.prune else tuple(unit.folder for unit in left)
    notes = (*shelf.notes, *unasked(units, report.units))
    return Generated(made.report, out, report, logic, remaining, code, notes)


def _only(units: tuple[Unit, ...], names: tuple[str, ...]) -> frozenset[str] | None:
    """The units of these names; None is all.

    Raises SvcforgeError where there is none of a name.
    """
    import difflib

    known = [unit.name for unit in units]
    for name in names:
        if name not in known:
            near = difflib.get_close_matches(name, known, 1)
            raise SvcforgeError(
                f'there is no part "{name}"',
                f'did you mean "{near[0]}"?' if near else f"the parts are: {', '.join(known)}",
            )
    return frozenset(names) if names else None
