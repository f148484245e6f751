"""What a service declares as its data (fields, value objects, entities, events), from the document to the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from svcforge.load.document import FieldDoc, ServiceDoc, VersionsDoc
from svcforge.load.index import Index
from svcforge.load.names import Names
from svcforge.load.problems import finding
from svcforge.load.versions import NUMBER, versions_of
from svcforge.model.elements import Entity, Event, Field, Fields, Value
from svcforge.model.types import UUID, Kind, Type
from svcforge.source.finding import Path


class Declarations:
    """Builds the data of one service after another: the one that was entered last is the nearest scope of names."""

    def __init__(self, index: Index, names: Names) -> None:
        self.index, self.names = index, names
        self.enter("", ServiceDoc.model_construct())

    def enter(self, name: str, doc: ServiceDoc) -> None:
        """Take the names that this service declares as the nearest scope."""
        self.name, self.doc = name, doc

    def refuse(self, message: str, hint: str, path: Path, *, code: str = "SF012", name: str = "name") -> None:
        """Report what is wrong at a path."""
        self.names.findings.append(finding(code, name, message, hint, self.names.root, path, at_key=True))

    def fields(self, kind: str, docs: Mapping[str, FieldDoc], path: Path) -> Fields:
        """Named, typed fields; the types' own names are followed."""
        return tuple(self._field(kind, name, doc, (*path, name)) for name, doc in docs.items())

    def value(self, name: str, docs: Mapping[str, FieldDoc], service: str | None, path: Path) -> Value:
        """A value object."""
        self.names.pascal("value object", name, path)
        return Value(name=name, fields=self.fields("value", docs, path), service=service, path=path)

    def _field(self, kind: str, name: str, doc: FieldDoc, path: Path) -> Field:
        self.names.snake(kind, name, path)
        self.follow(doc.type, path)
        return Field(name, doc.type, path, doc.was, doc.deprecated)

    def follow(self, type_: Type, path: Path) -> None:
        """Follow the names inside a type."""
        if type_.kind is Kind.LIST and type_.of is not None:
            self.follow(type_.of, path)
        elif type_.kind is Kind.VALUE:
            self.index.named("value object", type_.name, path, self.doc.values, self.index.doc.values)
        elif type_.kind is Kind.REF:
            service = self.index.services.get(type_.service or self.name)
            if service is None and type_.service:
                self.index.named("service", type_.service, path, self.index.services)
            else:
                self.index.named("entity", type_.name, path, service.owns if service else ())
        if type_.unique_per is not None and len(path) > 1:
            entity = self.doc.owns.get(str(path[-2]), {})
            self.index.named("field", type_.unique_per, path, entity)

    def entity(self, name: str, docs: Mapping[str, FieldDoc], path: Path) -> Entity:
        """An entity; `id` is apart from its fields, and a uuid where nothing else is said."""
        self.names.pascal("entity", name, path)
        fields = self.fields("field", docs, path)
        identity = next((f for f in fields if f.name == "id"), None)
        if identity and (identity.type.kind is not Kind.SCALAR or identity.type.name not in ("uuid", "text")):
            self.refuse(
                f'an id is "uuid" or "text", not "{identity.type}"', "write id: text, or remove the line", identity.path
            )
        return Entity(
            name=name, fields=tuple(f for f in fields if f.name != "id"), id=identity.type if identity else UUID,
            event_sourced=name in self.doc.event_sourced, path=path,
        )  # fmt: skip

    def events(self, doc: ServiceDoc, path: Path) -> Iterator[Event]:
        """Every version of every event."""
        for name, event in doc.events.items():
            self.names.pascal("event", name, (*path, name))
            if isinstance(event, VersionsDoc):
                yield from self._versions(name, event, (*path, name, "versions"))
                continue
            fields = self.fields("event field", event, (*path, name))
            self._subject(name, fields, (*path, name))
            yield Event(name=name, service=self.name, version=1, latest=True, fields=fields, path=(*path, name))

    def _versions(self, name: str, event: VersionsDoc, path: Path) -> Iterator[Event]:
        known = versions_of(event)
        for key, docs in event.versions.items():
            here = (*path, key)
            if not self.is_version(key, here):
                continue
            fields = self.fields("event field", docs, here)
            self._subject(name, fields, here)
            yield Event(
                name=name, service=self.name, version=int(key), latest=int(key) == max(known), fields=fields, path=here
            )

    def is_version(self, key: str, path: Path) -> bool:
        """Whether a key numbers a version; reported where not."""
        if not NUMBER.fullmatch(key):
            self.refuse(f'"{key}" is no version', "number the versions 1, 2, 3", path)
            return False
        return True

    def _subject(self, name: str, fields: Fields, path: Path) -> None:
        if not fields:
            self.refuse(
                f'"{name}" has no field, and so no subject', "give it its subject's id first: {order: uuid}", path
            )
