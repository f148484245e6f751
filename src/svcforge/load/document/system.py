"""The whole blueprint, and what it says of the system: platform, stores, linter, patches, packs."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field as Key

from svcforge.load import words
from svcforge.load.document.custom import CustomDoc
from svcforge.load.document.flows import BffDoc, GatewayDoc, SagaDoc
from svcforge.load.document.policies import DefaultsDoc
from svcforge.load.document.services import ContextDoc, ExternalDoc, Fields
from svcforge.load.shape import Element, FreeList, FreeMapping, Literal, Shorthand, Text, Version, one_of, suggested


class PackDoc(Element):
    """The pack that fills a place of the platform, with how it is reached."""

    engine: Text
    tls: Annotated[str, one_of(*words.TLS)] | None = None
    auth: Annotated[str, one_of(*words.AUTHS)] | None = None


class PlatformDoc(Element):
    """What the system runs on: each value names a pack; unset is none."""

    gateway: Annotated[str, suggested(*words.GATEWAYS)] | None = None
    broker: Annotated[PackDoc, Shorthand("engine")] | None = None
    store: Annotated[PackDoc, Shorthand("engine")] | None = Key(
        None, description="The engine behind a service's own database."
    )
    discovery: Annotated[str, suggested(*words.DISCOVERIES)] | None = None
    mesh: Annotated[str, suggested(*words.MESHES)] | None = None
    deploy: list[Annotated[str, suggested(*words.DEPLOYS)]] = Key(default_factory=list)
    metrics: Annotated[str, suggested(*words.METRICS)] | None = None
    tracing: Annotated[str, suggested(*words.TRACINGS)] | None = None
    logs: Annotated[str, suggested(*words.LOGS)] | None = None
    saga: Annotated[str, suggested(*words.SAGA_ENGINES)] | None = None
    secrets: Text | None = Key(None, description="The secret store.")


class StoreDoc(Element):
    """A database that exists; one server with two schemas is only a shared server."""

    engine: Text | None = None
    server: Text | None = None
    schema_: Text | None = Key(None, alias="schema")
    tls: Annotated[str, one_of(*words.TLS)] | None = None
    auth: Annotated[str, one_of(*words.AUTHS)] | None = None


class IgnoreDoc(Element):
    """A central suppression: a rule, or all of this."""

    rule: Text
    at: Text | None = None
    reason: Text | None = None
    until: Text | None = None


class LintDoc(Element):
    """Settings of the linter."""

    profile: Annotated[str, one_of(*words.PROFILES)] | None = None
    select: list[Text] | None = None
    ignore: list[Annotated[IgnoreDoc, Shorthand("rule")]] = Key(default_factory=list)
    severity: dict[str, Annotated[str, one_of(*words.SEVERITIES)]] = Key(default_factory=dict)
    options: dict[str, dict[str, Literal]] = Key(default_factory=dict)
    fail_on: Annotated[str, one_of(*words.FAIL_ON)] | None = None
    custom: dict[str, CustomDoc] = Key(default_factory=dict, description="Rules of this blueprint's own, by name.")


class TargetDoc(Element):
    """Which manifests a patch is for."""

    kind: Text | None = None
    name: Text | None = None


class PatchDoc(Element):
    """A change to generated manifests, applied last."""

    target: TargetDoc
    merge: FreeMapping | None = None
    json_: FreeList | None = Key(None, alias="json")


class PackSourceDoc(Element):
    """An extra template pack."""

    from_: Text = Key(alias="from")
    at: Text | None = None


class IncludedDoc(Element):
    """What an included file may hold; mappings of the same name are joined."""

    contexts: dict[str, ContextDoc] = Key(default_factory=dict)
    externals: dict[str, ExternalDoc] = Key(default_factory=dict)
    values: dict[str, Fields] = Key(default_factory=dict)
    stores: dict[str, StoreDoc] = Key(default_factory=dict)
    libraries: dict[str, Annotated[str, one_of(*words.LIBRARIES)]] = Key(default_factory=dict)
    sagas: dict[str, SagaDoc] = Key(default_factory=dict)
    bffs: dict[str, BffDoc] = Key(default_factory=dict)


class BlueprintDoc(IncludedDoc):
    """A blueprint of svcforge."""

    svcforge: Version = Key(description="The version of the language.")
    system: Text = Key(description="The system's name.")
    about: Text | None = None
    include: list[Text] = Key(default_factory=list, description="Globs of further files, relative to this one.")
    platform: PlatformDoc = PlatformDoc.model_construct()
    defaults: DefaultsDoc = DefaultsDoc.model_construct()
    gateway: GatewayDoc | None = None
    lint: LintDoc = LintDoc.model_construct()
    patches: list[PatchDoc] = Key(default_factory=list)
    packs: list[PackSourceDoc] = Key(default_factory=list)
    repos: Annotated[str, one_of("one", "many")] = "one"
