"""The whole document to the model: contexts, platform, linter settings, and names that are taken twice."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from svcforge.load import words
from svcforge.load.custom import CustomBuilder
from svcforge.load.declarations import Declarations
from svcforge.load.document import BlueprintDoc, ContextDoc, ExternalDoc, PlatformDoc
from svcforge.load.flows import FlowBuilder
from svcforge.load.index import Index
from svcforge.load.names import Names
from svcforge.load.policies import defaults, slo
from svcforge.load.problems import finding
from svcforge.load.services import ServiceBuilder
from svcforge.load.words import choices, nearest
from svcforge.model.blueprint import Blueprint, Duplicate
from svcforge.model.custom import CustomRule
from svcforge.model.elements import (
    Context,
    External,
    Ignore,
    Library,
    LintConfig,
    PackSource,
    Patch,
    Platform,
    Relation,
    Store,
)
from svcforge.source.finding import Finding, Path


def build(doc: BlueprintDoc, root: Any) -> tuple[Blueprint, list[Finding]]:
    """The model of a document, and what is wrong with its names and words (SF011, SF012)."""
    names = Names(root)
    index = Index(doc)
    home = Declarations(index, names)
    services = ServiceBuilder(home)
    flows = FlowBuilder(home)
    names.dashed("system", doc.system, ("system",))
    values = {n: home.value(n, f, None, ("values", n)) for n, f in doc.values.items()}
    contexts = {n: _context(n, c, services, ("contexts", n)) for n, c in doc.contexts.items()}
    externals = {n: _external(n, e, services, ("externals", n)) for n, e in doc.externals.items()}
    for kind, found in (("store", doc.stores), ("library", doc.libraries)):
        for name in found:
            names.dashed(kind, name, ("stores" if kind == "store" else "libraries", name))
    custom = tuple(CustomBuilder(doc, index, names).rules()) if doc.lint.custom else ()
    blueprint = Blueprint(
        system=doc.system, about=doc.about or "", platform=_platform(doc.platform), defaults=defaults(doc.defaults),
        repos=doc.repos, contexts=contexts, externals=externals, values=values,
        stores={
            n: Store(name=n, engine=s.engine, server=s.server, schema=s.schema_, tls=s.tls, auth=s.auth, path=("stores", n))
            for n, s in doc.stores.items()
        },
        libraries={n: Library(name=n, kind=k, path=("libraries", n)) for n, k in doc.libraries.items()},
        sagas={n: flows.saga(n, s, ("sagas", n)) for n, s in doc.sagas.items()},
        gateway=flows.gateway(doc.gateway, ("gateway",)) if doc.gateway else None,
        bffs={n: flows.bff(n, b, ("bffs", n)) for n, b in doc.bffs.items()},
        lint=_lint(doc, custom), patches=tuple(_patches(doc)),
        packs=tuple(PackSource(source=p.from_, at=p.at, path=("packs", i)) for i, p in enumerate(doc.packs)),
        unresolved=tuple(index.unresolved), duplicates=tuple(_duplicates(doc)),
    )  # fmt: skip
    return blueprint, [*names.findings, *_unknown_packs(doc, root)]


def _context(name: str, doc: ContextDoc, builder: ServiceBuilder, path: Path) -> Context:
    builder.names.dashed("context", name, path)
    relations = []
    for i, relation in enumerate(doc.relations):
        builder.index.named("context", relation.to, (*path, "relations", i, "to"), builder.index.doc.contexts)
        relations.append(Relation(relation.to, relation.as_, (*path, "relations", i)))
    return Context(
        name=name, about=doc.about or "", subdomain=doc.subdomain, team=doc.team, relations=tuple(relations),
        services={n: builder.service(n, name, s, (*path, "services", n)) for n, s in doc.services.items()},
        defaults=defaults(doc.defaults), path=path,
    )  # fmt: skip


def _external(name: str, doc: ExternalDoc, builder: ServiceBuilder, path: Path) -> External:
    from svcforge.load.document import ServiceDoc

    builder.names.dashed("external", name, path)
    builder.home.enter(name, ServiceDoc.model_construct())
    operations = builder.operations.operations(doc.operations, name, (*path, "operations"))
    return External(
        name=name, about=doc.about or "", operations=operations, aka=tuple(doc.aka), slo=slo(doc.slo), path=path
    )


def _platform(doc: PlatformDoc) -> Platform:
    return Platform(
        gateway=doc.gateway, broker=doc.broker.engine if doc.broker else None,
        store=doc.store.engine if doc.store else None, discovery=doc.discovery, mesh=doc.mesh,
        deploy=tuple(doc.deploy), metrics=doc.metrics, tracing=doc.tracing, logs=doc.logs, saga=doc.saga,
        secrets=doc.secrets, broker_tls=doc.broker.tls if doc.broker else None,
        broker_auth=doc.broker.auth if doc.broker else None, store_tls=doc.store.tls if doc.store else None,
        store_auth=doc.store.auth if doc.store else None,
    )  # fmt: skip


def _lint(doc: BlueprintDoc, custom: tuple[CustomRule, ...]) -> LintConfig:
    lint = doc.lint
    ignores = (
        Ignore(rule=i.rule, at=i.at, reason=i.reason, until=i.until, path=("lint", "ignore", n))
        for n, i in enumerate(lint.ignore)
    )
    return LintConfig(
        profile=lint.profile, select=tuple(lint.select) if lint.select is not None else None, ignore=tuple(ignores),
        severity=dict(lint.severity), options={k: dict(v) for k, v in lint.options.items()}, fail_on=lint.fail_on,
        custom=custom,
    )  # fmt: skip


def _patches(doc: BlueprintDoc) -> Iterator[Patch]:
    for i, patch in enumerate(doc.patches):
        yield Patch(
            kind=patch.target.kind, name=patch.target.name, merge=patch.merge, json=patch.json_, path=("patches", i)
        )


def _duplicates(doc: BlueprintDoc) -> Iterator[Duplicate]:
    """Names taken twice in the name space of services, BFFs, externals, stores and the gateway; events in a context."""
    first: dict[str, Path] = {}
    declared: list[tuple[str, str, Path]] = []
    for context, found in doc.contexts.items():
        declared += [("service", name, ("contexts", context, "services", name)) for name in found.services]
        events: dict[str, Path] = {}
        for service, body in found.services.items():
            for event in body.events:
                path: Path = ("contexts", context, "services", service, "events", event)
                if event in events:
                    yield Duplicate("event", event, path, events[event])
                events.setdefault(event, path)
    declared += [("bff", name, ("bffs", name)) for name in doc.bffs]
    declared += [("external", name, ("externals", name)) for name in doc.externals]
    declared += [("store", name, ("stores", name)) for name in doc.stores]
    if doc.gateway:
        declared.append(("gateway", doc.gateway.name, ("gateway",)))
    for kind, name, path in declared:
        if name in first:
            yield Duplicate(kind, name, path, first[name])
        first.setdefault(name, path)


GENERATED_ROLES = ("business", "worker")

_PLATFORM_WORDS = (
    ("gateway", words.GATEWAYS), ("broker", words.BROKERS), ("discovery", words.DISCOVERIES), ("mesh", words.MESHES),
    ("metrics", words.METRICS), ("tracing", words.TRACINGS), ("logs", words.LOGS), ("saga", words.SAGA_ENGINES),
)  # fmt: skip


def _unknown_packs(doc: BlueprintDoc, root: Any) -> Iterator[Finding]:
    """Words of `platform` and `stack` that name no pack of ours; a blueprint with packs of its own may use any.

    So may one that only describes what exists: its platform is what it is, and no pack is asked for.
    """
    if doc.packs or _only_describes(doc):
        return
    platform = doc.platform
    for key, known in _PLATFORM_WORDS:
        value = getattr(platform, key)
        word = value.engine if key == "broker" and value else value
        if word is not None:
            path: Path = (
                ("platform", key, "engine")
                if key == "broker" and isinstance(root["platform"][key], dict)
                else ("platform", key)
            )
            yield from _unknown(word, known, root, path)
    for i, word in enumerate(platform.deploy):
        yield from _unknown(word, words.DEPLOYS, root, ("platform", "deploy", i))
    for word, path in _stacks(doc):
        if word is not None:
            yield from _unknown(word, words.STACKS, root, path)


def _only_describes(doc: BlueprintDoc) -> bool:
    """Whether there are services, and all that could be generated exist already (`has`)."""
    services = [(context, service) for context in doc.contexts.values() for service in context.services.values()]
    everywhere = doc.defaults.has is not None
    return bool(services) and all(
        everywhere or context.defaults.has is not None or service.has is not None or service.role not in GENERATED_ROLES
        for context, service in services
    )


def _stacks(doc: BlueprintDoc) -> Iterator[tuple[str | None, Path]]:
    yield doc.defaults.stack, ("defaults", "stack")
    for name, context in doc.contexts.items():
        yield context.defaults.stack, ("contexts", name, "defaults", "stack")
        for service, body in context.services.items():
            here = ("contexts", name, "services", service)
            yield body.stack, (*here, "stack")
            yield body.defaults.stack, (*here, "defaults", "stack")
    for name, bff in doc.bffs.items():
        yield bff.stack, ("bffs", name, "stack")
        yield bff.defaults.stack, ("bffs", name, "defaults", "stack")


def _unknown(word: str, known: tuple[str, ...], root: Any, path: Path) -> Iterator[Finding]:
    if word not in known:
        close = nearest(word, known)
        hint = f'did you mean "{close}"? ' if close else ""
        yield finding(
            "SF011",
            "schema",
            f'"{word}" is not known here',
            f"{hint}write one of {choices(known)}, or add `packs` with your own",
            root,
            path,
        )
