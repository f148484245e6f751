"""Who uses which database: the accesses of services to declared stores, by server and schema."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Role, Service, Store
from svcforge.source.finding import Path

BYSTANDERS = (Role.CLIENT, Role.REGISTRY, Role.INFRA)
"""Roles whose use of a store is no sharing between services."""

EMBEDDED = ("sqlite", "h2", "hsqldb", "derby", "duckdb", "rocksdb", "leveldb", "memory")
"""Engines that run inside the service: no server, no connection, no password."""


@dataclass(frozen=True, slots=True)
class Access:
    """A service's use of a declared store; `owned` where the service calls the store its own (`store:`)."""

    service: Service
    store: Store
    owned: bool
    path: Path

    @property
    def server(self) -> str:
        """The server; a store that names none is a server of its own."""
        return self.store.server or f"the server of {self.store.name}"


def accesses(blueprint: Blueprint) -> Iterator[Access]:
    """Every use of a declared store, in the order of the file."""
    for service in blueprint.services.values():
        if service.role in BYSTANDERS:
            continue
        if own := blueprint.stores.get(service.store or ""):
            yield Access(service, own, True, (*service.path, "store"))
        for use in service.uses:
            if use.name in blueprint.stores and use.name != service.store:
                yield Access(service, blueprint.stores[use.name], False, use.path)


def by_server(blueprint: Blueprint) -> dict[str, list[Access]]:
    """The accesses to each server."""
    found: dict[str, list[Access]] = {}
    for access in accesses(blueprint):
        found.setdefault(access.server, []).append(access)
    return found


def shared(on_one_server: list[Access]) -> list[list[Access]]:
    """The accesses to each schema that several services use; an absent schema is the whole server."""
    whole = any(access.store.schema is None for access in on_one_server)
    groups: dict[str | None, list[Access]] = {}
    for access in on_one_server:
        groups.setdefault(None if whole else access.store.schema, []).append(access)
    return [group for group in groups.values() if len(services(group)) > 1]


def services(group: list[Access]) -> list[str]:
    """The names of the services, each once, sorted."""
    return sorted({access.service.name for access in group})
