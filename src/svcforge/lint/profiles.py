"""Which profile a blueprint has reached, and how much the next one asks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from svcforge.lint.rule import Profile
from svcforge.source.finding import Finding, Severity


@dataclass(frozen=True, slots=True)
class Reached:
    """The last profile under which nothing fails (None: not even the first), the one after it, and what fails there."""

    profile: Profile | None
    next: Profile | None = None
    missing: int = 0


def at_least(finding: Finding, threshold: Severity | None) -> bool:
    """Whether a finding is at or above a threshold; None is never."""
    return threshold is not None and _SEVERITIES.index(finding.severity) <= _SEVERITIES.index(threshold)


_SEVERITIES = tuple(Severity)


def reached(found: Iterable[tuple[Finding, Profile]], threshold: Severity | None) -> Reached:
    """The profile that findings leave within reach, each given with the first profile that asks for it.

    What fails is what the threshold says, and warnings where that is never.
    """
    failing = Counter(profile for finding, profile in found if at_least(finding, threshold or Severity.WARNING))
    last: Profile | None = None
    for profile in Profile:
        missing = sum(number for first, number in failing.items() if profile.covers(first))
        if missing:
            return Reached(last, profile, missing)
        last = profile
    return Reached(last)
