"""Which rules run and how: the blueprint's `lint` block and the command line, resolved against the catalogue."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from svcforge.lint import catalogue
from svcforge.lint.catalogue import Entry
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

    `own` are the rules that the blueprint makes for itself. `codes` are the rules that are asked for, and `reachable` all that decide which profile is reached; none where rules
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
    own: Mapping[str, Entry] = field(default_factory=dict)

    def entry(self, code: str) -> Entry:
        """The rule of a code: the blueprint's own, or one of the catalogue."""
        return self.own.get(code) or catalogue.entries()[code]


class UnknownSelector(ValueError):
    """A word of the command line that stands for no rule; `nearest` is one that does."""

    def __init__(self, word: str, nearest: str | None) -> None:
        super().__init__(word)
        self.word = word
        self.nearest = nearest


def resolve(config: LintConfig, choices: Choices = Choices()) -> Settings:
    """The settings of one run.

    `select` names rules, families, code beginnings or profiles, and is then all that runs, with those about the upkeep
    of suppressions and baseline, which always run. A word of the command line
    comes before one of the blueprint; its `ignore` adds to the blueprint's. Raises UnknownSelector.
    """
    words = _Words(_own(config))
    selected = choices.select is not None or (choices.profile is None and config.select is not None)
    profile = Profile(choices.profile or config.profile or Profile.RECOMMENDED)
    if choices.select is not None:
        codes = words.chosen(choices.select)
    elif choices.profile is None and config.select is not None:
        codes = frozenset(c for i, w in enumerate(config.select) for c in words.named(w, ("lint", "select", i)))
    else:
        codes = words.chosen((profile,))
    ignores = tuple((i, words.named(i.rule, (*i.path, "rule"))) for i in config.ignore)
    fail_on = choices.fail_on or config.fail_on or Severity.WARNING
    ignored = words.chosen(choices.ignore)
    severities = {
        code: Severity(severity)
        for word, severity in config.severity.items()
        for code in words.named(word, ("lint", "severity", word))
    }
    return Settings(
        profile=profile,
        codes=(codes | words.chosen(("hygiene",))) - ignored,
        reachable=frozenset() if selected else words.chosen((Profile.PRODUCTION,)) - ignored,
        severities=severities,
        options=_options(config, words),
        ignores=ignores,
        fail_on=None if fail_on == "never" else Severity(fail_on),
        problems=tuple(words.problems),
        own=words.own,
    )


def _own(config: LintConfig) -> Mapping[str, Entry]:
    """The blueprint's own rules; most have none, and need nothing of what those do."""
    if not config.custom:
        return {}
    from svcforge.lint import custom

    return custom.entries(config.custom)


@dataclass
class _Words:
    """What words stand for in one run, with the blueprint's own rules, and those that stand for nothing."""

    own: Mapping[str, Entry]
    problems: list[Problem] = field(default_factory=list)

    def chosen(self, said: Iterable[str]) -> frozenset[str]:
        """The codes of words of the command line; raises UnknownSelector."""
        found: set[str] = set()
        for word in said:
            codes = catalogue.selected(word, self.own)
            if codes is None:
                raise UnknownSelector(word, catalogue.nearest(word, more=self.own))
            found |= codes
        return frozenset(found)

    def named(self, word: str, path: Path) -> frozenset[str]:
        """The codes that a word of the blueprint stands for; a word that stands for none is a problem."""
        codes = catalogue.selected(word, self.own)
        if codes is None:
            self.no_rule(word, path)
        return codes or frozenset()

    def no_rule(self, word: str, path: Path) -> None:
        """There is no such rule."""
        close = catalogue.nearest(word, more=self.own)
        hint = f'did you mean "{close}"?' if close else 'see "svcforge rules"'
        self.problems.append(_unresolved(f'there is no rule "{word}"', hint, path))


def _options(config: LintConfig, words: _Words) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    for word, said in config.options.items():
        path: Path = ("lint", "options", word)
        entry = catalogue.entry(word, words.own)
        if entry is None and catalogue.selected(word, words.own):
            words.problems.append(
                _unresolved(f'"{word}" is several rules', "options belong to one rule: name it", path)
            )
        elif entry is None:
            words.no_rule(word, path)
        if entry is None:
            continue
        known = {option.name: option for option in entry.rule.options}
        for name, raw in said.items():
            if name not in known:
                close = catalogue.nearest(name, among=known) if known else None
                hint = f'did you mean "{close}"?' if close else f"its options are: {', '.join(known) or 'none'}"
                words.problems.append(
                    _unresolved(f'rule "{entry.rule.name}" has no option "{name}"', hint, (*path, name))
                )
                continue
            try:
                found.setdefault(entry.rule.code, {})[name] = known[name].read(raw)
            except ValueError:
                hint = f"write {known[name].kind}, like {known[name].default}"
                violation = Violation(path=(*path, name), message=f'"{raw}" is no value of "{name}"', hint=hint)
                words.problems.append(Problem("SF011", "schema", violation))
    return found


def _unresolved(message: str, hint: str, path: Path) -> Problem:
    """A name at a key of the block, or at the value of `rule`."""
    violation = Violation(path=path, message=message, hint=hint, at_key=path[-1] != "rule")
    return Problem("SF001", "unresolved-reference", violation)
