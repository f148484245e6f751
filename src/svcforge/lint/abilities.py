"""What existing services lack of what svcforge would have built into them (blueprint.md, "A system as it is")."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from svcforge.model.blueprint import Blueprint
from svcforge.model.effective import abilities
from svcforge.model.elements import Service
from svcforge.source.edit import Replace
from svcforge.source.finding import Path


@dataclass(frozen=True, slots=True)
class Lack:
    """An ability that a service has not; `has` is what it has, and `origin` the place of that list."""

    service: Service
    ability: str
    has: tuple[str, ...]
    origin: Path

    @property
    def shared(self) -> bool:
        """Whether the list stands in `defaults`, for others too."""
        return self.origin != (*self.service.path, "has")

    @property
    def path(self) -> Path:
        """The service's own list, or the service where it has none."""
        return self.service.path if self.shared else self.origin

    @property
    def fix(self) -> Replace:
        """The list with the ability in it: to be confirmed by someone who builds it."""
        return Replace(self.origin, [*self.has, self.ability])


def lacking(blueprint: Blueprint, ability: str) -> Iterator[Lack]:
    """The business services that exist and do not have an ability, in the order of the file."""
    for name, service in blueprint.business.items():
        said = abilities(blueprint, name)
        if said.value is not None and said.origin is not None and ability not in said.value:
            yield Lack(service, ability, said.value, said.origin)
