"""What is measured: commands that read or write, each against what no program that does as much can be quicker than."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.bench.copying import copying
from tests.bench.measuring import least, settled, svcforge, taken
from tests.bench.merging import merging
from tests.bench.systems import blueprint_of, terse_of
from tests.bench.table import Note, Row, seconds

YAML = "import sys, yaml; yaml.load(open(sys.argv[1], encoding='utf-8').read(), yaml.CSafeLoader)"

CALLS = 4
"""Calls for each service that the linter is measured with, beside those that there are anyway: with them and what is
subscribed to, there are five edges to a service."""

SHAPES: dict[str, Callable[[int], str]] = {
    "five edges": lambda services: blueprint_of(services, CALLS),
    "six operations": blueprint_of,
    "a line each": lambda services: terse_of(services, CALLS),
}
"""What the linter is measured with: edges as in a large system, a file as it is edited, and little text for much to say."""

IN_A_LINE = 3

FIELD = "            name: text 1..100\n"
"""A field of each entity, below which another one may stand."""

COMPOSE, KUBERNETES = "compose", "kubernetes"


@dataclass(frozen=True, slots=True)
class Scale:
    """How much is measured: sizes in services with the number of runs of each."""

    start: int = 20
    lint: tuple[tuple[str, int, int], ...] = (
        ("six operations", 1_000, 5),
        ("a line each", 10_000, 2),
        ("five edges", 1_000, 3),
        ("five edges", 10_000, 2),
    )
    generate: tuple[tuple[int, int], ...] = ((8, 3), (100, 2), (1_000, 1))
    merges: int = 1_000
    copier: int = 3
    up: bool = True


QUICK = Scale(
    start=5,
    lint=(("six operations", 1_000, 2), ("five edges", 1_000, 2)),
    generate=((8, 2), (100, 1)),
    merges=200,
    up=False,
)

Lines = Iterator[Row | Note]


def start(scale: Scale, folder: Path) -> Lines:
    """`--help` and `--version`, against an interpreter that does nothing."""
    yield Note("start: against `python -c pass`")
    bare = least([taken([sys.executable, "-c", "pass"]) for _ in range(scale.start)])
    for option in ("--help", "--version"):
        yield Row(f"  {option}", least([taken([*svcforge(), option]) for _ in range(scale.start)]), bare)


def lint(scale: Scale, folder: Path) -> Lines:
    """The whole command with all rules, against only reading the YAML with PyYAML's loader in C; then each rule alone."""
    yield Note("lint: against `yaml.load(text, yaml.CSafeLoader)`")
    command = [*svcforge(), "lint", "--profile", "production", "--fail-on", "never"]
    for shape, services, runs in scale.lint:
        blueprint = _written(folder / f"{services} {shape}.yaml", SHAPES[shape](services))
        ours = least([taken([*command, blueprint]) for _ in range(runs)])
        floor = least([taken([sys.executable, "-c", YAML, blueprint]) for _ in range(runs)])
        yield Row(f"  {services:,} services, {shape}", ours, floor, "1x")
    yield from _rules(blueprint)


def _rules(blueprint: Path) -> Lines:
    """What each rule costs in a run of all, the dearest first."""
    spent = json.loads(subprocess.check_output([sys.executable, "-m", "tests.bench.rules", blueprint]))
    whole = sum(spent.values())
    yield Note(f"lint, rule by rule: of the {seconds(whole)} that the rules take of the last one")
    cells = [f"{code} {seconds(cost):>8} {cost / whole:>4.0%}" for code, cost in spent.items()]
    for start in range(0, len(cells), IN_A_LINE):
        yield Note("  " + "   ".join(f"{cell:<20}" for cell in cells[start : start + IN_A_LINE]).rstrip())


def generate(scale: Scale, folder: Path) -> Lines:
    """The first time, against copying what was written; then again without a change, against the first time."""
    yield Note("generate: against `cp -r` of what it wrote")
    again, firsts = [], []
    for services, runs in scale.generate:
        rows = _generated([_blueprint(folder, services)], folder, services, runs)
        firsts.append((services, rows[0]))
        again.append(rows[1])
        yield rows[0]
    yield from _growth(firsts)
    yield Note("generate, nothing changed: against the first time")
    yield from again
    shutil.rmtree(folder / "made")


def manifests(scale: Scale, folder: Path) -> Lines:
    """The base and the overlays of Kubernetes alone, the first time, against copying them; then again."""
    yield Note("manifests, generate --only kubernetes: against `cp -r` of what it wrote")
    rows = []
    for services, runs in scale.generate:
        asked: list[str | Path] = [_blueprint(folder, services, deploy=KUBERNETES), "--only", KUBERNETES]
        rows.append((services, replace(_generated(asked, folder, services, runs)[0], aim="")))
        yield rows[-1][1]
    yield from _growth(rows)
    shutil.rmtree(folder / "made")


def regenerate(scale: Scale, folder: Path) -> Lines:
    """A field more in one service of many, and in each of many of which every one was edited: against no change at all."""
    for services, _ in scale.generate[1:]:
        yield Note(f"regenerate, {services:,} services: against a run without a change")
        out = folder / "made" / f"again-{services}"
        out.parent.mkdir(exist_ok=True)
        text = blueprint_of(services)
        command = [*svcforge(), "generate", _written(folder / f"again-{services}.yaml", text), "-o", out]
        taken(command)
        same = taken(command)
        more = text.replace(FIELD, f"{FIELD}            nick: optional text\n", 1)
        _written(folder / f"again-{services}.yaml", more)
        settled()
        yield Row("  a field more in one of them", taken(command), same)
        edited = sorted(out.glob("services/*/README.md"))
        for file in edited:
            file.write_text(f"{file.read_text(encoding='utf-8')}\nLooked at.\n", encoding="utf-8")
        _written(folder / f"again-{services}.yaml", more.replace("about: ", "about: Now, "))
        settled()
        yield Row(f"  {len(edited):,} edited files are merged", taken(command), same)
    shutil.rmtree(folder / "made")


def merges(scale: Scale, folder: Path) -> Lines:
    """How good merges are, and how dear."""
    return merging(scale.merges, folder)


def copier(scale: Scale, folder: Path) -> Lines:
    """The same service by Copier."""
    return copying(scale.copier, folder)


def _generated(asked: list[str | Path], folder: Path, services: int, runs: int) -> tuple[Row, Row]:
    first, copied, again = [], [], []
    for run in range(runs):
        # Each run has names of its own and nothing is deleted meanwhile: where files have just been deleted, ext4 is
        # ten times slower in making new ones.
        out, copy = folder / "made" / f"{services}-{run}", folder / "made" / f"{services}-{run}-copy"
        out.parent.mkdir(exist_ok=True)
        command = [*svcforge(), "generate", *asked, "-o", out]
        settled()
        first.append(taken(command))
        settled()
        copied.append(taken(["cp", "-r", out, copy]))
        again.append(taken(command))
    name = f"  {services:,} services"
    aim = "4x" if services == 1_000 else ""
    return Row(name, least(first), least(copied), aim), Row(name, least(again), least(first))


def _growth(rows: list[tuple[int, Row]]) -> Lines:
    """What one more service costs among many, against what it costs among few."""
    if len(rows) < 3:
        return
    (few, small), (some, middle), (many, large) = rows[-3:]
    for what, times in (
        ("svcforge", [row.ours.seconds for row in (small, middle, large)]),
        ("cp -r", [row.floor.seconds for row in (small, middle, large)]),
    ):
        low, high = (times[1] - times[0]) / (some - few), (times[2] - times[1]) / (many - some)
        yield Note(f"  one more service, {what}: {low * 1e3:.1f} ms up to {some:,}, {high * 1e3:.1f} ms up to {many:,}")


def _blueprint(folder: Path, services: int, deploy: str = COMPOSE) -> Path:
    name = f"{services}{'' if deploy == COMPOSE else f'-{deploy}'}.yaml"
    return _written(folder / name, blueprint_of(services, deploy=deploy))


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path
