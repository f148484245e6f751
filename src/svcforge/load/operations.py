"""Operations and the calls that they make, from the document to the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from svcforge.load.declarations import Declarations
from svcforge.load.document import CallDoc, OperationDoc, OperationVersionsDoc
from svcforge.load.grammar import Bad, type_of
from svcforge.load.policies import call_policy
from svcforge.load.versions import Operations, name_in_code, versioned
from svcforge.model.blueprint import ID_FIELDS
from svcforge.model.elements import Call, Condition, Fields, Operation, Verb
from svcforge.model.types import Type
from svcforge.source.finding import Path

_VERBS = tuple((verb, verb.value) for verb in Verb)
_OF_COPIES = (Verb.READS, Verb.LISTS)


class OperationBuilder:
    """Builds what the service that `home` has entered can do."""

    def __init__(self, home: Declarations) -> None:
        self.home = home

    def operations(self, docs: Operations, owner: str, path: Path) -> dict[str, Operation]:
        """The operations of a service or an external by their names in code, each version one of its own."""
        found: dict[str, Operation] = {}
        for name, doc in docs.items():
            here = (*path, name)
            if isinstance(doc, OperationVersionsDoc):
                for one in self._versions(name, owner, doc, (*here, "versions")):
                    self._take(found, one)
            else:
                self._take(found, self._operation(name, owner, doc, here))
        return found

    def _versions(self, name: str, owner: str, doc: OperationVersionsDoc, path: Path) -> Iterator[Operation]:
        if not doc.versions:
            hint = "write versions: {1: {...}}, or the operation without versions"
            self.home.refuse(f'"{name}" has no version', hint, path, code="SF011", name="schema")
        for key, version in doc.versions.items():
            here = (*path, key)
            if self.home.is_version(key, here):
                yield self._operation(name_in_code(name, int(key)), owner, version, here, int(key))

    def _take(self, found: dict[str, Operation], one: Operation) -> None:
        """Keep an operation, unless another has its name in code: a version of one may be called as another is written."""
        first = found.setdefault(one.name, one)
        if first is not one:
            told = next(o for o in (first, one) if o.version is not None)
            self.home.refuse(
                f'two operations are called "{one.name}" in code, as version {told.version} of "{told.stem}" is',
                f'call the other one something else than "{one.name}"',
                one.path,
            )

    def _operation(self, name: str, owner: str, doc: OperationDoc, path: Path, version: int | None = None) -> Operation:
        self.home.names.snake("operation", name, path)
        verb, entity = self._verb(doc, path)
        uses_token = any(s.startswith("token.") for s in (*doc.with_.values(), *doc.where.values()))
        return Operation(
            name=name, owner=owner, about=doc.about or "", http=doc.http,
            scopes=tuple(doc.scopes) if doc.scopes is not None else None, public=doc.public,
            signed=self._signed(doc, path), verb=verb, entity=entity, by=doc.by,
            inputs=self._inputs(doc, entity, path, uses_token), output=self._output(doc, entity, path),
            sources=dict(doc.with_), literals=dict(doc.set_),
            where=tuple(self.conditions(doc.where, entity, (*path, "where"))), filter=tuple(doc.filter),
            calls=tuple(self.call(c, name, (*path, "calls", i), owner) for i, c in enumerate(doc.calls)),
            emits=tuple(self._emits(doc, path)),
            idempotent_by_key=doc.idempotent == "by key",
            idempotent_by=doc.idempotent.removeprefix("by field ") if doc.idempotent and doc.idempotent != "by key" else None,
            rule=doc.rule, read_only=doc.read_only, takes=doc.takes, long_running=doc.long_running,
            schedule=doc.schedule, was=_was(doc.was), version=version, path=path,
        )  # fmt: skip

    def _verb(self, doc: OperationDoc, path: Path) -> tuple[Verb | None, str | None]:
        verbs = [(verb, entity) for verb, key in _VERBS if (entity := getattr(doc, key)) is not None]
        if not verbs:
            return None, None
        if len(verbs) > 1:
            words = " and ".join(f'"{v.value}"' for v, _ in verbs)
            self.home.refuse(
                f"an operation has one verb, not {words}", "make two operations of it", (*path, verbs[1][0].value)
            )
        verb, entity = verbs[0]
        service, named = self.home.doc, self.home.index.named
        named("entity", entity, (*path, verb.value), service.owns, service.copies if verb in _OF_COPIES else ())
        if (own := service.owns.get(entity)) is not None:
            if doc.by:
                named("field", doc.by, (*path, "by"), own, ID_FIELDS)
            for i, field in enumerate(doc.filter):
                named("field", field, (*path, "filter", i), own, ID_FIELDS)
            if doc.idempotent and doc.idempotent != "by key":
                named("field", doc.idempotent.removeprefix("by field "), (*path, "idempotent"), own, ID_FIELDS)
        return verb, entity

    def _signed(self, doc: OperationDoc, path: Path) -> str | None:
        if doc.signed is not None:
            self.home.index.named("external", doc.signed, (*path, "signed"), self.home.index.doc.externals)
        return doc.signed

    def _inputs(
        self, doc: OperationDoc, entity: str | None, path: Path, uses_token: bool
    ) -> tuple[str, ...] | Fields | None:
        if doc.in_ is None:
            return None
        here = (*path, "in")
        if isinstance(doc.in_, list):
            for i, name in enumerate(doc.in_):
                self.home.index.named("field", name, (*here, i), self.home.doc.owns.get(entity or "", ()), ("id",))
            return tuple(doc.in_)
        for name in doc.in_:
            self.home.names.input(name, (*here, name), uses_token=uses_token)
        return self.home.fields("input", doc.in_, here)

    def _output(self, doc: OperationDoc, entity: str | None, path: Path) -> tuple[str, ...] | Fields | Type | None:
        here = (*path, "out")
        if doc.out is None or isinstance(doc.out, Type):
            if doc.out is not None:
                self.home.follow(doc.out, here)
            return doc.out
        if isinstance(doc.out, dict):
            return self.home.fields("output", doc.out, here)
        if entity is not None:
            for i, name in enumerate(doc.out):
                self.home.index.named("field", name, (*here, i), self.home.doc.owns.get(entity, ()), ID_FIELDS)
            return tuple(doc.out)
        return self._list_type(doc.out, here)

    def _list_type(self, written: list[str], path: Path) -> Type | None:
        try:
            found = type_of(written)
        except Bad as bad:
            self.home.refuse(bad.message, bad.hint, path, code="SF011", name="schema")
            return None
        self.home.follow(found, path)
        return found

    def _emits(self, doc: OperationDoc, path: Path) -> Iterator[str]:
        for i, name in enumerate(doc.emits):
            self.home.index.named("event", name, (*path, "emits", i), self.home.doc.events)
            yield name

    def conditions(self, where: Mapping[str, str], entity: str | None, path: Path) -> Iterator[Condition]:
        """Each `where`: a claim of the token, or the values that fit."""
        for field, text in where.items():
            if entity in self.home.doc.owns:
                self.home.index.named("field", field, (*path, field), self.home.doc.owns[entity or ""], ID_FIELDS)
            if text.startswith("token."):
                yield Condition(field, (), text.removeprefix("token."), (*path, field))
            else:
                yield Condition(field, tuple(v.strip() for v in text.split("|")), None, (*path, field))

    def call(self, doc: CallDoc, operation: str | None, path: Path, source: str | None = None) -> Call:
        """A synchronous edge from this service."""
        target = name = None
        if doc.to is not None:
            place = (*path, "to")
            target, name = self.home.index.operation(doc.to, place, service_alone=operation is None)
        elif doc.url is None:
            self.home.refuse("a call names nobody", "add to: service.operation", path, code="SF011", name="schema")
        return Call(
            source=source or self.home.name, source_operation=operation, to=doc.to or "", url=doc.url, target=target,
            operation=name, policy=call_policy(doc),
            fallback=(doc.fallback,) if "fallback" in doc.model_fields_set else (), sources=dict(doc.with_),
            literals=dict(doc.set_), expect=doc.expect, otherwise=doc.otherwise, wait=doc.wait, path=path,
        )  # fmt: skip


def _was(text: str | None) -> str | None:
    """The old name in code; `was: place_order.v2` tells a version's."""
    if text is None:
        return None
    name, version = versioned(text)
    return name_in_code(name, version or 1)
