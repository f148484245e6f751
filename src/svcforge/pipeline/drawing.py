"""What `graph` does: a picture of a blueprint with what the linter says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from svcforge.pipeline import INCOMPLETE, judged, read

if TYPE_CHECKING:
    from svcforge.report.findings import Report


@dataclass(frozen=True, slots=True)
class Drawn:
    """A picture as text, None of a blueprint that cannot be read; and the findings that say why not, or what it lacks."""

    text: str | None
    report: Report

    @property
    def exit_code(self) -> int:
        """0, or 1 when something could not be drawn, or 2 when nothing could (cli.md)."""
        return 2 if self.text is None else int(self.report.summary.errors > 0)


def graph(source: str, *, view: str, format: str, lint: bool = True) -> Drawn:
    """Draw the blueprint that a command names.

    Args:
        view: a name in `draw.views.VIEWS`.
        format: a name in `draw.formats.FORMATS`.
        lint: whether the linter's findings are in the picture.
    """
    from svcforge.draw import drawing
    from svcforge.lint.settings import Choices
    from svcforge.report.findings import Report, summary_of

    loaded = read(source)
    report = judged(loaded, Choices() if lint else Choices(select=INCOMPLETE)).report
    if loaded.blueprint is None:
        return Drawn(None, report)
    text = drawing(loaded.blueprint, report.findings if lint else (), view=view, format=format)
    lacking = [finding for finding in report.findings if finding.code in INCOMPLETE]
    return Drawn(text, Report(lacking, summary_of(lacking), report.sources))
