"""Services and what they hear and keep of others, from the document to the model."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from svcforge.load.declarations import Declarations
from svcforge.load.document import FeedDoc, ServiceDoc, SubscriptionDoc, VersionsDoc
from svcforge.load.operations import OperationBuilder
from svcforge.load.policies import defaults, resources, scale, slo, subscription_policy
from svcforge.load.versions import versions_of
from svcforge.model.elements import Copy, CopyFeed, Release, Role, Service, Setting, Sidecar, Subscription, Use
from svcforge.source.finding import Path


class ServiceBuilder:
    """Builds one service after another; names and references are checked on the way."""

    def __init__(self, home: Declarations) -> None:
        self.home, self.operations = home, OperationBuilder(home)
        self.index, self.names = home.index, home.names

    def service(self, name: str, context: str, doc: ServiceDoc, path: Path) -> Service:
        """The service of a context."""
        self.names.dashed("service", name, path)
        self.home.enter(name, doc)
        for index, entity in enumerate(doc.event_sourced):
            self.index.named("entity", entity, (*path, "event_sourced", index), doc.owns)
        uses = tuple(Use(source=name, name=use, path=(*path, "uses", i)) for i, use in enumerate(doc.uses))
        for use in uses:
            self._use(use)
        return Service(
            name=name, context=context, about=doc.about or "", role=Role(doc.role), stack=doc.stack,
            api=tuple(doc.api) if doc.api is not None else None, team=doc.team, tier=doc.tier, slo=slo(doc.slo),
            scale=scale(doc.scale), resources=resources(doc.resources), store=doc.store,
            entities={n: self.home.entity(n, f, (*path, "owns", n)) for n, f in doc.owns.items()},
            values={n: self.home.value(n, f, name, (*path, "values", n)) for n, f in doc.values.items()},
            events=tuple(self.home.events(doc, (*path, "events"))),
            operations=self.operations.operations(doc.operations, name, (*path, "operations")),
            calls=tuple(self.operations.call(c, None, (*path, "calls", i)) for i, c in enumerate(doc.calls)),
            subscriptions=tuple(self._subscriptions(doc, (*path, "subscribes"))),
            copies={n: self._copy(n, f, (*path, "copies", n)) for n, f in doc.copies.items()},
            where=tuple(self.operations.conditions(doc.where, None, (*path, "where"))),
            settings=tuple(self._settings(doc, (*path, "settings"))),
            releases=tuple(self._releases(doc, (*path, "releases"))),
            sidecars=tuple(Sidecar(name=s.name, image=s.image, path=(*path, "sidecars", i)) for i, s in enumerate(doc.sidecars)),
            uses=uses, defaults=defaults(doc.defaults), has=tuple(doc.has) if doc.has is not None else None,
            language=doc.language, unit=doc.unit, replicas=doc.replicas, aka=tuple(doc.aka), exposed=doc.exposed,
            was=doc.was, path=path,
        )  # fmt: skip

    def _subscriptions(self, doc: ServiceDoc, path: Path) -> Iterator[Subscription]:
        if isinstance(doc.subscribes, list):
            for i, text in enumerate(doc.subscribes):
                publisher, event, version = self.index.event(text, (*path, i), service_alone=True)
                yield Subscription(
                    source=self.home.name,
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
        operation = self.index.own_operation(doc.do, (*path, "do"), self.home.doc.operations)
        return Subscription(
            source=self.home.name, to=text, operation=operation or doc.do, publisher=publisher, event=event, version=version,
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
            self.index.named("field", source, place, fields)

    def _settings(self, doc: ServiceDoc, path: Path) -> Iterator[Setting]:
        for name, entry in doc.settings.items():
            self.names.snake("setting", name, (*path, name))
            yield Setting(name=name, type=entry.type, path=(*path, name))

    def _releases(self, doc: ServiceDoc, path: Path) -> Iterator[Release]:
        total = sum(release.weight for release in doc.releases.values())
        if doc.releases and total != 100:
            self.home.refuse(
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
            self.index.named("entity", use.name, use.path, [f"{owner}.{e}" for e in service.owns] if service else ())
        else:
            self.index.named("store or library", use.name, use.path, self.index.doc.stores, self.index.doc.libraries)
