"""The engine: runs the rules that are asked for over a blueprint, and makes findings of what they say."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import field
from datetime import date

from svcforge.frozen import frozen
from svcforge.lint import baseline as baselines
from svcforge.lint import ignores
from svcforge.lint.baseline import Baseline, Counts
from svcforge.lint.context import Indexes, LintContext
from svcforge.lint.earlier import Earlier
from svcforge.lint.profiles import Reached, at_least, reached
from svcforge.lint.rule import Fix, Profile, Violation
from svcforge.lint.settings import Settings
from svcforge.lint.suppressions import Ledger, of_comment, of_entry
from svcforge.lint.upkeep import Upkeep
from svcforge.model.blueprint import Blueprint
from svcforge.source.comments import Comment
from svcforge.source.finding import Finding, Path, Related, Severity, Span, in_order

Locate = Callable[[Path, bool], Span | None]
"""Where a path of the blueprint stands: its value, or (True) the key that ends it."""


@frozen()
class Verdict:
    """What the linter says of a blueprint: the findings in their order, and what is not shown.

    `suppressed` counts what a suppression covers; `known` are the findings that the baseline accounts for; `old` counts
    what the older version has too; `seen` counts what the rules found about each subject, in any profile, where subjects
    were asked for.
    """

    findings: tuple[Finding, ...]
    suppressed: int = 0
    known: tuple[Finding, ...] = ()
    old: int = 0
    seen: Counts = field(default_factory=dict)
    reached: Reached | None = None


@frozen(kw_only=True)
class Asked:
    """What a run is asked for beside the findings.

    `baseline` accounts for what is known, and so does an `earlier` version; `subjects` gives the findings theirs, as both
    of these do; `reach` asks for the profile that is reached, which runs the rules of all profiles. No suppression holds
    in a run that is `bare`.
    """

    baseline: Baseline | None = None
    earlier: Earlier | None = None
    strict_baseline: bool = False
    subjects: bool = False
    reach: bool = False
    bare: bool = False


ONLY_FINDINGS = Asked()


def nowhere(path: Path, at_key: bool) -> None:
    """The places of a blueprint that was not read from a file."""


def fails(findings: Iterable[Finding], threshold: Severity | None) -> bool:
    """Whether a finding is at or above a threshold; None is never."""
    return any(at_least(finding, threshold) for finding in findings)


def run(
    blueprint: Blueprint,
    settings: Settings,
    *,
    today: date,
    locate: Locate = nowhere,
    comments: Iterable[Comment] = (),
    asked: Asked = ONLY_FINDINGS,
) -> Verdict:
    """Judge a blueprint.

    Args:
        today: what `until` of a suppression is compared with.
        locate: gives each finding its place in a file.
        comments: those in its files that are addressed to svcforge.
    """
    entries = (of_entry(ignore, codes) for ignore, codes in settings.ignores)
    ledger = Ledger(
        () if asked.bare else (*entries, *(of_comment(comment, settings.own) for comment in comments)), today
    )
    return _Run(blueprint, settings, locate, ledger, asked).verdict()


@frozen()
class _Found:
    """A finding, the first profile that asks for it, and whether this run does."""

    finding: Finding
    profile: Profile
    shown: bool = True


class _Run:
    """One judgement: what the rules find, less what is suppressed, less what is known."""

    def __init__(self, blueprint: Blueprint, settings: Settings, locate: Locate, ledger: Ledger, asked: Asked) -> None:
        self.indexes = Indexes(blueprint)
        self.settings, self.locate, self.ledger, self.asked = settings, locate, ledger, asked
        self.subjects = asked.subjects or asked.baseline is not None or asked.earlier is not None
        self.reach = asked.reach and bool(settings.reachable)
        self.suppressed = 0

    def verdict(self) -> Verdict:
        """Run the rules, those about upkeep last."""
        settings, baseline = self.settings, self.asked.baseline
        codes = sorted(settings.codes | settings.reachable if self.reach else settings.codes)
        problems = [
            _Found(self._finding(p.code, p.name, Severity.ERROR, p.violation, safe=False), Profile.MINIMAL)
            for p in settings.problems
        ]
        found = [one for code in codes if not _is_upkeep(code) for one in self._of_rule(code, Upkeep())]
        seen = baselines.counted(one.finding for one in found) if self.subjects else {}
        known = baselines.known(seen, baseline.counts) if baseline else frozenset()
        old = baselines.known(seen, self.asked.earlier.counts) - known if self.asked.earlier else frozenset()
        left = [one for one in found if _key(one) not in known and _key(one) not in old] if known or old else found
        upkeep = Upkeep(
            tuple(self.ledger.fates(settings.codes)),
            tuple(baselines.stale(seen, baseline, settings.codes)) if baseline else (),
            strict=self.asked.strict_baseline,
        )
        left = [*problems, *left, *(one for code in codes if _is_upkeep(code) for one in self._of_rule(code, upkeep))]
        return Verdict(
            tuple(in_order(one.finding for one in left if one.shown)),
            self.suppressed,
            tuple(one.finding for one in found if one.shown and _key(one) in known),
            sum(one.shown and _key(one) in old for one in found),
            seen,
            reached(((o.finding, o.profile) for o in left), settings.fail_on) if self.reach else None,
        )

    def _of_rule(self, code: str, upkeep: Upkeep) -> Iterator[_Found]:
        """What a rule finds and no suppression covers; more than this run's profile asks for."""
        settings = self.settings
        entry = settings.entry(code)
        rule = entry.rule
        enabled = code in settings.codes
        options, earlier = settings.options.get(code, {}), self.asked.earlier
        for violation in entry.said(LintContext(self.indexes, options, upkeep, earlier, self.ledger.today)):
            gate = violation.profile
            shown = enabled and (gate is None or settings.profile.covers(gate))
            if not (shown or self.reach or self.subjects or self.ledger.suppressions):
                continue
            severity = settings.severities.get(code) or violation.severity or rule.severity
            finding = self._finding(code, rule.name, severity, violation, safe=rule.fix is Fix.SAFE)
            if self.ledger.covers(code, violation, finding.span, self.indexes):
                self.suppressed += shown
            else:
                yield _Found(finding, rule.profile if gate is None or rule.profile.covers(gate) else gate, shown)

    def _finding(self, code: str, name: str, severity: Severity, violation: Violation, *, safe: bool) -> Finding:
        locate = self.locate
        return Finding(
            code, name, severity, violation.message, violation.hint, violation.path,
            span=violation.span or locate(violation.path, violation.at_key), note=violation.note,
            related=tuple(Related(r.path, r.message, r.span or locate(r.path, False)) for r in violation.related),
            fix=violation.fix, fix_is_safe=safe,
            subject=ignores.subject(violation, self.indexes) if self.subjects else "",
        )  # fmt: skip


def _key(found: _Found) -> tuple[str, str]:
    """What a baseline knows a finding by."""
    return found.finding.code, found.finding.subject


def _is_upkeep(code: str) -> bool:
    """Whether a rule is about suppressions and the baseline, and so comes last."""
    return code.startswith("SF9")
