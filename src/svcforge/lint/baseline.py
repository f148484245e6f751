"""A baseline: how many findings of each rule are known about each subject, so that only new ones are told."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from svcforge.lint.upkeep import Stale
from svcforge.source.finding import Finding

FILE = ".svcforge-baseline.json"
"""Its name; it stands beside the blueprint."""

VERSION = 1

Counts = Mapping[tuple[str, str], int]
"""(rule's code, subject) -> how many findings."""

UPKEEP = "SF9"
"""What is not counted: upkeep is for today."""

NEVER = ("SF001", "SF002", "SF004", UPKEEP)
"""What no baseline holds: there is no system without what these find missing."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What a baseline's file says; `file` is its name in messages."""

    file: str
    counts: Counts = field(default_factory=dict)


class NoBaseline(ValueError):
    """A text that is no baseline; the message says why."""


def read(text: str, file: str) -> Baseline:
    """The baseline that a file's text holds; raises NoBaseline."""
    try:
        data = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise NoBaseline("it is not JSON") from error
    if not isinstance(data, dict) or data.get("version") != VERSION:
        raise NoBaseline(f"its version is not {VERSION}")
    rules = data.get("findings")
    counts: dict[tuple[str, str], int] = {}
    for rule, subjects in rules.items() if isinstance(rules, dict) else [("findings", None)]:
        for subject, count in subjects.items() if isinstance(subjects, dict) else [("", None)]:
            if not isinstance(count, int) or isinstance(count, bool) or count < 1:
                raise NoBaseline(f'what it says of "{rule}" are no counts')
            counts[rule, subject] = count
    return Baseline(file, _held(counts))


def text_of(counts: Counts) -> str:
    """The text of a baseline's file: sorted, one subject a line."""
    findings: dict[str, dict[str, int]] = {}
    for (rule, subject), count in sorted(counts.items()):
        findings.setdefault(rule, {})[subject] = count
    return json.dumps({"version": VERSION, "findings": findings}, indent=2, ensure_ascii=False) + "\n"


def counted(findings: Iterable[Finding]) -> Counter[tuple[str, str]]:
    """How many findings of each rule there are about each subject."""
    return Counter((f.code, f.subject) for f in findings if not f.code.startswith(UPKEEP))


def known(found: Counts, counts: Counts) -> frozenset[tuple[str, str]]:
    """The rules and subjects that the counts account for; where there is more than they say, all of it is told."""
    return frozenset(key for key, number in found.items() if number <= counts.get(key, 0))


def _held(counts: Counts) -> Counts:
    """The counts that a baseline may hold."""
    return {key: number for key, number in counts.items() if not key[0].startswith(NEVER)}


def stale(found: Counts, baseline: Baseline, enabled: frozenset[str]) -> Iterator[Stale]:
    """The entries that count more than was found, of rules that ran."""
    for (rule, subject), number in sorted(baseline.counts.items()):
        now = found.get((rule, subject), 0)
        if rule in enabled and now < number:
            yield Stale(baseline.file, rule, subject, number, now)


def renewed(found: Counts, old: Counts, enabled: frozenset[str]) -> Counts:
    """All that was found and may be held, and what the old baseline says of rules that did not run."""
    return {**{key: number for key, number in old.items() if key[0] not in enabled}, **_held(found)}


def shrunk(found: Counts, old: Counts, enabled: frozenset[str]) -> Counts:
    """The old baseline with no count above what was found; nothing is added."""
    smaller = {key: min(number, found.get(key, 0)) if key[0] in enabled else number for key, number in old.items()}
    return {key: number for key, number in smaller.items() if number}
