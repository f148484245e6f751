"""What custom rules speak of: nodes, operations, events, edges ... each with what may be said of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from svcforge.lint.context import Indexes
from svcforge.lint.doors import open_doors
from svcforge.model import effective
from svcforge.model.blueprint import Blueprint
from svcforge.model.custom import ABILITIES, POLICIES_OF_CALLS, POLICIES_OF_SUBSCRIPTIONS
from svcforge.model.edges import Edge, EdgeKind
from svcforge.model.elements import Bff, External, Operation, Service
from svcforge.model.policy import Off, duration_text
from svcforge.source.finding import Path

DURATIONS = ("timeout", "backoff", "takes", "latency")
"""Properties that are written as durations."""


@dataclass(frozen=True, slots=True)
class Thing:
    """An element as a custom rule sees it: its name in messages, its place, and how to ask for a property."""

    label: str
    path: Path
    say: Callable[[str], Any]

    def has(self, key: str) -> bool:
        """Whether the property is there: not unset, not empty, not switched off."""
        value = self.say(key)
        return value is not None and value is not False and value not in ((), "", {}) and not isinstance(value, Off)

    def words(self, key: str) -> tuple[str, ...]:
        """The property as the language writes it; several words where it is a list."""
        value = self.say(key)
        found = value if isinstance(value, tuple | list | frozenset | dict) else () if value is None else (value,)
        return tuple(_word(key, one) for one in found)


def _word(key: str, value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, Off):
        return "none"
    return duration_text(value) if key in DURATIONS and isinstance(value, int) else str(value)


class Things:
    """The things of one blueprint, by their kinds."""

    def __init__(self, indexes: Indexes) -> None:
        self.indexes, self.blueprint = indexes, indexes.blueprint
        self._entries: frozenset[str] | None = None

    def of(self, kind: str) -> Iterator[Thing]:
        """All of a kind, in the order of the file."""
        makers: Mapping[str, Callable[[], Iterator[Thing]]] = {
            "services": lambda: (self.node(name) for name in self.nodes() if name not in self.blueprint.externals),
            "operations": self._operations,
            "events": self._events,
            "entities": self._entities,
            "calls": lambda: (
                self._edge(e, "call") for e in self.indexes.edges if e.sync and e.kind is not EdgeKind.ROUTE
            ),
            "subscriptions": lambda: (self._edge(e, "subscription") for e in self.indexes.edges if not e.sync),
            "contexts": self._contexts,
            "externals": lambda: (self.node(name) for name in self.blueprint.externals),
            "stores": self._stores,
            "sagas": self._sagas,
        }
        return makers[kind]()

    def nodes(self) -> Iterator[str]:
        """Services, BFFs, the gateway, externals."""
        blueprint = self.blueprint
        gateway = (blueprint.gateway.name,) if blueprint.gateway else ()
        yield from dict.fromkeys((*blueprint.services, *blueprint.bffs, *gateway, *blueprint.externals))

    def node(self, name: str) -> Thing:
        """A service, a BFF, the gateway or an external."""
        blueprint = self.blueprint
        gateway = blueprint.gateway if blueprint.gateway and blueprint.gateway.name == name else None
        element = blueprint.services.get(name) or blueprint.bffs.get(name) or gateway or blueprint.externals[name]
        kind = next((word for of, word in _KINDS if isinstance(element, of)), "gateway")

        def say(key: str) -> Any:
            special = _NODE.get(key)
            if special is not None:
                return special(self, name)
            if key in ABILITIES:
                return None if kind == "external" else _able(blueprint, name, key)
            return getattr(element, key, None)

        return Thing(f'{kind} "{name}"', element.path, say)

    def roles(self, name: str) -> tuple[str, ...]:
        """A node's role, and `entry` where it is reached from outside."""
        blueprint = self.blueprint
        service = blueprint.services.get(name)
        own = str(service.role) if service else "bff" if name in blueprint.bffs else "external"
        if blueprint.gateway and blueprint.gateway.name == name:
            own = "gateway"
        return (own, "entry") if name in self.entries() else (own,)

    def entries(self) -> frozenset[str]:
        """What is reached from outside: gateways, what they lead to, doors past them."""
        if self._entries is None:
            front = self.indexes.entries
            behind = {e.target for e in self.indexes.edges if e.sync and e.source in front}
            self._entries = frozenset({*front, *behind, *open_doors(self.indexes)} - {*self.blueprint.externals})
        return self._entries

    def protected(self, name: str) -> bool:
        """Whether whoever comes in has to prove who it is."""
        blueprint = self.blueprint
        service = blueprint.services.get(name)
        verified = blueprint.gateway is not None and blueprint.gateway.jwt is not None
        if service is None:
            return verified
        doors = [operation for operation in service.operations.values() if operation.http]
        if doors:
            return all(_asks(operation) for operation in doors) and verified
        return verified and not service.exposed

    def _operations(self) -> Iterator[Thing]:
        for service in self.blueprint.services.values():
            for operation in service.operations.values():
                yield self._member("operation", service, operation.stem, operation, _OPERATION, operation.reference)

    def _events(self) -> Iterator[Thing]:
        heard: dict[tuple[str, str | None], list[str]] = {}
        for edge in self.indexes.edges:
            if not edge.sync:
                heard.setdefault((edge.target, edge.event), []).append(edge.source)
        for service in self.blueprint.services.values():
            for event in service.events:
                listening = tuple(dict.fromkeys(heard.get((service.name, event.name), ())))
                special = {"subscribers": partial(_given, listening), "fields": _field_names}
                yield self._member("event", service, event.name, event, special)

    def _entities(self) -> Iterator[Thing]:
        for service in self.blueprint.services.values():
            for entity in service.entities.values():
                yield self._member("entity", service, entity.name, entity, {"fields": _field_names})

    def _member(
        self, kind: str, service: Service, name: str, element: Any, special: Mapping[str, Any], shown: str | None = None
    ) -> Thing:
        def say(key: str) -> Any:
            around = {"name": name, "service": service.name, "context": service.context}
            if key in around:
                return around[key]
            if key == "team":
                return self.blueprint.team_of(service.name)
            return special[key](element) if key in special else getattr(element, key, None)

        return Thing(f'{kind} "{service.name}.{shown or name}"', element.path, say)

    def _edge(self, edge: Edge, kind: str) -> Thing:
        blueprint = self.blueprint
        label = f"{edge.source} -> {edge.target}"
        policies = POLICIES_OF_CALLS if kind == "call" else POLICIES_OF_SUBSCRIPTIONS
        look_up = effective.call_policy if kind == "call" else effective.subscription_policy

        def say(key: str) -> Any:
            if key in ("source", "target", "event"):
                return getattr(edge, key)
            if key == "operation":
                called = blueprint.operation(edge.target, edge.operation)
                return called.stem if called else edge.operation
            if key == "name":
                return label
            if key in ("source_context", "target_context"):
                context = blueprint.context_of(getattr(edge, key.partition("_")[0]))
                return context.name if context else None
            if key == "over":
                return effective.protocol(blueprint, edge)
            if key == "timeout":
                return effective.timeout(blueprint, edge).value
            return look_up(blueprint, edge, key).value if key in policies else getattr(edge.call, key, None)

        return Thing(f'{kind} "{label}"', edge.path, say)

    def _contexts(self) -> Iterator[Thing]:
        for context in self.blueprint.contexts.values():
            yield _plain("context", context.name, context)

    def _stores(self) -> Iterator[Thing]:
        for store in self.blueprint.stores.values():
            yield _plain("store", store.name, store)

    def _sagas(self) -> Iterator[Thing]:
        for saga in self.blueprint.sagas.values():
            yield _plain("saga", saga.name, saga)


_KINDS: tuple[tuple[type, str], ...] = ((Service, "service"), (Bff, "bff"), (External, "external"))


def _given(value: Any, _: Any) -> Any:
    return value


def _field_names(element: Any) -> tuple[str, ...]:
    return tuple(field.name for field in element.fields)


def _plain(kind: str, name: str, element: Any) -> Thing:
    return Thing(f'{kind} "{name}"', element.path, lambda key: getattr(element, key, None))


def _able(blueprint: Blueprint, name: str, ability: str) -> bool:
    """Whether a node has an ability: what is generated has all."""
    has = effective.abilities(blueprint, name).value
    return has is None or ability in has


def _asks(operation: Operation) -> bool:
    return operation.scopes is not None or operation.signed is not None


def _subdomain(things: Things, name: str) -> str | None:
    context = things.blueprint.context_of(name)
    return context.subdomain if context else None


def _context(things: Things, name: str) -> str | None:
    context = things.blueprint.context_of(name)
    return context.name if context else None


def _owned(things: Things, name: str) -> tuple[str, ...]:
    service = things.blueprint.services.get(name)
    return tuple(service.entities) if service else ()


def _published(things: Things, name: str) -> tuple[str, ...]:
    service = things.blueprint.services.get(name)
    return tuple(dict.fromkeys(event.name for event in service.events)) if service else ()


def _offered(things: Things, name: str) -> tuple[str, ...]:
    owner = things.blueprint.services.get(name) or things.blueprint.externals.get(name)
    return tuple(dict.fromkeys(operation.stem for operation in owner.operations.values())) if owner else ()


def _used(things: Things, name: str) -> tuple[str, ...]:
    service = things.blueprint.services.get(name)
    return tuple(use.name for use in service.uses) if service else ()


_NODE: Mapping[str, Callable[[Things, str], Any]] = {
    "name": lambda things, name: name,
    "context": _context,
    "subdomain": _subdomain,
    "role": lambda things, name: things.roles(name),
    "team": lambda things, name: things.blueprint.team_of(name),
    "stack": lambda things, name: things.blueprint.stack_of(name),
    "api_version": lambda things, name: things.blueprint.api_version_of(name),
    "authn": lambda things, name: things.protected(name),
    "replicas": lambda things, name: effective.replicas(things.blueprint, name).value,
    "availability": lambda things, name: effective.availability(things.blueprint, name).value,
    "latency": lambda things, name: effective.latency(things.blueprint, name).value,
    "owns": _owned,
    "events": _published,
    "operations": _offered,
    "uses": _used,
}

_OPERATION: Mapping[str, Callable[[Operation], Any]] = {
    "http": lambda o: f"{o.http.method} {o.http.path}" if o.http else None,
    "method": lambda o: o.http.method if o.http else None,
    "authn": _asks,
    "idempotent": lambda o: o.repeatable,
    "version": lambda o: o.version or 1,
    "calls": lambda o: tuple(call.to for call in o.calls),
}
