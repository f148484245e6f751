"""What is generated of a blueprint: the services and BFFs that do not exist already."""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Bff, Role, Service


def generated(blueprint: Blueprint, name: str) -> bool:
    """Whether svcforge builds the service or BFF of that name: it does not exist already, and is no infrastructure."""
    if blueprint.abilities_of(name) is not None:
        return False
    service = blueprint.services.get(name)
    return service.role in (Role.BUSINESS, Role.WORKER) if service else name in blueprint.bffs


EMBEDDED = "sqlite"
"""The engine that needs no server: a file of the service's own."""


def engine_of(blueprint: Blueprint, service: Service) -> str | None:
    """The engine behind a service's own database: what its `store` names (a declared store by its engine), else the system's."""
    declared = blueprint.stores.get(service.store or "")
    return (declared.engine if declared else service.store) or blueprint.platform.store


def services(blueprint: Blueprint) -> Iterator[Service]:
    """The services that are generated, in the order of the file."""
    return (s for s in blueprint.services.values() if generated(blueprint, s.name))


def bffs(blueprint: Blueprint) -> Iterator[Bff]:
    """The BFFs that are generated, in the order of the file."""
    return (b for b in blueprint.bffs.values() if generated(blueprint, b.name))
