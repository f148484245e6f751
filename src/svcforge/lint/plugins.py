"""Rules that other packages bring, found by their entry points in the group `svcforge.rules`."""

from __future__ import annotations

import pkgutil
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from types import ModuleType

from svcforge.errors import SvcforgeError

GROUP = "svcforge.rules"
"""An entry point names a module with a rule, or a package of such modules: `acme = "acme_rules"`."""


@dataclass(frozen=True, slots=True)
class Brought:
    """A module with a rule, and the package that brings it."""

    module: ModuleType
    origin: str


def modules() -> Iterator[Brought]:
    """The modules of rules that are installed, in the order of their entry points' names.

    Raises SvcforgeError, with the name of the package, where one cannot be imported or holds no rule.
    """
    from importlib.metadata import entry_points

    for point in sorted(entry_points(group=GROUP), key=lambda point: (point.name, point.value)):
        origin = point.dist.name if point.dist else point.name
        try:
            found = point.load()
            rules = list(_rules(found)) if isinstance(found, ModuleType) else []
        except Exception as error:
            raise refused(origin, f'"{point.value}" cannot be imported: {told(error)}') from error
        if not rules:
            raise refused(origin, f'"{point.value}" is no module with RULE and check, and holds none')
        for module in rules:
            yield Brought(module, origin)


def _rules(found: ModuleType) -> Iterator[ModuleType]:
    if hasattr(found, "RULE"):
        yield found
        return
    for inner in pkgutil.iter_modules(getattr(found, "__path__", ()), f"{found.__name__}."):
        yield from _rules(import_module(inner.name))


def refused(origin: str, why: str) -> SvcforgeError:
    """What is said of a package whose rules are of no use."""
    return SvcforgeError(f'the rules of "{origin}": {why}', f'mend them, or uninstall "{origin}"')


def told(error: Exception) -> str:
    """An exception in a line."""
    return f"{type(error).__name__}: {error}".splitlines()[0].rstrip(": ")
