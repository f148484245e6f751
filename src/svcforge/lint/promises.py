"""What services promise to others, and which element of the new version is which of the old one."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import EdgeKind, edges
from svcforge.model.elements import Event, Operation, Service


@dataclass(frozen=True)
class Versions:
    """Two versions of a blueprint, and who is who in them."""

    old: Blueprint
    new: Blueprint

    @cached_property
    def services(self) -> Mapping[str, Service]:
        """A service's old name -> what it is now; a service that is gone is not here."""
        renamed = {s.was: s for s in self.new.services.values() if s.was}
        found = {name: self.new.services.get(name) or renamed.get(name) for name in self.old.services}
        return {name: service for name, service in found.items() if service is not None}

    def unchanged(self, service: Service) -> bool:
        """Whether a service is in all as it was, and nothing that its answers are made of can have changed elsewhere."""
        return not service.copies and service == self.services.get(service.name) and self._same_values

    @cached_property
    def _same_values(self) -> bool:
        return self.old.values == self.new.values

    def operation(self, old: Operation) -> Operation | None:
        """What an operation is now in its own service, under the same name or a new one."""
        service = self.services.get(old.owner)
        if service is None:
            return None
        named = service.operations.get(old.name)
        return named or next((o for o in service.operations.values() if o.was == old.name), None)

    def new_home(self, old: Operation) -> Operation | None:
        """The operation of the same name that another service has now and had not before."""
        home = self._newly(self._with_operation, old.name, old.owner)
        return home.operations[old.name] if home else None

    def new_publisher(self, old: Event) -> Event | None:
        """The event of the same name that another service publishes now and did not before."""
        home = self._newly(self._with_event, old.name, old.service)
        return self.new.event(home.name, old.name) if home else None

    def new_owner(self, old: str, entity: str) -> Service | None:
        """The service that owns an entity of this name now and did not before."""
        return self._newly(self._with_entity, entity, old)

    def raised(self, name: str) -> bool:
        """Whether a service (by its old name) or a BFF has a higher major API version now."""
        service = self.services.get(name)
        now = service.name if service else name
        return _major(self.new.api_version_of(now)) > _major(self.old.api_version_of(name))

    def promised(self, service: Service) -> Iterator[Operation]:
        """The operations of a service of the old version that others may use.

        All but those that only the service itself uses: its handlers, its schedules, its own steps of a saga.
        """
        for operation in service.operations.values():
            at = (service.name, operation.name)
            if operation.http or at in self._called or (service.name, None) in self._called or at not in self._own:
                yield operation

    @cached_property
    def _called(self) -> frozenset[tuple[str, str | None]]:
        """What others call in the old version: (service, operation), the operation None where only the service is named."""
        calls = (e for e in edges(self.old) if e.sync and e.kind is not EdgeKind.ROUTE and e.source != e.target)
        return frozenset((e.target, e.operation) for e in calls)

    @cached_property
    def _own(self) -> frozenset[tuple[str | None, str | None]]:
        """What a service of the old version does by itself."""
        found: set[tuple[str | None, str | None]] = set()
        for name, service in self.old.services.items():
            found |= {(name, o.name) for o in service.operations.values() if o.schedule}
            found |= {(name, s.operation) for s in service.subscriptions}
            found |= {(c.target, c.operation) for o in service.operations.values() for c in o.calls if c.target == name}
        for saga in self.old.sagas.values():
            calls = (*(s.do for s in saga.steps), *(s.undo for s in saga.steps), saga.undo)
            found |= {(c.target, c.operation) for c in calls if c is not None and c.target == saga.owner}
        return frozenset(found)

    @cached_property
    def _with_operation(self) -> Holders:
        return _holders(
            (n, s) for s, was in self._pairs for n in s.operations if was is None or n not in was.operations
        )

    @cached_property
    def _with_event(self) -> Holders:
        latest = ((e.name, s, was) for s, was in self._pairs for e in s.events if e.latest)
        return _holders((n, s) for n, s, was in latest if was is None or all(e.name != n for e in was.events))

    @cached_property
    def _with_entity(self) -> Holders:
        return _holders((n, s) for s, was in self._pairs for n in s.entities if was is None or n not in was.entities)

    @cached_property
    def _pairs(self) -> list[tuple[Service, Service | None]]:
        """The services of the new version, each with what it was."""
        before = {service.name: self.old.services[old] for old, service in self.services.items()}
        return [(service, before.get(service.name)) for service in self.new.services.values()]

    def _newly(self, holders: Holders, name: str, old: str) -> Service | None:
        """The first service that has something of a name anew, and is not what the old service has become."""
        own = self.services.get(old)
        return next((s for s in holders.get(name, ()) if own is None or s.name != own.name), None)


Holders = Mapping[str, list[Service]]
"""A name -> the services that have something of that name now and had not before."""


def _holders(found: Iterable[tuple[str, Service]]) -> Holders:
    holders: dict[str, list[Service]] = {}
    for name, service in found:
        holders.setdefault(name, []).append(service)
    return holders


def _major(version: str | None) -> int:
    """The number in `v2`; none is 0."""
    found = re.search(r"\d+", version or "")
    return int(found[0]) if found else 0
