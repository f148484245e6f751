"""What svcforge complains with: a finding names a path in the blueprint and the place where it stands."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from svcforge.frozen import frozen
from svcforge.source.edit import Edit
from svcforge.source.place import Path as Path
from svcforge.source.place import Span as Span


class Severity(StrEnum):
    """How bad a finding is."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@frozen()
class Related:
    """Another place that a finding is about, with what it has to do with it."""

    path: Path
    message: str
    span: Span | None = None


@frozen()
class Finding:
    """One complaint: a stable code and name, a message with the offender in quotes, a hint, and a place.

    `note` is a word or two that the text output writes under the place itself. `fix` are the changes that mend it,
    made together or not at all; one that is not safe writes a value that a person must confirm. `subject` is what it is
    about in words that outlive a change of the file, empty where nobody asked for it.
    """

    code: str
    name: str
    severity: Severity
    message: str
    hint: str | None
    path: Path
    span: Span | None = None
    related: tuple[Related, ...] = ()
    note: str = ""
    fix: tuple[Edit, ...] = ()
    fix_is_safe: bool = False
    subject: str = ""


def dotted(path: Path) -> str:
    """The path as text: `contexts.ordering.services.orders.calls[0]`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in path).removeprefix(".")


def in_order(findings: Iterable[Finding]) -> list[Finding]:
    """The findings by file, line, column, code and message: the one order in which they are shown."""

    def place(finding: Finding) -> tuple[str, int, int, str, str]:
        span = finding.span
        where = (span.file, span.line, span.column) if span else ("", 0, 0)
        return (*where, finding.code, finding.message)

    return sorted(findings, key=place)
