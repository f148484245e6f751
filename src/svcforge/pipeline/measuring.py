"""What `metrics` does: a blueprint that can be read to its figures."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from svcforge.pipeline import INCOMPLETE, judged, read

if TYPE_CHECKING:
    from svcforge.metrics.measured import Measured
    from svcforge.report.findings import Report


@dataclass(frozen=True, slots=True)
class Counted:
    """The figures, None of a blueprint that cannot be read; and the findings that say why not, or what was not counted."""

    figures: Measured | None
    report: Report

    @property
    def exit_code(self) -> int:
        """0, or 1 when something could not be counted, or 2 when nothing could (cli.md)."""
        return 2 if self.figures is None else int(self.report.summary.errors > 0)


def measure(source: str, *, entries: bool) -> Counted:
    """Count what the blueprint that a command names couples.

    Args:
        entries: whether the gateway, BFFs and frontends count as components too.
    """
    from svcforge.lint.settings import Choices
    from svcforge.metrics.measured import measured
    from svcforge.report.findings import Report, summary_of

    loaded = read(source)
    report = judged(loaded, Choices(select=INCOMPLETE)).report
    if loaded.blueprint is None:
        return Counted(None, report)
    lacking = [finding for finding in report.findings if finding.code in INCOMPLETE]
    return Counted(measured(loaded.blueprint, entries=entries), Report(lacking, summary_of(lacking), report.sources))
