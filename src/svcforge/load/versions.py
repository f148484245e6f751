"""Events and operations that stand in several versions: which there are, and what an operation is called in code."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from svcforge.load.document import OperationDoc, OperationVersionsDoc, VersionsDoc

Operations = Mapping[str, OperationDoc | OperationVersionsDoc]
"""What a service or an external offers, as written."""

NUMBER = re.compile(r"[1-9]\d{0,3}")


def versions_of(element: object) -> tuple[int, ...]:
    """The versions of an event or an operation as written; what is written without versions is version 1."""
    if not isinstance(element, VersionsDoc | OperationVersionsDoc):
        return (1,)
    return tuple(int(v) for v in element.versions if NUMBER.fullmatch(v)) or (1,)


def versioned(text: str) -> tuple[str, int | None]:
    """A name and the version behind it: `place_order.v2`."""
    match = re.fullmatch(r"(.+)\.v([1-9]\d{0,3})", text)
    return (match[1], int(match[2])) if match else (text, None)


def name_in_code(name: str, version: int) -> str:
    """What a version of an operation is called wherever it has a name of its own: `place_order`, `place_order_v2`.

    The first has the plain name, whichever is the highest: so nothing of it moves when a second comes beside it, and
    nothing of the second when the first is dropped.
    """
    return name if version == 1 else f"{name}_v{version}"


def resolved(operations: Operations, text: str) -> str | None:
    """The operation, by its name in code, that `place_order` (the highest version) or `place_order.v1` stands for."""
    name, version = versioned(text)
    doc = operations.get(name)
    if doc is None:
        return None
    known = versions_of(doc)
    wanted = max(known) if version is None else version
    return name_in_code(name, wanted) if wanted in known else None


def references(operations: Operations) -> Iterator[str]:
    """Everything that may be written for one of the operations."""
    for name, doc in operations.items():
        yield name
        if isinstance(doc, OperationVersionsDoc):
            yield from (f"{name}.v{version}" for version in versions_of(doc))


def nearest_version(operations: Operations, text: str) -> str | None:
    """Where only the version is unknown, the reference to the nearest that there is; None where the name is as well."""
    name, version = versioned(text)
    doc = operations.get(name)
    if doc is None or version is None:
        return None
    if not isinstance(doc, OperationVersionsDoc):
        return name
    return f"{name}.v{min(versions_of(doc), key=lambda known: abs(known - version))}"
