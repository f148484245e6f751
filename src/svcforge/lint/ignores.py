"""Central suppressions: whether an entry of `lint.ignore` covers a finding."""

from __future__ import annotations

from datetime import date

from svcforge.lint.context import Indexes
from svcforge.lint.rule import Violation
from svcforge.model.elements import Ignore
from svcforge.source.finding import Path

_TOP = ("externals", "bffs", "sagas", "stores", "libraries")


def holds(ignore: Ignore, today: date) -> bool:
    """Whether an entry is still in force: without a date, and up to and on the day of its `until`."""
    return ignore.until is None or today.isoformat() <= ignore.until


def covers(ignore: Ignore, violation: Violation, indexes: Indexes) -> bool:
    """Whether an entry's `at` is what the finding is about; an entry without `at` covers everything."""
    if ignore.at is None or ignore.at in violation.about:
        return True
    if " -> " in ignore.at:
        edge = indexes.edge_at(violation.path)
        return edge is not None and ignore.at == f"{edge.source} -> {edge.target}"
    return ignore.at in elements(violation.path)


def elements(path: Path) -> tuple[str, ...]:
    """The element that a path is in, and its member, as `at` names them: `orders`, `orders.create_order`."""
    parts = tuple(map(str, path))
    if len(parts) >= 4 and parts[0] == "contexts" and parts[2] == "services":
        return (parts[3], f"{parts[3]}.{parts[5]}") if len(parts) > 5 else (parts[3],)
    if len(parts) >= 2 and parts[0] in _TOP:
        return (parts[1], f"{parts[1]}.{parts[3]}") if len(parts) > 3 else (parts[1],)
    return ("gateway",) if parts[:1] == ("gateway",) else ()
