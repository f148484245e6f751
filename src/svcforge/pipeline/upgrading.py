"""What `upgrade` does: every repository made again by this svcforge, wherever it was cloned, each with a report of its own."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from svcforge.errors import SvcforgeError

if TYPE_CHECKING:
    from svcforge.merge.changes import ChangeSet
    from svcforge.packs.unit import Unit
    from svcforge.report.findings import Report


@dataclass(frozen=True, slots=True)
class Upgraded:
    """What became of one repository: its changes, or why there are none."""

    folder: Path
    name: str
    changes: ChangeSet | None
    problem: SvcforgeError | None = None

    @property
    def exit_code(self) -> int:
        """0, or 3 with conflicts, or 2 where it could not be made (cli.md)."""
        if self.problem is not None:
            return self.problem.exit_code
        return 3 if self.changes is not None and self.changes.conflicts else 0


@dataclass(frozen=True, slots=True)
class Upgrade:
    """The repositories in the order in which they were named, and the findings; no repository where these stopped it."""

    report: Report
    repositories: tuple[Upgraded, ...]
    exit_code: int


def upgrade(source: str, folders: Sequence[Path], *, dry_run: bool = False, lint: bool = True) -> Upgrade:
    """Make each repository again from the blueprint that describes its part; what one cannot be told stops no other.

    Args:
        source: the blueprint, as a command names it.
        folders: repositories, each of one part, cloned anywhere: their manifests say of which.

    Raises SvcforgeError when the blueprint cannot be read.
    """
    from svcforge.pipeline.generating import Generated, beside, ready
    from svcforge.write.health import rejoin
    from svcforge.write.shipped import shipped_in
    from svcforge.write.unfinished import finish

    for folder in () if dry_run else folders:
        # What stops one stops no other: it is told of that one later, where it is looked at again.
        with contextlib.suppress(SvcforgeError):
            finish(folder)
            rejoin(folder)
    shipped: dict[str, Sequence[dict[str, Any]]] = {}
    problems: dict[Path, SvcforgeError] = {}
    for folder in folders:
        try:
            shipped |= dict(shipped_in(folder))
        except SvcforgeError as problem:
            problems[folder] = problem
    found = ready(source, beside(source), lint=lint, shipped=shipped)
    if isinstance(found, Generated):
        return Upgrade(found.report, (), found.exit_code)
    units = {unit.name: unit for unit in found.units}
    done = tuple(
        Upgraded(folder, folder.name, None, problems[folder]) if folder in problems else _made(folder, units, dry_run)
        for folder in folders
    )
    return Upgrade(found.report, done, max((one.exit_code for one in done), default=0))


def _made(folder: Path, units: dict[str, Unit], dry_run: bool) -> Upgraded:
    from svcforge.write.generate import generate
    from svcforge.write.shipped import part_of

    name = folder.name
    try:
        name = part_of(folder)
        if name not in units:
            raise SvcforgeError(f'the blueprint has no part "{name}"', f"it has: {', '.join(units)}")
        # A repository of its own is a workspace of one unit, which is its root.
        alone = replace(units[name], folder="", was="")
        [changes] = generate(folder, [alone], dry_run=dry_run).units
    except SvcforgeError as error:
        return Upgraded(folder, name, None, error)
    return Upgraded(folder, name, changes)


def repositories(folders: Sequence[Path]) -> Iterator[Path]:
    """The folders themselves; a folder of repositories stands for those in it."""
    from svcforge.write.manifest import MANIFEST

    for folder in folders:
        inner = [] if (folder / MANIFEST).exists() or not folder.is_dir() else sorted(folder.iterdir())
        yield from [one for one in inner if (one / MANIFEST).is_file()] or [folder]
