"""Findings as they are reported: with their counts, and the texts that they are about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from svcforge.source.finding import Finding, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """How many findings there are of each severity, how many are not shown and why, and how much was judged."""

    errors: int = 0
    warnings: int = 0
    infos: int = 0
    suppressed: int = 0
    baseline: int = 0
    services: int = 0


@dataclass(frozen=True, slots=True)
class Report:
    """What a format gets: findings in their order, counts, and the text of each file by its name."""

    findings: Sequence[Finding]
    summary: Summary = Summary()
    sources: Mapping[str, str] = field(default_factory=dict)


def summary_of(findings: Sequence[Finding], *, suppressed: int = 0, baseline: int = 0, services: int = 0) -> Summary:
    """The counts of some findings."""
    counts = Counter(finding.severity for finding in findings)
    return Summary(
        errors=counts[Severity.ERROR], warnings=counts[Severity.WARNING], infos=counts[Severity.INFO],
        suppressed=suppressed, baseline=baseline, services=services,
    )  # fmt: skip
