"""What a rule is: its record, its options, and what it says when it fires."""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Generic, TypeVar, cast

from svcforge.frozen import frozen
from svcforge.source.edit import Edit
from svcforge.source.finding import Path, Related, Severity, Span

T = TypeVar("T", bound=bool | int | float | str)

FAMILIES = (
    "integrity", "topology", "data", "resilience", "messaging", "api", "security", "operability", "decomposition", "hygiene",
)  # fmt: skip
"""The families by the first digit of their codes: SF0 integrity, SF1 topology ..."""


CUSTOM = "custom"
"""The family of a blueprint's own rules; their codes begin with it: `custom/<name>`."""

PLUGIN = "plugin"
"""The family of rules that other packages bring."""


class Profile(StrEnum):
    """How much is asked of a blueprint; each profile holds the rules of those before it."""

    MINIMAL = "minimal"
    RECOMMENDED = "recommended"
    PRODUCTION = "production"

    def covers(self, other: Profile) -> bool:
        """Whether what belongs to the other profile is asked for in this one."""
        return _PROFILES.index(other) <= _PROFILES.index(self)


_PROFILES = tuple(Profile)


class Fix(StrEnum):
    """Whether a rule can mend what it finds: `unsafe` adds a value that a person must confirm."""

    NONE = "none"
    SAFE = "safe"
    UNSAFE = "unsafe"


class Status(StrEnum):
    """How settled a rule is: what it finds may change while it is a `preview`, and it goes when it is `deprecated`."""

    PREVIEW = "preview"
    STABLE = "stable"
    DEPRECATED = "deprecated"


@frozen()
class Option(Generic[T]):
    """A threshold that `lint.options` can set; the default's type is the option's, and `reason` says why it is so."""

    name: str
    default: T
    reason: str

    @property
    def kind(self) -> str:
        """The type as the catalogue names it."""
        return {bool: "bool", int: "int", float: "float", str: "text"}[type(self.default)]

    def read(self, raw: object) -> T:
        """The value of what is written; ValueError when it is not of the option's type."""
        text = str(raw)
        if isinstance(self.default, bool):
            value: Any = {"true": True, "false": False}.get(text)
        else:
            value = type(self.default)(text)
        if value is None or (isinstance(value, int | float) and not 0 <= value < float("inf")):
            raise ValueError(text)
        return cast(T, value)


@frozen(kw_only=True)
class Rule:
    """The record of a rule.

    The summary and the manual page, with its examples, refactorings and references, are the docstring of the rule's
    module, the family is the code's first digit and the module's folder. `severity` is the usual one; a violation may
    say otherwise. `aliases` are names in the literature, accepted wherever the name is; one that stands for a smell of
    which several rules see a part is an alias of each. `since` is the version of svcforge that a rule of ours came with.
    """

    code: str
    name: str
    severity: Severity
    profile: Profile
    options: tuple[Option[Any], ...] = ()
    fix: Fix = Fix.NONE
    aliases: tuple[str, ...] = ()
    since: str = ""
    status: Status = Status.STABLE

    @property
    def family(self) -> str:
        """The family that the code's first digit names, or who made a rule that has no such code."""
        if self.code[:2] == "SF" and self.code[2:].isdigit():
            return FAMILIES[int(self.code[2])]
        return CUSTOM if self.code.startswith(f"{CUSTOM}/") else PLUGIN


@frozen(kw_only=True)
class Violation:
    """What a rule found: a path, the message with its witness, what to do, and the other places it is about.

    `note` stands under the caret in the text output. `at_key` points at the key that ends the path rather than at
    its value. `severity` and `profile` are given when they differ
    from the rule's. `about` names the elements that the finding is about as much as the one at the path
    (the members of a cycle), as `lint.ignore` names them: `service`, `service.member`, `source -> target`.
    `fix` are the changes that mend it, made together or not at all; whether they are safe is the rule's to say.
    `span` is for what stands at no path of the blueprint: a comment, a line of another file.
    """

    path: Path
    message: str
    hint: str
    note: str = ""
    at_key: bool = False
    related: tuple[Related, ...] = ()
    severity: Severity | None = None
    profile: Profile | None = None
    about: tuple[str, ...] = ()
    fix: tuple[Edit, ...] = ()
    span: Span | None = None
