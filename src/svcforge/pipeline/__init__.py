"""The steps in their order: the one place that knows that reading comes before judging, and judging before writing."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from svcforge.errors import SvcforgeError

if TYPE_CHECKING:
    from svcforge.lint.baseline import Counts
    from svcforge.lint.catalogue import Entry
    from svcforge.lint.run import Asked
    from svcforge.lint.settings import Choices, Settings
    from svcforge.load import Loaded
    from svcforge.report.findings import Report
    from svcforge.source.finding import Finding

STANDARD_INPUT = "-"
CUSTOM = "custom"
BLUEPRINT = "blueprint.yaml"
UNREADABLE = ("SF010", "SF011", "SF012", "SF013")
"""Findings of a blueprint that cannot be read: every command exits 2."""


def read(source: str) -> Loaded:
    """Read the blueprint that a command names.

    Args:
        source: a file, a folder that holds `blueprint.yaml`, or `-` for standard input.
    """
    from svcforge.load import load_file

    if source == STANDARD_INPUT:
        return _from_standard_input()
    path = Path(source)
    return load_file(path / BLUEPRINT if path.is_dir() else path)


def _from_standard_input() -> Loaded:
    from svcforge.load import STANDARD_INPUT as name
    from svcforge.load import load_bytes
    from svcforge.load.files import MAX_BYTES

    return load_bytes(sys.stdin.buffer.read(MAX_BYTES + 1), name)


@dataclass(frozen=True, slots=True)
class Linted:
    """What was read and judged: the findings with their counts, and whether they are grounds to stop.

    `failed` tells of findings at or above the threshold; `errors` of any error, which stops `generate`. `codes` are the
    rules that ran, `known` what the baseline accounts for, and `seen` what was found of each subject, in any profile.
    """

    loaded: Loaded
    report: Report
    failed: bool
    codes: frozenset[str] = frozenset()
    known: tuple[Finding, ...] = ()
    seen: Counts = field(default_factory=dict)

    @property
    def exit_code(self) -> int:
        """0, or 1 with findings at or above the threshold, or 2 when the blueprint cannot be read (cli.md)."""
        unreadable = any(finding.code in UNREADABLE for finding in self.report.findings)
        return 2 if unreadable else int(self.failed)

    @property
    def errors(self) -> bool:
        """Whether there is any error."""
        return self.report.summary.errors > 0


Judge = Callable[["Loaded"], Linted]
"""Says what is to be found in a blueprint that was read."""


def lint(
    source: str,
    *,
    profile: str | None = None,
    select: tuple[str, ...] | None = None,
    ignore: tuple[str, ...] = (),
    fail_on: str | None = None,
) -> Linted:
    """Read and judge the blueprint that a command names; what is None or empty is the blueprint's to say.

    Raises SvcforgeError for a word that stands for no rule.
    """
    from svcforge.lint.settings import Choices

    return judged(read(source), Choices(profile=profile, select=select, ignore=ignore, fail_on=fail_on))


def judge(
    choices: Choices,
    *,
    formats: Iterable[str] = ("full",),
    known: bool = True,
    strict_baseline: bool = False,
    against: str | None = None,
) -> Judge:
    """How `lint` judges: the same way however often it looks at a blueprint.

    Args:
        formats: those of the reports; `full` says which profile is reached, those for other tools name subjects.
        known: whether the baseline beside the blueprint holds.
        strict_baseline: whether it is an error that the baseline counts more than there is.
        against: an older version that it is compared with: a file, or a revision in git.
    """

    def verdict(loaded: Loaded) -> Linted:
        from svcforge.lint.run import Asked
        from svcforge.pipeline.against import earlier_of
        from svcforge.pipeline.baselines import baseline_of

        older = against if loaded.blueprint is not None else None
        asked = Asked(
            baseline=baseline_of(loaded) if known else None,
            earlier=earlier_of(loaded, older, settings_of(loaded, choices)) if older is not None else None,
            strict_baseline=strict_baseline,
            subjects=not known or bool({*formats} - {"full", "concise"}),
            reach="full" in formats and older is None,
        )
        return judged(loaded, choices, asked)

    return verdict


def judged(loaded: Loaded, choices: Choices | None = None, asked: Asked | None = None) -> Linted:
    """Judge a blueprint that was read; one that cannot be read has the findings that say why.

    Args:
        choices: what the command line says.
        asked: what is wanted beside the findings; None is that the baseline beside the blueprint holds.
    """
    from svcforge.lint.run import Asked, fails, run
    from svcforge.lint.settings import Choices
    from svcforge.pipeline.baselines import baseline_of
    from svcforge.report.findings import Report, summary_of
    from svcforge.source.finding import Severity
    from svcforge.source.patch import Patch

    blueprint = loaded.blueprint
    settings = settings_of(loaded, choices or Choices())
    if blueprint is None:
        found = tuple(f if f.span else replace(f, span=loaded.locate(f.path)) for f in loaded.findings)
        return Linted(loaded, Report(found, summary_of(found), loaded.sources, fail_on=Severity.ERROR), failed=True)
    asked = asked or Asked(baseline=baseline_of(loaded))
    with without_collector():
        verdict = run(
            blueprint, settings, today=date.today(), locate=loaded.locate, comments=loaded.comments(), asked=asked
        )
    found = verdict.findings
    summary = summary_of(
        found,
        suppressed=verdict.suppressed,
        baseline=len(verdict.known),
        old=verdict.old,
        services=len(blueprint.business),
    )
    patch = Patch(loaded.root, loaded.sources, loaded.file)
    report = Report(found, summary, loaded.sources, patch.changes, reached=verdict.reached, fail_on=settings.fail_on)
    return Linted(loaded, report, fails(found, settings.fail_on), settings.codes, verdict.known, verdict.seen)


def settings_of(loaded: Loaded, choices: Choices) -> Settings:
    """How a blueprint is judged; raises SvcforgeError for a word of the command line that stands for no rule."""
    from svcforge.lint.settings import UnknownSelector, resolve
    from svcforge.model.elements import LintConfig

    config = loaded.blueprint.lint if loaded.blueprint else LintConfig()
    if loaded.blueprint is None:
        # Its own rules are not known, and what cannot be read is told whatever is selected.
        choices = replace(choices, select=None, ignore=())
    try:
        return resolve(config, choices)
    except UnknownSelector as unknown:
        raise SvcforgeError(
            f'there is no rule "{unknown.word}"',
            f'did you mean "{unknown.nearest}"?' if unknown.nearest else 'see "svcforge rules"',
        ) from unknown


@contextmanager
def without_collector() -> Iterator[None]:
    """The rules make indexes of many small objects and no cycles among them: collecting them is time for nothing.

    What they leave is not looked at later either: the next collection would walk through all of it.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.freeze()
            gc.enable()


INCOMPLETE = ("SF001", "SF002")
"""Findings of a blueprint of which something cannot be drawn: a name that is none, or one that is two things."""


def rules() -> tuple[Entry, ...]:
    """The catalogue, in the order of the codes."""
    from svcforge.lint.catalogue import entries

    return tuple(entries().values())


def rule(word: str) -> Entry:
    """The rule of a code, a name or another name in the literature; `custom/<name>` is one of the blueprint here."""
    from svcforge.lint import catalogue, custom

    blueprint = read(".").blueprint if word.startswith(f"{CUSTOM}/") else None
    own = custom.entries(blueprint.lint.custom) if blueprint else {}
    entry = catalogue.entry(word, own)
    if entry is None:
        close = catalogue.nearest(word, more=own)
        raise SvcforgeError(
            f'there is no rule "{word}"', f'did you mean "{close}"?' if close else 'see "svcforge rules"'
        )
    return entry
