"""The rules there are: found by their place under `rules/<family>/`, each imported when it is needed."""

from __future__ import annotations

import pkgutil
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from types import ModuleType

from svcforge.lint import rules
from svcforge.lint.context import LintContext
from svcforge.lint.rule import FAMILIES, Profile, Rule, Violation

Check = Callable[[LintContext], Iterator[Violation]]
"""What a rule's module does: yields what it finds in a blueprint, in an order that the blueprint decides."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A rule of the catalogue: its record, what it does (None: found while reading), and its manual page."""

    rule: Rule
    check: Check | None
    page: str

    @property
    def summary(self) -> str:
        """The first line of the page."""
        return self.page.partition("\n")[0]


@cache
def entries() -> Mapping[str, Entry]:
    """Every rule by its code, in the order of the codes."""
    found = (_entry(import_module(name)) for name in sorted(_modules().values()))
    return {entry.rule.code: entry for entry in sorted(found, key=lambda entry: entry.rule.code)}


def entry(word: str) -> Entry | None:
    """The rule of a code, a name or another name in the literature; only its own module is imported where that will do."""
    modules = _modules()
    key = word.upper() if word.upper() in modules else word.lower()
    if key in modules:
        return _entry(import_module(modules[key]))
    return next((e for e in entries().values() if word.lower() in e.rule.aliases), None)


def selected(word: str) -> frozenset[str] | None:
    """The codes that a selector stands for: a rule, a family, the beginning of a code (`SF1`), or a profile."""
    known = entries().values()
    if (one := entry(word)) is not None:
        return frozenset((one.rule.code,))
    if word in FAMILIES:
        return frozenset(e.rule.code for e in known if e.rule.family == word)
    if word in tuple(Profile):
        return frozenset(e.rule.code for e in known if Profile(word).covers(e.rule.profile))
    beginning = frozenset(
        e.rule.code for e in known if word[:2].upper() == "SF" and e.rule.code.startswith(word.upper())
    )
    return beginning or None


def nearest(word: str, *, among: Iterable[str] = ()) -> str | None:
    """The code, name or selector most like a misspelt word."""
    from difflib import get_close_matches

    names = {name for e in entries().values() for name in (e.rule.code, e.rule.name, *e.rule.aliases)}
    known = sorted(among) or sorted({*names, *FAMILIES, *Profile})
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
