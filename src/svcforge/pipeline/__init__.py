"""The steps in their order: the one place that knows that reading comes before judging, and judging before writing."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
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
    from svcforge.packs.pack import Pack
    from svcforge.packs.unit import Unit
    from svcforge.report.findings import Report
    from svcforge.source.finding import Finding
    from svcforge.write.generate import Report as WriteReport

STANDARD_INPUT = "-"
BLUEPRINT = "blueprint.yaml"
SCHEMA = "blueprint.schema.json"
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
    from svcforge.source.patch import Patch

    blueprint = loaded.blueprint
    settings = settings_of(loaded, choices or Choices())
    if blueprint is None:
        found = tuple(f if f.span else replace(f, span=loaded.locate(f.path)) for f in loaded.findings)
        return Linted(loaded, Report(found, summary_of(found), loaded.sources), failed=True)
    asked = asked or Asked(baseline=baseline_of(loaded))
    with _without_collector():
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
    report = Report(found, summary, loaded.sources, patch.changes, reached=verdict.reached)
    return Linted(loaded, report, fails(found, settings.fail_on), settings.codes, verdict.known, verdict.seen)


def settings_of(loaded: Loaded, choices: Choices) -> Settings:
    """How a blueprint is judged; raises SvcforgeError for a word of the command line that stands for no rule."""
    from svcforge.lint.settings import UnknownSelector, resolve
    from svcforge.model.elements import LintConfig

    try:
        return resolve(loaded.blueprint.lint if loaded.blueprint else LintConfig(), choices)
    except UnknownSelector as unknown:
        raise SvcforgeError(
            f'there is no rule "{unknown.word}"',
            f'did you mean "{unknown.nearest}"?' if unknown.nearest else 'see "svcforge rules"',
        ) from unknown


@contextmanager
def _without_collector() -> Iterator[None]:
    """The rules make indexes of many small objects and no cycles among them: collecting them is time for nothing."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


INCOMPLETE = ("SF001", "SF002")
"""Findings of a blueprint of which something cannot be drawn: a name that is none, or one that is two things."""


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


def rules() -> tuple[Entry, ...]:
    """The catalogue, in the order of the codes."""
    from svcforge.lint.catalogue import entries

    return tuple(entries().values())


def rule(word: str) -> Entry:
    """The rule of a code, a name or another name in the literature."""
    from svcforge.lint import catalogue

    entry = catalogue.entry(word)
    if entry is None:
        close = catalogue.nearest(word)
        raise SvcforgeError(
            f'there is no rule "{word}"', f'did you mean "{close}"?' if close else 'see "svcforge rules"'
        )
    return entry


def schema_text() -> str:
    """The JSON Schema of the language, as a file's text."""
    import json

    from svcforge.load.schema import json_schema

    return json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n"


STARTER_QUESTIONS = {
    "stack": ("python", "typescript", "java", "dotnet"),
    "broker": ("rabbitmq", "kafka", "nats", "sqs"),
    "mesh": ("none", "istio", "linkerd", "consul"),
}
"""What `init` asks besides the system's name: question -> choices, the default first."""


def system_name(directory: Path) -> str:
    """A system's name made of a folder's name; "shop" where that yields none."""
    import re

    words = re.findall(r"[a-z0-9]+", directory.resolve().name.lower())
    name = "-".join(words).lstrip("0123456789-")[:40].rstrip("-")
    return name or "shop"


def init(directory: Path, answers: Mapping[str, str]) -> list[Path]:
    """Write the starter blueprint with the answers (system, stack, broker, mesh), and its schema.

    Raises SvcforgeError when the system's name is none, or a file is there already.
    """
    import string

    from svcforge.load import load_text
    from svcforge.packs.shelf import templates_folder
    from svcforge.write.fresh import create

    template = string.Template((templates_folder() / "init" / BLUEPRINT).read_text(encoding="utf-8"))
    mesh = "" if answers["mesh"] == "none" else f"\n  mesh: {answers['mesh']}"
    text = template.substitute(answers, mesh=mesh)
    for finding in load_text(text).findings:
        raise SvcforgeError(finding.message, finding.hint or "")
    return create(directory, {BLUEPRINT: text.encode(), SCHEMA: schema_text().encode()})


def examples() -> list[str]:
    """The names of the examples that `init --from` takes."""
    from svcforge.packs.shelf import blueprints_folder

    return sorted(file.parent.name for file in blueprints_folder().glob(f"*/{BLUEPRINT}"))


def init_from(example: str, directory: Path) -> list[Path]:
    """Write an example: its blueprint, the user's code that belongs to it, and the schema.

    Raises SvcforgeError when there is no such example, or a file is there already.
    """
    from svcforge.load.words import choices, nearest
    from svcforge.packs.shelf import blueprints_folder
    from svcforge.write.fresh import create

    offered = examples()
    if example not in offered:
        close = nearest(example, offered)
        hint = f'did you mean "{close}"?' if close else f"the examples are {choices(offered)}"
        raise SvcforgeError(f'there is no example "{example}"', hint)
    root = blueprints_folder() / example
    files = {f.relative_to(root).as_posix(): f.read_bytes() for f in sorted(root.rglob("*")) if f.is_file()}
    return create(directory, {**files, SCHEMA: schema_text().encode()})


INTEGRITY = ("SF001", "SF002", "SF004")
"""What no one may insist on, suppress or take as known: without these there is no system to generate."""


@dataclass(frozen=True, slots=True)
class Generated:
    """What `generate` did: why it stopped, or what became of each file.

    `report` holds the findings that stopped it, or the warnings of planning; `written` is None when it stopped.
    `logic` are the user's files that are still as generated.
    """

    report: Report
    out: Path | None
    written: WriteReport | None
    logic: tuple[str, ...] = ()
    exit_code: int = 0


def generate(
    source: str,
    out: Path | None,
    *,
    dry_run: bool = False,
    lint: bool = True,
    progress: Callable[[int, int], None] | None = None,
) -> Generated:
    """Lint, plan, render and write what the blueprint that a command names describes.

    Args:
        out: where it goes; None is beside the blueprint.
        lint: False to insist in spite of the linter's errors.
        progress: called with the units done and all of them.

    Raises SvcforgeError, and changes nothing, when it cannot be written.
    """
    from svcforge.lint.run import Asked
    from svcforge.lint.settings import Choices
    from svcforge.report.findings import Report, summary_of

    loaded = read(source)
    needed = judged(loaded, Choices(select=INTEGRITY), Asked(bare=True))
    linted = judged(loaded) if lint else needed
    if loaded.blueprint is None or linted.errors:
        return Generated(linted.report, None, None, exit_code=max(1, linted.exit_code))
    if any(finding.code in INTEGRITY for finding in needed.report.findings):
        return Generated(needed.report, None, None, exit_code=1)
    folder = out or _beside(source)
    units, packs, planned = _planned(loaded, folder)
    if any(finding.severity == "error" for finding in planned):
        return Generated(Report(planned, summary_of(planned), loaded.sources), None, None, exit_code=1)
    return _written(loaded, folder, units, packs, planned, dry_run=dry_run, progress=progress)


def _beside(source: str) -> Path:
    if source == STANDARD_INPUT:
        raise SvcforgeError("a blueprint from standard input has no folder", "say where to write: -o DIR")
    path = Path(source)
    return path if path.is_dir() else path.parent


def _planned(loaded: Loaded, out: Path) -> tuple[tuple[Unit, ...], tuple[Pack, ...], tuple[Finding, ...]]:
    """The units, the packs that make them, and the findings of planning, each with its place."""
    from svcforge.packs.shelf import bundled
    from svcforge.plan.parts import services
    from svcforge.plan.plan import plan
    from svcforge.source.finding import in_order
    from svcforge.write.shipped import shipped_models

    assert loaded.blueprint is not None
    with _without_collector():
        made = plan(loaded.blueprint, bundled().packs, shipped_models(out, services(loaded.blueprint)))
    packs = {part.pack.digest: part.pack for unit in made.units for part in unit.parts}
    placed = (f if f.span else replace(f, span=loaded.locate(f.path)) for f in made.findings)
    return made.units, tuple(packs.values()), tuple(in_order(placed))


def _written(
    loaded: Loaded,
    out: Path,
    units: tuple[Unit, ...],
    packs: tuple[Pack, ...],
    findings: tuple[Finding, ...],
    *,
    dry_run: bool,
    progress: Callable[[int, int], None] | None,
) -> Generated:
    import hashlib

    from svcforge.report.findings import Report, summary_of
    from svcforge.write.generate import generate as write
    from svcforge.write.lock import lock_text
    from svcforge.write.unwritten import unwritten

    digest = hashlib.sha256("\0".join(text for _, text in sorted(loaded.sources.items())).encode()).hexdigest()
    report = write(out, units, lock=lock_text(packs, digest), dry_run=dry_run, progress=progress)
    logic = () if dry_run else unwritten(out, (unit.folder for unit in units))
    return Generated(Report(findings, summary_of(findings), loaded.sources), out, report, logic)
