"""What all facts of one service or BFF are made with: its types, the records and the clients that turn up on the way."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from svcforge.model.blueprint import Blueprint, field_named
from svcforge.model.edges import edges
from svcforge.model.elements import Operation, Saga
from svcforge.model.record import Record
from svcforge.model.routes import version_of
from svcforge.model.signature import Output, Shape, Signature, signature
from svcforge.model.types import Type
from svcforge.plan.classes import classes
from svcforge.plan.naming import snake
from svcforge.plan.types import NO_TYPE, Fact, Types


@dataclass(slots=True)
class Subject:
    """One service, BFF or external in the making; `records` are the answers made of new or of some fields."""

    blueprint: Blueprint
    name: str
    types: Types
    records: dict[str, Fact] = field(default_factory=dict)
    views: dict[str, Fact] = field(default_factory=dict)

    @property
    def version(self) -> str:
        """The version in its paths, but for those of operations that have versions of their own."""
        return version_of(self.blueprint, self.name)


def subject(blueprint: Blueprint, name: str, own: str | None = None) -> Subject:
    """The subject of that name; `own` is the service in whose facts it stands, where that is another."""
    return Subject(blueprint, name, Types(blueprint, own or name, name, adopts=own is not None))


def callers(blueprint: Blueprint) -> Mapping[tuple[str, str], tuple[str, ...]]:
    """Who calls each operation (owner, name) from outside its service, in the order of the file; worked out once."""
    kept: dict[tuple[str, str], tuple[str, ...]] | None = blueprint.__dict__.get("_callers")
    if kept is None:
        found: dict[tuple[str, str], dict[str, None]] = {}
        for edge in edges(blueprint):
            if edge.sync and edge.operation is not None and edge.source != edge.target:
                found.setdefault((edge.target, edge.operation), {})[edge.source] = None
        kept = blueprint.__dict__["_callers"] = {at: tuple(names) for at, names in found.items()}
    return kept


def operation_class(blueprint: Blueprint, operation: Operation) -> str:
    """The class of an operation's input: its name, unless something else in its service is called so."""
    return classes(blueprint, operation.owner).operations[operation.name]


def sagas_of(blueprint: Blueprint, owner: str) -> tuple[Saga, ...]:
    """The sagas whose log a service keeps."""
    kept: dict[str, tuple[Saga, ...]] | None = blueprint.__dict__.get("_sagas_of")
    if kept is None:
        kept = blueprint.__dict__["_sagas_of"] = {}
        for saga in blueprint.sagas.values():
            if saga.owner is not None:
                kept[saga.owner] = (*kept.get(saga.owner, ()), saga)
    return kept.get(owner, ())


def answer_type(about: Subject, operation: Operation) -> Fact:
    """What an operation answers, as a type; answers of new or some fields become records, whole entities views."""
    sig = signature(about.blueprint, operation)
    out = sig.output
    match out.shape:
        case Shape.NOTHING:
            return NO_TYPE
        case Shape.TYPE if out.type is not None:
            return about.types.type(out.type, "item")
        case Shape.PAGE:
            return NO_TYPE | {"kind": "page", "of": _item(about, sig, out)}
    return _item(about, sig, out)


def _item(about: Subject, sig: Signature, out: Output) -> Fact:
    own = about.name == about.types.own
    where = {"service": None if own else about.name, "module": None if own else snake(about.name)}
    if sig.record is not None and out.fields is sig.record.types:
        kind = "copy" if sig.record.copy else "entity"
        if sig.record.name not in about.views:
            fields = [_column(about, sig.record, n, t) for n, t in out.fields.items()]
            about.views[sig.record.name] = {"name": sig.record.name, "fields": fields}
        return NO_TYPE | {"kind": kind, "name": sig.record.name} | where
    name = f"{operation_class(about.blueprint, sig.operation)}Answer"
    if name not in about.records:
        fields = [_shown(about.types.field(n, t)) for n, t in out.fields.items()]
        about.records[name] = {"name": name, "fields": fields}
    return NO_TYPE | {"kind": "record", "name": name} | where


def _column(about: Subject, record: Record, name: str, type_: Type) -> Fact:
    known = field_named(record.entity.fields, name) if record.entity else None
    reason = known.deprecated if known else None
    return _shown(about.types.field(name, type_, record.home(name), reason))


def _shown(field_: Fact) -> Fact:
    """A field of an answer is always there: it has no default, and is null at most."""
    return field_ | {"required": True, "has_default": False, "default": None, "unique": False}
