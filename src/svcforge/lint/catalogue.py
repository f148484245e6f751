"""The rules there are: found by their place under `rules/<family>/`, each imported when it is needed, and by entry points."""

from __future__ import annotations

import pkgutil
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import import_module
from types import MappingProxyType, ModuleType

from svcforge.errors import SvcforgeError
from svcforge.lint import plugins, rules
from svcforge.lint.context import LintContext
from svcforge.lint.page import sections
from svcforge.lint.rule import CUSTOM, FAMILIES, PLUGIN, Profile, Rule, Violation

Check = Callable[[LintContext], Iterator[Violation]]
"""What a rule's module does: yields what it finds in a blueprint, in an order that the blueprint decides."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule of the catalogue: its record, what it does (None: found while reading), and its manual page.

    `origin` is the package that brings it; empty for ours.
    """

    rule: Rule
    check: Check | None
    page: str
    origin: str = ""

    @property
    def summary(self) -> str:
        """The first line of the page."""
        return self.page.partition("\n")[0]

    def said(self, context: LintContext) -> Iterator[Violation]:
        """What the rule finds; raises SvcforgeError, with its package's name, where a rule of others fails."""
        if self.check is None:
            return
        if not self.origin:
            yield from self.check(context)
            return
        try:
            for violation in self.check(context):
                if not isinstance(violation, Violation):
                    raise TypeError(f"it yields {type(violation).__name__}, not Violation")
                yield violation
        except SvcforgeError:
            raise
        except Exception as error:
            raise plugins.refused(self.origin, f'"{self.rule.code}" fails: {plugins.told(error)}') from error


NO_MORE: Mapping[str, Entry] = MappingProxyType({})


@cache
def entries() -> Mapping[str, Entry]:
    """Every rule by its code, in the order of the codes, ours first; raises SvcforgeError for a package with bad ones."""
    found = [_entry(import_module(name)) for name in sorted({*_modules().values()})]
    ours = {entry.rule.code: entry for entry in sorted(found, key=lambda entry: entry.rule.code)}
    return {**ours, **_brought(ours)}


def _brought(ours: Mapping[str, Entry]) -> Mapping[str, Entry]:
    """The rules of other packages; none may take a word that stands for another rule."""
    taken = {word for entry in ours.values() for word in _words(entry)} | {*FAMILIES, *Profile, CUSTOM, PLUGIN}
    found: dict[str, Entry] = {}
    for brought in plugins.modules():
        rule, name = brought.module.RULE, brought.module.__name__
        if not isinstance(rule, Rule) or not callable(getattr(brought.module, "check", None)):
            raise plugins.refused(brought.origin, f'"{name}" has no RULE of the class Rule, or no check')
        if "What it does" not in sections(brought.module.__doc__ or ""):
            raise plugins.refused(brought.origin, f'"{name}" has no manual page: begin its docstring like ours')
        if not _CODE.fullmatch(rule.code) or rule.code.startswith("SF"):
            raise plugins.refused(brought.origin, f'"{rule.code}" is no code for a rule: write one like ACME101')
        one = replace(_entry(brought.module), origin=brought.origin)
        if clash := sorted(taken.intersection(_words(one))):
            raise plugins.refused(brought.origin, f'"{clash[0]}" stands for another rule already')
        taken.update(_words(one))
        found[rule.code] = one
    return dict(sorted(found.items()))


_CODE = re.compile(r"[A-Z]{2,10}\d{1,5}")


def _words(entry: Entry) -> tuple[str, ...]:
    return (entry.rule.code, entry.rule.name, *entry.rule.aliases)


def entry(word: str, more: Mapping[str, Entry] = NO_MORE) -> Entry | None:
    """The rule of a code, a name or another name in the literature; only its own module is imported where that will do.

    Of the rules that share another name, it is the first.

    Args:
        more: the rules that a blueprint makes for itself, by their codes.
    """
    modules = _modules()
    key = word.upper() if word.upper() in modules else word.lower()
    if key in modules:
        return _entry(import_module(modules[key]))
    if word in more:
        return more[word]
    return next((e for e in entries().values() if word.lower() in {name.lower() for name in _words(e)}), None)


def selected(word: str, more: Mapping[str, Entry] = NO_MORE) -> frozenset[str] | None:
    """The codes that a selector stands for: a rule, a family, the beginning of a code (`SF1`), or a profile.

    Args:
        more: the rules that a blueprint makes for itself, by their codes.
    """
    known = (*entries().values(), *more.values())
    if (one := entry(word, more)) is not None:
        sharing = (e.rule.code for e in known if word.lower() in (alias.lower() for alias in e.rule.aliases))
        return frozenset((one.rule.code, *sharing))
    if word in (*FAMILIES, CUSTOM, PLUGIN):
        return frozenset(e.rule.code for e in known if e.rule.family == word)
    if word in tuple(Profile):
        return frozenset(e.rule.code for e in known if Profile(word).covers(e.rule.profile))
    beginning = frozenset(
        e.rule.code
        for e in known
        if len(word) > 1 and _CODE.match(e.rule.code) and e.rule.code.startswith(word.upper())
    )
    return beginning or None


def nearest(word: str, *, among: Iterable[str] = (), more: Iterable[str] = ()) -> str | None:
    """The code, name or selector most like a misspelt word; `more` are the codes of a blueprint's own rules."""
    from difflib import get_close_matches

    names = {name for e in entries().values() for name in _words(e)}
    known = sorted(among) or sorted({*names, *more, *FAMILIES, *Profile})
    return next(iter(get_close_matches(word, known, n=1, cutoff=0.7)), None)


@cache
def _modules() -> Mapping[str, str]:
    """Codes and names -> the module of the rule, read off the file names: `sf101_sync_cycle` is SF101, sync-cycle."""
    found: dict[str, str] = {}
    for family in pkgutil.iter_modules(rules.__path__, f"{rules.__name__}."):
        package = import_module(family.name)
        for module in pkgutil.iter_modules(package.__path__, f"{family.name}."):
            code, _, name = module.name.rpartition(".")[2].partition("_")
            found[code.upper()] = found[name.replace("_", "-")] = module.name
    return found


def _entry(module: ModuleType) -> Entry:
    return Entry(module.RULE, getattr(module, "check", None), (module.__doc__ or "").strip())
