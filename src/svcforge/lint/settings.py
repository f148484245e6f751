"""Which rules run and how: the blueprint's `lint` block and the command line, resolved against the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from svcforge.lint import catalogue
from svcforge.lint.rule import Profile, Violation
from svcforge.model.elements import Ignore, LintConfig
from svcforge.source.finding import Path, Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """What the command line says; None and empty: nothing, so that the blueprint's word holds."""

    profile: str | None = None
    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    fail_on: str | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """An error in the blueprint's `lint` block: a name that stands for nothing (SF001), a value of no use (SF011)."""

    code: str
    name: str
    violation: Violation


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What the engine runs with, and what is wrong with the blueprint's `lint` block.

    `codes` are the rules that are asked for, and `reachable` all that decide which profile is reached; none where rules
    were selected one by one.
    """

    profile: Profile
    codes: frozenset[str]
    reachable: frozenset[str] = frozenset()
    severities: Mapping[str, Severity] = field(default_factory=dict)
    options: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    ignores: tuple[tuple[Ignore, frozenset[str]], ...] = ()
    fail_on: Severity | None = Severity.WARNING
    problems: tuple[Problem, ...] = ()


class UnknownSelector(ValueError):
    """A word of the command line that stands for no rule; `nearest` is one that does."""

    def __init__(self, word: str) -> None:
        super().__init__(word)
        self.word = word
        self.nearest = catalogue.nearest(word)


def resolve(config: LintConfig, choices: Choices = Choices()) -> Settings:
    """The settings of one run.

    `select` names rules, families, code beginnings or profiles, and is then all that runs, with those about the upkeep
    of suppressions and baseline, which always run. A word of the command line
    comes before one of the blueprint; its `ignore` adds to the blueprint's. Raises UnknownSelector.
    """
    problems: list[Problem] = []
    selected = choices.select is not None or (choices.profile is None and config.select is not None)
    profile = Profile(choices.profile or config.profile or Profile.RECOMMENDED)
    if choices.select is not None:
        codes = _chosen(choices.select)
    elif choices.profile is None and config.select is not None:
        codes = frozenset(c for i, w in enumerate(config.select) for c in _named(w, ("lint", "select", i), problems))
    else:
        codes = _chosen((profile,))
    ignores = tuple((i, _named(i.rule, (*i.path, "rule"), problems)) for i in config.ignore)
    fail_on = choices.fail_on or config.fail_on or Severity.WARNING
    ignored = _chosen(choices.ignore)
    return Settings(
        profile=profile,
        codes=(codes | _chosen(("hygiene",))) - ignored,
        reachable=frozenset() if selected else _chosen((Profile.PRODUCTION,)) - ignored,
        severities=_severities(config, problems),
        options=_options(config, problems),
        ignores=ignores,
        fail_on=None if fail_on == "never" else Severity(fail_on),
        problems=tuple(problems),
    )


def _chosen(words: Iterable[str]) -> frozenset[str]:
    found: set[str] = set()
    for word in words:
        codes = catalogue.selected(word)
        if codes is None:
            raise UnknownSelector(word)
        found |= codes
    return frozenset(found)


def _named(word: str, path: Path, problems: list[Problem]) -> frozenset[str]:
    """The codes that a word of the blueprint stands for; a word that stands for none is a problem."""
    codes = catalogue.selected(word)
    if codes is None:
        problems.append(_no_rule(word, path))
    return codes or frozenset()


def _no_rule(word: str, path: Path) -> Problem:
    close = catalogue.nearest(word)
    return _unresolved(
        f'there is no rule "{word}"', f'did you mean "{close}"?' if close else 'see "svcforge rules"', path
    )


def _severities(config: LintConfig, problems: list[Problem]) -> dict[str, Severity]:
    found: dict[str, Severity] = {}
    for word, severity in config.severity.items():
        for code in _named(word, ("lint", "severity", word), problems):
            found[code] = Severity(severity)
    return found


def _options(config: LintConfig, problems: list[Problem]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for word, said in config.options.items():
        path: Path = ("lint", "options", word)
        entry = catalogue.entry(word)
        if entry is None and catalogue.selected(word):
            problems.append(_unresolved(f'"{word}" is several rules', "options belong to one rule: name it", path))
        elif entry is None:
            problems.append(_no_rule(word, path))
        if entry is None:
            continue
        known = {option.name: option for option in entry.rule.options}
        for name, raw in said.items():
            if name not in known:
                close = catalogue.nearest(name, among=known) if known else None
                hint = f'did you mean "{close}"?' if close else f"its options are: {', '.join(known) or 'none'}"
                problems.append(_unresolved(f'rule "{entry.rule.name}" has no option "{name}"', hint, (*path, name)))
                continue
            try:
                found.setdefault(entry.rule.code, {})[name] = known[name].read(raw)
            except ValueError:
                hint = f"write {known[name].kind}, like {known[name].default}"
                violation = Violation(path=(*path, name), message=f'"{raw}" is no value of "{name}"', hint=hint)
                problems.append(Problem("SF011", "schema", violation))
    return found


def _unresolved(message: str, hint: str, path: Path) -> Problem:
    """A name at a key of the block, or at the value of `rule`."""
    violation = Violation(path=path, message=message, hint=hint, at_key=path[-1] != "rule")
    return Problem("SF001", "unresolved-reference", violation)
