"""The blueprint as a whole, and the look-ups that everything above it needs."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from svcforge.model.elements import (
    Bff,
    Context,
    Event,
    External,
    Field,
    Gateway,
    Library,
    LintConfig,
    Operation,
    PackSource,
    Patch,
    Platform,
    Role,
    Route,
    Saga,
    Service,
    Store,
    Unresolved,
    Value,
)
from svcforge.model.policy import Defaults
from svcforge.model.types import Type
from svcforge.source.finding import Path


@dataclass(frozen=True)
class Duplicate:
    """A name declared twice in one name space: the second place, and the first."""

    kind: str
    name: str
    path: Path
    first: Path


@dataclass(frozen=True, kw_only=True)
class Blueprint:
    """One architecture. Mappings keep the order of the file."""

    system: str
    about: str = ""
    platform: Platform = Platform()
    defaults: Defaults = Defaults()
    repos: str = "one"
    contexts: Mapping[str, Context] = field(default_factory=dict)
    externals: Mapping[str, External] = field(default_factory=dict)
    values: Mapping[str, Value] = field(default_factory=dict)
    stores: Mapping[str, Store] = field(default_factory=dict)
    libraries: Mapping[str, Library] = field(default_factory=dict)
    sagas: Mapping[str, Saga] = field(default_factory=dict)
    gateway: Gateway | None = None
    bffs: Mapping[str, Bff] = field(default_factory=dict)
    lint: LintConfig = LintConfig()
    patches: tuple[Patch, ...] = ()
    packs: tuple[PackSource, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()

    @cached_property
    def services(self) -> Mapping[str, Service]:
        """Every service by name, in the order of the file; the first of two with one name."""
        found: dict[str, Service] = {}
        for context in self.contexts.values():
            for name, service in context.services.items():
                found.setdefault(name, service)
        return found

    @cached_property
    def business(self) -> Mapping[str, Service]:
        """`V` of the rules: the services that count in metrics and topology (roles business and worker)."""
        return {n: s for n, s in self.services.items() if s.role in (Role.BUSINESS, Role.WORKER)}

    @cached_property
    def events(self) -> Mapping[tuple[str, str, int], Event]:
        """Every version of every event by (service, event, version)."""
        return {(e.service, e.name, e.version): e for s in self.services.values() for e in s.events}

    @cached_property
    def routes(self) -> Mapping[Path, Route]:
        """The gateway's routes by their paths."""
        return {route.path: route for route in self.gateway.routes} if self.gateway else {}

    def context_of(self, service: str) -> Context | None:
        """The context that a service is in, or None for what is no service of a context."""
        found = self.services.get(service)
        return self.contexts[found.context] if found else None

    def team_of(self, name: str) -> str | None:
        """The team that owns a service (its own word outdoes its context's) or a BFF."""
        if service := self.services.get(name):
            return service.team or self.contexts[service.context].team
        bff = self.bffs.get(name)
        return bff.team if bff else None

    def operation(self, owner: str | None, name: str | None) -> Operation | None:
        """An operation of a service or an external."""
        if owner is None or name is None:
            return None
        if service := self.services.get(owner):
            return service.operations.get(name)
        external = self.externals.get(owner)
        return external.operations.get(name) if external else None

    def event(self, service: str | None, name: str | None, version: int | None = None) -> Event | None:
        """An event of a service; the highest version unless one is named."""
        found = self.services.get(service or "")
        if found is None:
            return None
        of_name = [e for e in found.events if e.name == name]
        if version is None:
            return next((e for e in of_name if e.latest), None)
        return next((e for e in of_name if e.version == version), None)

    def value(self, service: str | None, name: str) -> Value | None:
        """A value object by name as a service sees it: its own, else the shared one."""
        found = self.services.get(service or "")
        return (found.values.get(name) if found else None) or self.values.get(name)

    def shapes(self, service: str | None) -> Mapping[str, Mapping[str, Type]]:
        """The fields of the value objects that a service sees, for `types.fits`; one object per service."""
        found = self.services.get(service or "")
        if found is None or not found.values:
            return self._shared_shapes
        kept: dict[str, Mapping[str, Mapping[str, Type]]] = self.__dict__.setdefault("_shapes", {})
        if found.name not in kept:
            # A chain, since thousands of services may see the same hundreds of shared values.
            kept[found.name] = ChainMap(_shapes(found.values), self._shared_shapes)
        return kept[found.name]

    @cached_property
    def _shared_shapes(self) -> dict[str, Mapping[str, Type]]:
        return _shapes(self.values)

    def defaults_of(self, name: str) -> tuple[tuple[Defaults, Path], ...]:
        """The `defaults` that hold for a service or BFF, nearest first, each with its path."""
        system = (self.defaults, ("defaults",))
        if service := self.services.get(name):
            context = self.contexts[service.context]
            return (
                (service.defaults, (*service.path, "defaults")),
                (context.defaults, (*context.path, "defaults")),
                system,
            )
        if bff := self.bffs.get(name):
            return ((bff.defaults, (*bff.path, "defaults")), system)
        return (system,)

    def abilities_of(self, name: str) -> tuple[str, ...] | None:
        """What a service, BFF or gateway that exists already `has`; None for what svcforge generates."""
        gateway = self.gateway if self.gateway and self.gateway.name == name else None
        element = self.services.get(name) or self.bffs.get(name) or gateway
        if element is not None and element.has is not None:
            return element.has
        return next((d.has for d, _ in self.defaults_of(name) if d.has is not None), None)

    def stack_of(self, name: str) -> str | None:
        """The stack that a service or BFF is generated with."""
        element = self.services.get(name) or self.bffs.get(name)
        if element is not None and element.stack:
            return element.stack
        return next((d.stack for d, _ in self.defaults_of(name) if d.stack), None)

    def api_version_of(self, name: str) -> str | None:
        """The API version of a service or BFF (`v1`)."""
        return next((d.api_version for d, _ in self.defaults_of(name) if d.api_version), None)


def _shapes(values: Mapping[str, Value]) -> dict[str, Mapping[str, Type]]:
    return {name: {f.name: f.type for f in value.fields} for name, value in values.items()}


ID_FIELDS = ("id", "created_at", "updated_at")
"""What every entity has without saying so."""


def field_named(fields: tuple[Field, ...], name: str) -> Field | None:
    """The field of that name, if there is one."""
    return next((f for f in fields if f.name == name), None)
