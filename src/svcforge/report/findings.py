"""Findings as they are reported: with their counts, and the texts that they are about."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from svcforge.source.finding import Finding, Severity, dotted

if TYPE_CHECKING:
    from svcforge.lint.profiles import Reached
    from svcforge.source.patch import Change, Fix


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """How many findings there are of each severity, how many are not shown and why, and how much was judged.

    `fixed` were mended in this run; `fixable` can be, `unsafe` with a value that a person must confirm. `old` are those
    that the older version has too (`--against`).
    """

    errors: int = 0
    warnings: int = 0
    infos: int = 0
    suppressed: int = 0
    baseline: int = 0
    services: int = 0
    fixed: int = 0
    fixable: int = 0
    unsafe: int = 0
    old: int = 0


def no_changes(fix: Fix) -> tuple[Change, ...]:
    """What fixes come to where there is no text to make them in."""
    return ()


@dataclass(frozen=True, slots=True)
class Report:
    """What a format gets: findings in their order, counts, and the text of each file by its name.

    `changes` tells what a fix writes where; `unsafe` whether fixes that a person must confirm are wanted; `reached` which
    profile the blueprint has, where that was asked for; `fail_on` the least severity that the run fails on, None is none.
    """

    findings: Sequence[Finding]
    summary: Summary = Summary()
    sources: Mapping[str, str] = field(default_factory=dict)
    changes: Callable[[Fix], Sequence[Change]] = no_changes
    unsafe: bool = False
    reached: Reached | None = None
    fail_on: Severity | None = Severity.WARNING

    def mark(self, finding: Finding) -> str:
        """What stands before a finding that `--fix` mends, with `--unsafe-fixes` where those are wanted."""
        return f"{MARK} " if finding.fix and (finding.fix_is_safe or self.unsafe) else ""


MARK = "[*]"


def summary_of(
    findings: Sequence[Finding],
    *,
    suppressed: int = 0,
    baseline: int = 0,
    services: int = 0,
    fixed: int = 0,
    old: int = 0,
) -> Summary:
    """The counts of some findings."""
    counts = Counter(finding.severity for finding in findings)
    fixes = Counter(finding.fix_is_safe for finding in findings if finding.fix)
    return Summary(
        errors=counts[Severity.ERROR], warnings=counts[Severity.WARNING], infos=counts[Severity.INFO],
        suppressed=suppressed, baseline=baseline, services=services, fixed=fixed,
        fixable=fixes[True], unsafe=fixes[False], old=old,
    )  # fmt: skip


def fingerprints(findings: Iterable[Finding]) -> Iterator[str]:
    """What each finding is known by from one run to the next, in hexadecimal: no two of one report are the same.

    It is made of the rule and of what the finding is about, so that a line more or less above it changes nothing.
    """
    from hashlib import sha256

    seen: Counter[tuple[str, str]] = Counter()
    for finding in findings:
        place = finding.span.file if finding.span else ""
        key = finding.code, finding.subject or dotted(finding.path) or f"{place}: {finding.message}"
        seen[key] += 1
        yield sha256("\0".join((*key, str(seen[key]))).encode("utf-8", "backslashreplace")).hexdigest()
