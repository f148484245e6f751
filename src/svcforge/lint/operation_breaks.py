"""What no longer holds of an operation: its name, its door, its manner, what it takes and what it answers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from svcforge.lint.earlier import Break
from svcforge.lint.narrowing import Difference, Side, Slot, Way, differences
from svcforge.model.elements import Field, Http, Operation
from svcforge.model.routes import version_in_path, version_of
from svcforge.model.signature import Output, Shape, Signature, signature
from svcforge.model.types import Type
from svcforge.source.finding import Path

_VERSION = re.compile(r"^v(\d+)$")


def operation_breaks(old: Operation, new: Operation, before: Side, after: Side) -> Iterator[Break]:
    """The breaks of an operation between two versions of its service that have the same API version."""
    if _raised(old.http, new.http):
        return
    pair = _Pair(old, new, signature(before.blueprint, old), signature(after.blueprint, new), (before, after))
    yield from pair.manner()
    yield from pair.inputs()
    yield from pair.answer()


def or_raised(old: Operation, owner: str) -> str:
    """The other remedy, as the end of a sentence, for what does not stand under a number of its own."""
    return f', or raise the `api_version` of "{owner}"' if old.version is None else ""


def _raised(old: Http | None, new: Http | None) -> bool:
    """Whether the path itself bears a higher version now: `/v1/orders`, `/v2/orders`."""
    versions = [
        [int(match[1]) for part in (http.path.split("/") if http else ()) if (match := _VERSION.match(part))]
        for http in (old, new)
    ]
    return bool(versions[1]) and versions[1] > versions[0]


@dataclass(frozen=True, slots=True)
class _Pair:
    """One operation twice."""

    old: Operation
    new: Operation
    before: Signature
    after: Signature
    sides: tuple[Side, Side]

    @property
    def name(self) -> str:
        return f"{self.new.owner}.{self.new.name}"

    def manner(self) -> Iterator[Break]:
        """Another name, another door, an answer at another time."""
        old, new = self.old, self.new
        if old.name != new.name:
            yield self._break(
                f'operation "{old.owner}.{old.name}" is called "{new.name}" now',
                f'it is "{old.name}"',
                new.path,
                old.path,
            )
        before, after = self._paths()
        if old.http is not None and (new.http is None or _door(old.http, before) != _door(new.http, after)):
            door = f'is "{new.http.method} {after}" now' if new.http else "is no longer open to the gateway"
            was = f'it is "{old.http.method} {before}"'
            yield self._break(f'"{self.name}" {door}', was, (*new.path, "http"), (*old.path, "http"))
        if old.long_running != new.long_running:
            now, was = (
                ("answers at once", "it takes a job") if old.long_running else ("takes a job", "it answers at once")
            )
            where = "long_running"
            yield self._break(f'"{self.name}" {now} now', was, (*new.path, where), (*old.path, where))

    def _paths(self) -> tuple[str, ...]:
        """Where it stood and where it stands: behind the version, if it has or had one of its own."""
        versions = ["", ""]
        if (self.old.version, self.new.version) != (None, None):
            pairs = zip(self.sides, (self.old, self.new), strict=True)
            versions = [f"/{version_in_path(side.blueprint, one)}" for side, one in pairs]
        doors = zip(versions, (self.old.http, self.new.http), strict=True)
        return tuple(f"{version}{http.path}" if http else "" for version, http in doors)

    def inputs(self) -> Iterator[Break]:
        """Inputs that are gone, new and required, or narrower."""
        old, new = (list(_inputs(one)) for one in (self.before, self.after))
        filled = {i.name for i in self.after.inputs} | self.after.given
        for found in differences(old, new, self.sides, Way.GIVEN):
            if found.after is not None or found.name not in filled:
                yield self._member(f'input "{found.name}" of "{self.name}"', found)

    def answer(self) -> Iterator[Break]:
        """What was answered and is not, or no longer so."""
        old, new = self.before.output, self.after.output
        if old.shape is Shape.NOTHING:
            return
        if _form(old) != _form(new):
            was = f"it answers {_form(old)}"
            yield self._break(f'"{self.name}" answers {_form(new)} now', was, self.new.path, self.old.path)
            return
        before, after = (list(_answered(one)) for one in (self.before, self.after))
        for found in differences(before, after, self.sides, Way.ANSWERED):
            what = f'"{found.name}" that "{self.name}" answers' if found.name else f'what "{self.name}" answers'
            yield self._member(what, found)

    def _member(self, what: str, found: Difference) -> Break:
        broken = self._break(f"{what} {found.what}", found.was, found.after, found.before)
        return replace(broken, member=found.name)

    def _break(self, message: str, was: str, path: Path | None, before: Path | None) -> Break:
        if path is None and before is not None and before[: len(self.old.path)] != self.old.path:
            path = before[:-1]  # of an entity or a value object, which is where it was
        return Break(
            path=path or self.new.path,
            before=before or self.old.path,
            message=message,
            was=was,
            hint=f"{self._remedy()}{or_raised(self.old, self.new.owner)}",
            about=(self.new.owner, self.name, f"{self.old.owner}.{self.old.name}"),
        )

    def _remedy(self) -> str:
        """What lets the old callers be; a second version beside the first only where the first stays where it is."""
        if self.new.version is not None:
            return f"leave version {self.new.version} as it is, and put what is new beside it under a number of its own"
        also = "take and answer what the old version did as well"
        if self.old.http is None or version_of(self.sides[0].blueprint, self.old.owner) == "v1":
            return f"{also}, or put what is new beside it (`versions: {{1: ..., 2: ...}}`)"
        return also


def _door(http: Http, path: str) -> tuple[str, str]:
    """Method and path; what the inputs in a path are called does not stand on the wire."""
    return http.method, re.sub(r"\{[^}]*\}", "{}", path)


def _form(output: Output) -> str:
    forms = {Shape.PAGE: "a page", Shape.TYPE: "a value", Shape.NOTHING: "nothing"}
    return forms.get(output.shape, "fields")


def _inputs(one: Signature) -> Iterator[Slot]:
    """What a caller gives; the claims of a user's token are none of it where one comes along."""
    for item in one.asked(token=one.operation.http is not None):
        yield _slot(one, item.name, item.type, item.required, one.operation.inputs)


def _answered(one: Signature) -> Iterator[Slot]:
    if one.output.type is not None:
        yield Slot("", one.output.type, (*one.operation.path, "out"), True)
    for name, type_ in one.output.fields.items():
        yield _slot(one, name, type_, True, one.operation.output)


def _slot(one: Signature, name: str, type_: Type, required: bool, own: object) -> Slot:
    """A field with its declaration: the operation's own, the entity's, or none but the operation itself."""
    entity = one.record.entity if one.record else None
    fields = (
        *(f for f in (own if isinstance(own, tuple) else ()) if isinstance(f, Field)),
        *(entity.fields if entity else ()),
    )
    found = next((f for f in fields if f.name == name), None)
    return Slot(name, type_, found.path if found else one.operation.path, required, found.was if found else None)
