"""What a look at a blueprint says that the one before did not: the findings that appeared and those that went."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from svcforge.report.findings import Report
from svcforge.report.formats import Format, concise
from svcforge.report.page import Page
from svcforge.source.finding import Finding


@dataclass(frozen=True, slots=True)
class Turn:
    """What has changed from one look to the next."""

    appeared: tuple[Finding, ...]
    gone: tuple[Finding, ...]


def turn(before: Sequence[Finding], now: Sequence[Finding]) -> Turn:
    """The difference; a finding whose place alone has moved is in neither part."""
    return Turn(tuple(_beyond(now, before)), tuple(_beyond(before, now)))


def _beyond(these: Iterable[Finding], those: Iterable[Finding]) -> Iterable[Finding]:
    left = Counter(map(_key, those))
    for finding in these:
        left[_key(finding)] -= 1
        if left[_key(finding)] < 0:
            yield finding


def _key(finding: Finding) -> tuple[str, str, str]:
    return finding.code, finding.severity, finding.message


def text(found: Turn, report: Report, shown: Format, page: Page) -> str:
    """What went, a line each, then what appeared in the format that is shown, with the summary of all there is."""
    gone = concise.text(replace(report, findings=found.gone), Page(page.width)).splitlines()
    lines = "".join(page.paint("faint", f"gone: {line}") + "\n" for line in gone)
    return lines + ("\n" if gone else "") + shown(replace(report, findings=found.appeared), page)
