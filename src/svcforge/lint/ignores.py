"""What the `at` of a suppression in `lint.ignore` covers, and what a baseline calls a finding."""

from __future__ import annotations

import re

from svcforge.lint.context import Indexes
from svcforge.lint.rule import Violation
from svcforge.source.finding import Path

_TOP = ("externals", "bffs", "sagas", "stores", "libraries")


def covers(at: str | None, violation: Violation, indexes: Indexes) -> bool:
    """Whether an entry's `at` is what the finding is about; an entry without `at` covers everything."""
    if at is None or at in violation.about or _in_code(at) in violation.about:
        return True
    if " -> " in at:
        edge = indexes.edge_at(violation.path)
        return edge is not None and at == f"{edge.source} -> {edge.target}"
    return at in elements(violation.path) or at == _version(violation.path)


def _in_code(at: str) -> str:
    """What `orders.place_order.v2` is called by those who know the operation by its name in code."""
    match = re.fullmatch(r"([a-z0-9-]+\.[a-z0-9_]+)\.v(\d+)", at)
    if match is None:
        return at
    return match[1] if match[2] == "1" else f"{match[1]}_v{match[2]}"


def _version(path: Path) -> str | None:
    """The version of an operation or an event that a path is in: `orders.place_order.v2`."""
    inner = path[4:] if path[:1] == ("contexts",) else path[2:]
    several = len(inner) > 3 and inner[0] in ("operations", "events") and inner[2] == "versions"
    return f"{elements(path)[-1]}.v{inner[3]}" if several else None


def elements(path: Path) -> tuple[str, ...]:
    """The element that a path is in, and its member, as `at` names them: `orders`, `orders.create_order`."""
    parts = tuple(map(str, path))
    if len(parts) >= 4 and parts[0] == "contexts" and parts[2] == "services":
        return (parts[3], f"{parts[3]}.{parts[5]}") if len(parts) > 5 else (parts[3],)
    if len(parts) >= 2 and parts[0] in _TOP:
        return (parts[1], f"{parts[1]}.{parts[3]}") if len(parts) > 3 else (parts[1],)
    return ("gateway",) if parts[:1] == ("gateway",) else ()


def subject(violation: Violation, indexes: Indexes) -> str:
    """What a finding is about in words that outlive a change of the file: never a line, never a place in a list.

    The members of what has several (a cycle, a chain, a shared store), in order; else the edge, as `source->target#what`;
    else the element.
    """
    edge = indexes.edge_at(violation.path)
    own = {*elements(violation.path), *((f"{edge.source} -> {edge.target}",) if edge else ())}
    if own & set(violation.about):
        names = {one for one in violation.about if " -> " not in one}
        return ", ".join(sorted(names or set(violation.about)))
    if edge is not None:
        what = edge.operation or edge.event
        return f"{edge.source}->{edge.target}" + (f"#{what}" if what else "")
    found = elements(violation.path)
    return found[-1] if found else ".".join(part for part in violation.path if isinstance(part, str))
