"""microSecEnD: security rules that experts judged by hand, a verdict for each rule and system."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from tests.accuracy.judging import SYSTEMS, Judged, judge

from svcforge.lint.context import Indexes
from svcforge.lint.doors import open_doors
from svcforge.model.elements import Role

FOLDER = "microsecend"
VERDICTS = "_rules_model_items"


@dataclass(frozen=True)
class Verdict:
    """What the experts say of a rule and a system, and what svcforge says: True where the practice is broken."""

    system: str
    asked: str
    rule: str
    theirs: bool
    ours: bool


def _any(code: str) -> Callable[[Judged], bool]:
    return lambda system: code in system.codes


def _at_the_entry(system: Judged) -> bool:
    """A call without a breaker out of something that is reached from outside."""
    doors = open_doors(Indexes(system.blueprint))
    return any(source in doors for source, _ in system.links("SF302"))


def _with_outsiders(system: Judged) -> set[tuple[str, str]]:
    blueprint = system.blueprint
    outside = {n for n, s in blueprint.services.items() if s.role is Role.CLIENT} | set(blueprint.externals)
    return {link for link in system.links("SF604") if outside.intersection(link)}


def _says(*words: str) -> Callable[[Judged], bool]:
    return lambda system: any(word in finding.message for finding in system.of("SF703") for word in words)


MAPPED: dict[str, tuple[str, str, Callable[[Judged], bool]]] = {
    "R01": ("a single type of entry point", "SF508", _any("SF508")),
    "R02": ("a breaker at the entry", "SF302", _at_the_entry),
    "R04": ("authorization at the entry", "SF602", _any("SF602")),
    "R05": ("authentication at the entry", "SF601", _any("SF601")),
    "R06": ("authorization between services", "SF603", _any("SF603")),
    "R07": ("authentication between services", "SF603", _any("SF603")),
    "R13": ("encryption to the outside", "SF604", lambda system: bool(_with_outsiders(system))),
    "R14": ("encryption between services", "SF604", lambda s: bool(s.links("SF604") - _with_outsiders(s))),
    "R15": ("all services log", "SF703", _says("log")),
    "R16": ("a central log", "SF703", _says("sink")),
    "R20": ("monitoring", "SF703", _says("metrics")),
    "R25": ("a secret store", "SF606", _any("SF606")),
}
"""Their rule -> what it asks for, our rule, and whether a judged system breaks it."""


def verdicts() -> Iterator[Verdict]:
    """Every mapped verdict of every model."""
    for model in sorted((SYSTEMS / FOLDER).glob("*.json")):
        if VERDICTS in model.stem:
            continue
        said = _read(model.stem)
        system = judge(f"{FOLDER}/{model.name}")
        for asked, (_, rule, breaks) in MAPPED.items():
            yield Verdict(model.stem, asked, rule, not said["rules"][asked]["verdict"], breaks(system))


def _read(model: str) -> dict[str, dict[str, dict[str, bool]]]:
    """The verdicts of a model: the repaired copy where the published one is no JSON."""
    for name in (f"{model}{VERDICTS}.repaired.json", f"{model}{VERDICTS}.json"):
        file = SYSTEMS / FOLDER / name
        if file.is_file():
            return json.loads(file.read_text(encoding="utf-8"))
    raise FileNotFoundError(model)
