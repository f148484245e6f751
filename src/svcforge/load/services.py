"""Services and what they hold, from the document to the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import fields as dataclass_fields
from typing import Any

from svcforge.load.document import (
    CallDoc,
    CallPolicyDoc,
    DefaultsDoc,
    FeedDoc,
    FieldDoc,
    OperationDoc,
    ServiceDoc,
    SubscriptionDoc,
    SubscriptionPolicyDoc,
    VersionsDoc,
)
from svcforge.load.index import Index, versions_of
from svcforge.load.names import Names
from svcforge.load.problems import finding
from svcforge.model.blueprint import ID_FIELDS
from svcforge.model.elements import (
    Call,
    Condition,
    Copy,
    CopyFeed,
    Entity,
    Event,
    Field,
    Fields,
    Operation,
    Release,
    Role,
    Service,
    Setting,
    Sidecar,
    Subscription,
    Use,
    Value,
    Verb,
)
from svcforge.model.policy import Breaker, CallPolicy, Defaults, Off, Scale, Slo, SubscriptionPolicy
from svcforge.model.types import UUID, Kind, Type
from svcforge.source.finding import Path

STANDARD = frozenset(ID_FIELDS)


def call_policy(doc: CallPolicyDoc) -> CallPolicy:
    """A call's policy; `breaker: none` is Off."""
    breaker = doc.breaker
    return CallPolicy(
        over=doc.over, timeout=doc.timeout, retries=doc.retries, tls=doc.tls, auth=doc.auth,
        discovery=doc.discovery, optional=doc.optional,
        breaker=None if breaker is None else Off() if isinstance(breaker, str)
        else Breaker(breaker.failures, breaker.window, breaker.reset),
    )  # fmt: skip


def subscription_policy(doc: SubscriptionPolicyDoc) -> SubscriptionPolicy:
    """A subscription's policy."""
    return SubscriptionPolicy(**{f.name: getattr(doc, f.name) for f in dataclass_fields(SubscriptionPolicy)})


def scale(doc: Any) -> Scale:
    """How many replicas."""
    return Scale(min=doc.min, max=doc.max, cpu=doc.cpu)


def slo(doc: Any) -> Slo:
    """What is promised."""
    return Slo(availability=doc.availability, latency=doc.latency)


def resources(doc: Any) -> dict[str, str]:
    """What one replica may use."""
    return {key: value for key in ("cpu", "memory") if (value := getattr(doc, key)) is not None}


EMPTY_DEFAULTS = Defaults()


def defaults(doc: DefaultsDoc) -> Defaults:
    """A `defaults` block."""
    if not doc.model_fields_set:
        return EMPTY_DEFAULTS
    return Defaults(
        stack=doc.stack, api_version=doc.api_version, call=call_policy(doc.call),
        subscription=subscription_policy(doc.subscription), scale=scale(doc.scale), slo=slo(doc.slo),
        resources=tuple(resources(doc.resources).items()), has=tuple(doc.has) if doc.has is not None else None,
    )  # fmt: skip


class ServiceBuilder:
    """Builds one service after another; names and references are checked on the way."""

    def __init__(self, index: Index, names: Names) -> None:
        self.index, self.names = index, names
        self.shared_values: tuple[str, ...] = tuple(index.doc.values)
        self.enter("", ServiceDoc())

    def enter(self, name: str, doc: ServiceDoc) -> None:
        """Take the names that this service declares as the nearest scope."""
        self.name, self.doc = name, doc

    def service(self, name: str, context: str, doc: ServiceDoc, path: Path) -> Service:
        """The service of a context."""
        self.names.dashed("service", name, path)
        self.enter(name, doc)
        for index, entity in enumerate(doc.event_sourced):
            self.index.named("entity", entity, doc.owns, (*path, "event_sourced", index))
        uses = tuple(Use(source=name, name=use, path=(*path, "uses", i)) for i, use in enumerate(doc.uses))
        for use in uses:
            self._use(use)
        return Service(
            name=name, context=context, about=doc.about or "", role=Role(doc.role), stack=doc.stack,
            api=tuple(doc.api) if doc.api is not None else None, team=doc.team, tier=doc.tier, slo=slo(doc.slo),
            scale=scale(doc.scale), resources=resources(doc.resources), store=doc.store,
            entities={n: self._entity(n, f, (*path, "owns", n)) for n, f in doc.owns.items()},
            values={n: self.value(n, f, name, (*path, "values", n)) for n, f in doc.values.items()},
            events=tuple(self._events(doc, (*path, "events"))),
            operations={n: self.operation(n, name, o, (*path, "operations", n)) for n, o in doc.operations.items()},
            calls=tuple(self.call(c, None, (*path, "calls", i)) for i, c in enumerate(doc.calls)),
            subscriptions=tuple(self._subscriptions(doc, (*path, "subscribes"))),
            copies={n: self._copy(n, f, (*path, "copies", n)) for n, f in doc.copies.items()},
            where=tuple(self._conditions(doc.where, None, (*path, "where"))),
            settings=tuple(self._settings(doc, (*path, "settings"))),
            releases=tuple(self._releases(doc, (*path, "releases"))),
            sidecars=tuple(Sidecar(name=s.name, image=s.image, path=(*path, "sidecars", i)) for i, s in enumerate(doc.sidecars)),
            uses=uses, defaults=defaults(doc.defaults), has=tuple(doc.has) if doc.has is not None else None,
            language=doc.language, unit=doc.unit, replicas=doc.replicas, aka=tuple(doc.aka), exposed=doc.exposed,
            was=doc.was, path=path,
        )  # fmt: skip

    def fields(self, kind: str, docs: Mapping[str, FieldDoc], path: Path) -> Fields:
        """Named, typed fields; the types' own names are followed."""
        return tuple(self._field(kind, name, doc, (*path, name)) for name, doc in docs.items())

    def value(self, name: str, docs: Mapping[str, FieldDoc], service: str | None, path: Path) -> Value:
        """A value object."""
        self.names.pascal("value object", name, path)
        return Value(name=name, fields=self.fields("value", docs, path), service=service, path=path)

    def _field(self, kind: str, name: str, doc: FieldDoc, path: Path) -> Field:
        self.names.snake(kind, name, path)
        self._type(doc.type, path)
        return Field(name, doc.type, path, doc.was, doc.deprecated)

    def _type(self, type_: Type, path: Path) -> None:
        """Follow the names inside a type."""
        if type_.kind is Kind.LIST and type_.of is not None:
            self._type(type_.of, path)
        elif type_.kind is Kind.VALUE:
            self.index.named("value object", type_.name, (*self.doc.values, *self.shared_values), path)
        elif type_.kind is Kind.REF:
            service = self.index.services.get(type_.service or self.name)
            if service is None and type_.service:
                self.index.named("service", type_.service, tuple(self.index.services), path)
            else:
                self.index.named("entity", type_.name, tuple(service.owns) if service else (), path)
        if type_.unique_per is not None and len(path) > 1:
            entity = self.doc.owns.get(str(path[-2]), {})
            self.index.named("field", type_.unique_per, tuple(entity), path)

    def _entity(self, name: str, docs: Mapping[str, FieldDoc], path: Path) -> Entity:
        self.names.pascal("entity", name, path)
        fields = self.fields("field", docs, path)
        identity = next((f for f in fields if f.name == "id"), None)
        if identity and (identity.type.kind is not Kind.SCALAR or identity.type.name not in ("uuid", "text")):
            self._refuse(
                f'an id is "uuid" or "text", not "{identity.type}"', "write id: text, or remove the line", identity.path
            )
        return Entity(
            name=name, fields=tuple(f for f in fields if f.name != "id"), id=identity.type if identity else UUID,
            event_sourced=name in self.doc.event_sourced, path=path,
        )  # fmt: skip

    def _events(self, doc: ServiceDoc, path: Path) -> Iterator[Event]:
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
            if not key.isdigit() or int(key) not in known:
                self._refuse(f'"{key}" is no version', "number the versions 1, 2, 3", here)
                continue
            fields = self.fields("event field", docs, here)
            self._subject(name, fields, here)
            yield Event(
                name=name, service=self.name, version=int(key), latest=int(key) == max(known), fields=fields, path=here
            )

    def _subject(self, name: str, fields: Fields, path: Path) -> None:
        if not fields:
            self._refuse(
                f'"{name}" has no field, and so no subject', "give it its subject's id first: {order: uuid}", path
            )

    def operation(self, name: str, owner: str, doc: OperationDoc, path: Path) -> Operation:
        """An operation of a service or an external."""
        self.names.snake("operation", name, path)
        verb, entity = self._verb(doc, path)
        uses_token = any(s.startswith("token.") for s in (*doc.with_.values(), *doc.where.values()))
        return Operation(
            name=name, owner=owner, about=doc.about or "", http=doc.http,
            scopes=tuple(doc.scopes) if doc.scopes is not None else None, public=doc.public,
            signed=self._signed(doc, path), verb=verb, entity=entity, by=doc.by,
            inputs=self._inputs(doc, path, uses_token), output=self._output(doc, path),
            sources=dict(doc.with_), literals=dict(doc.set_),
            where=tuple(self._conditions(doc.where, entity, (*path, "where"))), filter=tuple(doc.filter),
            calls=tuple(self.call(c, name, (*path, "calls", i), owner) for i, c in enumerate(doc.calls)),
            emits=tuple(self._emits(doc, path)),
            idempotent_by_key=doc.idempotent == "by key",
            idempotent_by=doc.idempotent.removeprefix("by field ") if doc.idempotent and doc.idempotent != "by key" else None,
            rule=doc.rule, read_only=doc.read_only, takes=doc.takes, long_running=doc.long_running,
            schedule=doc.schedule, was=doc.was, path=path,
        )  # fmt: skip

    def _verb(self, doc: OperationDoc, path: Path) -> tuple[Verb | None, str | None]:
        verbs = [verb for verb in Verb if getattr(doc, verb.value) is not None]
        if len(verbs) > 1:
            words = " and ".join(f'"{v.value}"' for v in verbs)
            self._refuse(
                f"an operation has one verb, not {words}", "make two operations of it", (*path, verbs[1].value)
            )
        if not verbs:
            return None, None
        entity = getattr(doc, verbs[0].value)
        known = [*self.doc.owns, *(self.doc.copies if verbs[0] in (Verb.READS, Verb.LISTS) else ())]
        self.index.named("entity", entity, known, (*path, verbs[0].value))
        fields = (*self.doc.owns.get(entity, ()), *ID_FIELDS)
        if entity in self.doc.owns:
            for key, names in (("by", [doc.by] if doc.by else []), ("filter", doc.filter)):
                for i, field in enumerate(names):
                    self.index.named("field", field, fields, (*path, key) if key == "by" else (*path, key, i))
            by = (doc.idempotent or "").removeprefix("by field ")
            if doc.idempotent and doc.idempotent != "by key":
                self.index.named("field", by, fields, (*path, "idempotent"))
        return verbs[0], entity

    def _signed(self, doc: OperationDoc, path: Path) -> str | None:
        if doc.signed is not None:
            self.index.named("external", doc.signed, self.index.doc.externals, (*path, "signed"))
        return doc.signed

    def _inputs(self, doc: OperationDoc, path: Path, uses_token: bool) -> tuple[str, ...] | Fields | None:
        if doc.in_ is None:
            return None
        here = (*path, "in")
        if isinstance(doc.in_, list):
            entity = next((e for v in Verb if (e := getattr(doc, v.value))), None)
            for i, name in enumerate(doc.in_):
                self.index.named("field", name, (*self.doc.owns.get(entity or "", ()), "id"), (*here, i))
            return tuple(doc.in_)
        for name in doc.in_:
            self.names.input(name, (*here, name), uses_token=uses_token)
        return self.fields("input", doc.in_, here)

    def _output(self, doc: OperationDoc, path: Path) -> tuple[str, ...] | Fields | Type | None:
        here = (*path, "out")
        if doc.out is None or isinstance(doc.out, Type):
            if doc.out is not None:
                self._type(doc.out, here)
            return doc.out
        if isinstance(doc.out, dict):
            return self.fields("output", doc.out, here)
        entity = next((e for v in Verb if (e := getattr(doc, v.value))), None)
        if entity is not None:
            for i, name in enumerate(doc.out):
                self.index.named("field", name, (*self.doc.owns.get(entity, ()), *ID_FIELDS), (*here, i))
            return tuple(doc.out)
        return self._list_type(doc.out, here)

    def _list_type(self, written: list[str], path: Path) -> Type | None:
        from svcforge.load.grammar import Bad, type_of

        try:
            found = type_of(written)
        except Bad as bad:
            self._refuse(bad.message, bad.hint, path, code="SF011", name="schema")
            return None
        self._type(found, path)
        return found

    def _emits(self, doc: OperationDoc, path: Path) -> Iterator[str]:
        for i, name in enumerate(doc.emits):
            self.index.named("event", name, self.doc.events, (*path, "emits", i))
            yield name

    def _conditions(self, where: Mapping[str, str], entity: str | None, path: Path) -> Iterator[Condition]:
        for field, text in where.items():
            if entity in self.doc.owns:
                self.index.named("field", field, (*self.doc.owns[entity or ""], *ID_FIELDS), (*path, field))
            if text.startswith("token."):
                yield Condition(field, (), text.removeprefix("token."), (*path, field))
            else:
                yield Condition(field, tuple(v.strip() for v in text.split("|")), None, (*path, field))

    def call(self, doc: CallDoc, operation: str | None, path: Path, source: str | None = None) -> Call:
        """A synchronous edge from this service."""
        target = name = None
        if doc.to is not None:
            place = (*path, "to")
            target, name = self.index.operation(doc.to, place, service_alone=operation is None)
        elif doc.url is None:
            self._refuse("a call names nobody", "add to: service.operation", path, code="SF011", name="schema")
        return Call(
            source=source or self.name, source_operation=operation, to=doc.to or "", url=doc.url, target=target,
            operation=name, policy=call_policy(doc),
            fallback=(doc.fallback,) if "fallback" in doc.model_fields_set else (), sources=dict(doc.with_),
            literals=dict(doc.set_), expect=doc.expect, otherwise=doc.otherwise, wait=doc.wait, path=path,
        )  # fmt: skip

    def _subscriptions(self, doc: ServiceDoc, path: Path) -> Iterator[Subscription]:
        if isinstance(doc.subscribes, list):
            for i, text in enumerate(doc.subscribes):
                publisher, event, version = self.index.event(text, (*path, i), service_alone=True)
                yield Subscription(
                    source=self.name,
                    to=text,
                    operation=None,
                    publisher=publisher,
                    event=event,
                    version=version,
                    path=(*path, i),
                )
            return
        for text, entry in doc.subscribes.items():
            yield self._subscription(text, entry, (*path, text))

    def _subscription(self, text: str, doc: SubscriptionDoc, path: Path) -> Subscription:
        publisher, event, version = self.index.event(text, path)
        self.index.named("operation", doc.do, self.doc.operations, (*path, "do"))
        return Subscription(
            source=self.name, to=text, operation=doc.do, publisher=publisher, event=event, version=version,
            sources=dict(doc.with_), literals=dict(doc.set_), policy=subscription_policy(doc), path=path,
        )  # fmt: skip

    def _copy(self, name: str, feeds: Mapping[str, FeedDoc], path: Path) -> Copy:
        self.names.pascal("copy", name, path)
        return Copy(
            name=name, feeds=tuple(self._feed(text, doc, (*path, text)) for text, doc in feeds.items()), path=path
        )

    def _feed(self, text: str, doc: FeedDoc, path: Path) -> CopyFeed:
        publisher, event, version = self.index.event(text, path)
        keep = {name: name for name in doc.keep} if isinstance(doc.keep, list) else doc.keep
        if publisher is not None and event is not None:
            self._kept(keep or {}, publisher, event, version, path)
        return CopyFeed(
            to=text, publisher=publisher, event=event, version=version, keep=keep, literals=dict(doc.set_),
            drop=doc.drop, path=path,
        )  # fmt: skip

    def _kept(self, keep: Mapping[str, str], publisher: str, event: str, version: int | None, path: Path) -> None:
        doc = self.index.services[publisher].events[event]
        if isinstance(doc, VersionsDoc):
            wanted = str(version or max(versions_of(doc)))
            fields = doc.versions.get(wanted, {})
        else:
            fields = doc
        for i, (own, source) in enumerate(keep.items()):
            place = (*path, "keep", i) if own == source else (*path, "keep", own)
            self.names.snake("field of a copy", own, place)
            self.index.named("field", source, fields, place)

    def _settings(self, doc: ServiceDoc, path: Path) -> Iterator[Setting]:
        for name, entry in doc.settings.items():
            self.names.snake("setting", name, (*path, name))
            yield Setting(name=name, type=entry.type, path=(*path, name))

    def _releases(self, doc: ServiceDoc, path: Path) -> Iterator[Release]:
        total = sum(release.weight for release in doc.releases.values())
        if doc.releases and total != 100:
            self._refuse(
                f"the weights of the releases add up to {total}, not 100",
                "share 100 among them",
                path,
                code="SF011",
                name="schema",
            )
        for name, release in doc.releases.items():
            self.names.dashed("release", name, (*path, name))
            header = next(iter(release.when.header.items()), None) if release.when else None
            yield Release(name=name, weight=release.weight, header=header, path=(*path, name))

    def _use(self, use: Use) -> None:
        owner, dot, _ = use.name.partition(".")
        if dot:
            service = self.index.services.get(owner)
            self.index.named("entity", use.name, [f"{owner}.{e}" for e in service.owns] if service else (), use.path)
        else:
            known = (*self.index.doc.stores, *self.index.doc.libraries)
            self.index.named("store or library", use.name, known, use.path)

    def _refuse(self, message: str, hint: str, path: Path, *, code: str = "SF012", name: str = "name") -> None:
        self.names.findings.append(finding(code, name, message, hint, self.names.root, path, at_key=True))
