"""The engine: runs the rules that are asked for over a blueprint, and makes findings of what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from svcforge.lint import catalogue, ignores
from svcforge.lint.catalogue import Entry
from svcforge.lint.context import Indexes, LintContext
from svcforge.lint.rule import Fix, Violation
from svcforge.lint.settings import Settings
from svcforge.model.blueprint import Blueprint
from svcforge.source.finding import Finding, Path, Related, Severity, Span, in_order

Locate = Callable[[Path, bool], Span | None]
"""Where a path of the blueprint stands: its value, or (True) the key that ends it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the linter says of a blueprint: the findings in their order, and how many were suppressed."""

    findings: tuple[Finding, ...]
    suppressed: int = 0


def nowhere(path: Path, at_key: bool) -> None:
    """The places of a blueprint that was not read from a file."""


def run(blueprint: Blueprint, settings: Settings, *, today: date, locate: Locate = nowhere) -> Verdict:
    """Judge a blueprint.

    Args:
        today: what `until` of a suppression is compared with.
        locate: gives each finding its place in a file.
    """
    indexes = Indexes(blueprint)
    in_force = [(ignore, codes) for ignore, codes in settings.ignores if ignores.holds(ignore, today)]
    findings = [_finding(p.code, p.name, Severity.ERROR, p.violation, locate) for p in settings.problems]
    suppressed = 0
    for code in sorted(settings.codes):
        entry = catalogue.entries()[code]
        relevant = [ignore for ignore, codes in in_force if code in codes]
        for violation in _violations(entry, indexes, settings):
            if any(ignores.covers(ignore, violation, indexes) for ignore in relevant):
                suppressed += 1
            else:
                severity = settings.severities.get(code) or violation.severity or entry.rule.severity
                safe = entry.rule.fix is Fix.SAFE
                findings.append(_finding(code, entry.rule.name, severity, violation, locate, safe=safe))
    return Verdict(tuple(in_order(findings)), suppressed)


def fails(findings: tuple[Finding, ...], threshold: Severity | None) -> bool:
    """Whether a finding is at or above a threshold; None is never."""
    order = tuple(Severity)
    return threshold is not None and any(order.index(f.severity) <= order.index(threshold) for f in findings)


def _violations(entry: Entry, indexes: Indexes, settings: Settings) -> Iterator[Violation]:
    if entry.check is None:
        return
    for violation in entry.check(LintContext(indexes, settings.options.get(entry.rule.code, {}))):
        if violation.profile is None or settings.profile.covers(violation.profile):
            yield violation


def _finding(
    code: str, name: str, severity: Severity, violation: Violation, locate: Locate, *, safe: bool = False
) -> Finding:
    return Finding(
        code, name, severity, violation.message, violation.hint, violation.path,
        span=locate(violation.path, violation.at_key), note=violation.note,
        related=tuple(Related(r.path, r.message, r.span or locate(r.path, False)) for r in violation.related),
        fix=violation.fix, fix_is_safe=safe,
    )  # fmt: skip
