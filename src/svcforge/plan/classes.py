"""What the classes of a service are called: each name once, although entities, events and operations may share one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Event
from svcforge.plan.naming import free, pascal


@dataclass(frozen=True, slots=True)
class Classes:
    """The classes of a service or an external; `client` is what calls it, `taken` has them all."""

    events: Mapping[tuple[str, int], str]
    operations: Mapping[str, str]
    sagas: Mapping[str, str]
    client: str
    taken: frozenset[str]


def classes(blueprint: Blueprint, owner: str) -> Classes:
    """The classes of a service or an external; worked out once."""
    kept: dict[str, Classes] = blueprint.__dict__.setdefault("_classes", {})
    if owner not in kept:
        kept[owner] = _classes(blueprint, owner)
    return kept[owner]


def event_class(event: Event) -> str:
    """The name of an event, with the version where that is not the highest."""
    return event.name if event.latest else f"{event.name}V{event.version}"


def _classes(blueprint: Blueprint, owner: str) -> Classes:
    taken = set(_kept(blueprint, owner))
    service, external = blueprint.services.get(owner), blueprint.externals.get(owner)
    events, operations, sagas = {}, {}, {}
    for event in service.events if service else ():
        events[event.name, event.version] = _found(event_class(event), taken, "Event")
    for name in service.operations if service else external.operations if external else ():
        operations[name] = _found(pascal(name), taken, "Request", ("Answer", "Query"))
    for saga in blueprint.sagas.values():
        if saga.owner == owner:
            sagas[saga.name] = _found(pascal(saga.name), taken, "Saga", ("Start",))
    return Classes(events, operations, sagas, _found(pascal(owner), taken, "Client"), frozenset(taken))


def _kept(blueprint: Blueprint, owner: str) -> Iterator[str]:
    """The classes that are called as the blueprint calls them: of rows, with their views and pages, and of values."""
    yield from blueprint.values
    if service := blueprint.services.get(owner):
        yield from service.values
        for name in (*service.entities, *service.copies):
            yield from (name, f"{name}View", f"{name}Page")


def _found(name: str, taken: set[str], suffix: str, derived: Iterable[str] = ()) -> str:
    """A free name with which those that are made of it are free as well; takes them."""
    called = free(name, taken, suffix)
    while any(called + end in taken for end in derived):
        called = free(called + suffix, taken, suffix)
    taken.update((called, *(called + end for end in derived)))
    return called
