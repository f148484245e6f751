"""Types and fields as facts, and the names that enumerations get: each service is a name space of its own."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import edges
from svcforge.model.elements import Field
from svcforge.model.literal import Misfit, typed
from svcforge.model.record import refers_to
from svcforge.model.types import Kind, Type
from svcforge.plan.classes import classes
from svcforge.plan.naming import free, pascal, snake

Fact = dict[str, Any]
"""Plain data that JSON can hold."""

T = TypeVar("T")

NO_TYPE: Fact = {
    **{"kind": "none", "name": None, "values": [], "of": None, "min": None, "max": None},
    **{"service": None, "module": None},
}


def enum_names(blueprint: Blueprint, owner: str) -> Mapping[tuple[str, tuple[str, ...]], str]:
    """The names of a service's (or external's) enumerations by field and words; worked out once.

    Two fields of one name and the same words share one enumeration; it is called after the first of them in the
    order entities, value objects, events, operations.
    """
    kept: dict[str, dict[tuple[str, tuple[str, ...]], str]] = blueprint.__dict__.setdefault("_enum_names", {})
    if owner not in kept:
        names: dict[tuple[str, tuple[str, ...]], str] = {}
        taken = set(classes(blueprint, owner).taken)
        for holder, field, type_ in _fields(blueprint, owner):
            words = _words(type_)
            if words and (field, words) not in names:
                names[field, words] = free(holder + pascal(field), taken, "Word")
                taken.add(names[field, words])
        kept[owner] = names
    return kept[owner]


def module_of(blueprint: Blueprint, own: str, other: str, *, called: bool) -> str:
    """The module of a service that knows another, by calling it or by its events; one that does both has two."""
    kept: set[tuple[str, str]] | None = blueprint.__dict__.get("_known_twice")
    if kept is None:
        calls, hears = ({(e.source, e.target) for e in edges(blueprint) if e.sync is sync} for sync in (True, False))
        kept = blueprint.__dict__["_known_twice"] = calls & hears
    return snake(other) if called or (own, other) not in kept else f"{snake(other)}_events"


def _words(type_: Type) -> tuple[str, ...]:
    return type_.choices if type_.kind is Kind.ENUM else _words(type_.of) if type_.of else ()


def _fields(blueprint: Blueprint, owner: str) -> Iterator[tuple[str, str, Type]]:
    """Every typed field of a service or an external, with the class that holds it."""
    service = blueprint.services.get(owner)
    external = blueprint.externals.get(owner)
    if service:
        for entity in service.entities.values():
            yield from ((entity.name, f.name, f.type) for f in entity.fields)
    values = {**blueprint.values, **(service.values if service else {})}
    for value in values.values():
        yield from ((value.name, f.name, f.type) for f in value.fields)
    for event in service.events if service else ():
        yield from ((event.name, f.name, f.type) for f in event.fields)
    operations = service.operations if service else external.operations if external else {}
    for operation in operations.values():
        name = pascal(operation.name)
        yield from ((name, f.name, f.type) for f in operation.inputs or () if isinstance(f, Field))
        if isinstance(operation.output, Type):
            yield f"{name}Answer", "item", operation.output
        else:
            yield from ((f"{name}Answer", f.name, f.type) for f in operation.output or () if isinstance(f, Field))
    if service:
        yield from (("Settings", s.name, s.type) for s in service.settings)


class Types:
    """Types as facts in the eyes of one service; remembers the value objects and enumerations it has met.

    Args:
        own: the service whose facts they are part of; types of any other service name it.
        home: whose value objects and enumerations are collected (by default the service's own).
        adopts: whether those of third services that turn up are collected too, as if they were the home's: what a
            service answers of its copies is its own contract.
    """

    def __init__(self, blueprint: Blueprint, own: str, home: str | None = None, *, adopts: bool = False) -> None:
        self.blueprint, self.own, self.adopts = blueprint, own, adopts
        self.home = home or own
        self._values: dict[str, tuple[str, str]] = {}
        self._known: dict[tuple[Type, str, str, bool], Fact] = {}
        self._enums: dict[str, tuple[str, tuple[str, ...]]] = {}

    def type(self, type_: Type, name: str, home: str | None = None, *, called: bool = False) -> Fact:
        """A type as a fact.

        Args:
            name: the field's name, after which an enumeration is called.
            home: the service whose value objects the type means; by default the one being collected.
            called: whether that service is known by being called, and not by its events.
        """
        home = home or self.home
        known = self._known.get((type_, name, home, called))
        if known is None:
            known = self._known[type_, name, home, called] = self._type(type_, name, home, called)
        return known

    def _type(self, type_: Type, name: str, home: str, called: bool) -> Fact:
        shown = self.home if self.adopts else home
        service = None if shown == self.own else shown
        shape: Fact = {"kind": type_.kind.value, "name": None, "values": [], "of": None}
        match type_.kind:
            case Kind.SCALAR:
                shape["kind"] = type_.name
            case Kind.REF:
                return self.type(refers_to(self.blueprint, type_, home).bare(), name, home, called=called)
            case Kind.LIST:
                shape["of"] = self.type(type_.of, name, home, called=called) if type_.of else NO_TYPE
            case Kind.ENUM:
                names = enum_names(self.blueprint, home)
                # A copy may keep a field by another name: it holds the publisher's words all the same.
                same = (one for (_, words), one in names.items() if words == type_.choices)
                word = names.get((name, type_.choices)) or next(same, pascal(name))
                shape |= {"name": self._met(self._enums, word, home, type_.choices), "values": list(type_.choices)}
            case Kind.VALUE:
                shape["name"] = self._met(self._values, type_.name, home, type_.name)
            case Kind.ENTITY:
                shape["name"] = type_.name
                service = None if type_.service in (None, self.own) else type_.service
        named = type_.kind in (Kind.ENUM, Kind.VALUE, Kind.ENTITY)
        service = service if named else None
        module = module_of(self.blueprint, self.own, service, called=called or self.adopts) if service else None
        return shape | {"min": _bound(type_.low), "max": _bound(type_.high), "service": service, "module": module}

    def _met(self, met: dict[str, tuple[str, T]], name: str, home: str, what: T) -> str:
        """Remember a class, and say what it is called here."""
        if home != self.home and not self.adopts:
            return name
        if met.get(name) == (home, what):
            return name
        for called, known in met.items():
            if known == (home, what):
                return called
        called = free(name, met, f"Of{pascal(home)}")
        met[called] = (home, what)
        return called

    def field(self, name: str, type_: Type, home: str | None = None, deprecated: str | None = None) -> Fact:
        """A field as a fact."""
        value = self.literal(type_.default, type_, home) if type_.default is not None else None
        return {
            "name": name,
            "type": self.type(type_, name, home),
            "optional": type_.optional or (deprecated is not None and type_.kind is not Kind.LIST),
            "required": type_.required and deprecated is None,
            "has_default": type_.default is not None,
            "default": value,
            "unique": type_.unique and type_.unique_per is None,
            "deprecated": deprecated,
        }

    def fields(self, fields: Iterable[Field], home: str | None = None) -> list[Fact]:
        """Declared fields as facts."""
        return [self.field(f.name, f.type, home, f.deprecated) for f in fields]

    def literal(self, value: Any, type_: Type, home: str | None = None) -> Any:
        """A literal as JSON data; text as it stands where the type does not hold it (the linter says so)."""
        try:
            return typed(value, type_, self.blueprint.shapes(home or self.home))
        except Misfit:
            return str(value)

    def values(self) -> list[Fact]:
        """The value objects met, each after those that it holds."""
        found: dict[str, Fact] = {}
        begun: set[str] = set()

        def visit(called: str) -> None:
            home, name = self._values[called]
            value = self.blueprint.value(home, name)
            if value is None or called in begun:
                return
            begun.add(called)
            fields = self.fields(value.fields, home)
            for field in fields:
                for inner in _held(field["type"]):
                    visit(inner)
            found[called] = {"name": called, "fields": fields}

        for called in [*self._values]:
            visit(called)
        return list(found.values())

    def enums(self) -> list[Fact]:
        """The enumerations met; call it after `values`, which may meet more."""
        return [{"name": called, "values": list(words)} for called, (_, words) in self._enums.items()]


def _held(type_: Fact) -> Iterator[str]:
    if type_["kind"] == "value":
        yield type_["name"]
    elif type_["of"]:
        yield from _held(type_["of"])


def _bound(bound: object) -> str | None:
    return None if bound is None else str(bound)


def unique_sets(fields: Iterable[Field]) -> list[list[str]]:
    """The sets of columns of which no two rows have the same values."""
    return [[per, f.name] if (per := f.type.unique_per) else [f.name] for f in fields if f.type.unique]
