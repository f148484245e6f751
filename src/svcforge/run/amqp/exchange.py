"""Exchanges: the bindings that leave one, and which of them take a message."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pamqp import common

from svcforge.run.amqp.message import Message
from svcforge.run.amqp.refusal import Refusal
from svcforge.run.amqp.topic import matches

DIRECT, FANOUT, TOPIC, HEADERS = "direct", "fanout", "topic", "headers"
TYPES = (DIRECT, FANOUT, TOPIC, HEADERS)
ALTERNATE = "alternate-exchange"
_MATCHES = ("all", "any", "all-with-x", "any-with-x")
_REMEMBERED_KEYS = 4096


@dataclass(frozen=True, slots=True)
class ExchangeSpec:
    """An exchange as it was declared."""

    name: str
    type: str
    durable: bool = True
    auto_delete: bool = False
    internal: bool = False
    arguments: common.FieldTable = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class BindingSpec:
    """A binding from an exchange to a queue or, with `to_exchange`, to another exchange."""

    source: str
    destination: str
    to_exchange: bool
    key: str
    arguments: common.FieldTable = field(default_factory=dict)

    @property
    def identity(self) -> tuple[str, str, bool, str, str]:
        """What tells two bindings apart."""
        arguments = json.dumps(self.arguments, sort_keys=True)
        return self.source, self.destination, self.to_exchange, self.key, arguments


class Exchange:
    """An exchange with its outgoing bindings."""

    def __init__(self, spec: ExchangeSpec) -> None:
        self.spec = spec
        self._bindings: dict[object, BindingSpec] = {}
        self._remembered: dict[str, tuple[BindingSpec, ...]] = {}

    @property
    def bindings(self) -> tuple[BindingSpec, ...]:
        """All that leave it."""
        return tuple(self._bindings.values())

    def add(self, binding: BindingSpec) -> bool:
        """Add a binding; False when it is there already.

        Raises:
            Refusal: 406 when its arguments make no sense to this type of exchange.
        """
        if self.spec.type == HEADERS and binding.arguments.get("x-match", "all") not in _MATCHES:
            wanted = binding.arguments["x-match"]
            choices = "expected all, any, all-with-x, or any-with-x"
            raise Refusal(406, f"Invalid x-match field value {wanted!r}; {choices}")
        if binding.identity in self._bindings:
            return False
        self._bindings[binding.identity] = binding
        self._remembered.clear()
        return True

    def remove(self, binding: BindingSpec) -> bool:
        """Remove a binding; False when it is not there."""
        self._remembered.clear()
        return self._bindings.pop(binding.identity, None) is not None

    def taking(self, message: Message, keys: Iterable[str]) -> Iterator[BindingSpec]:
        """The bindings that take a message sent under these keys (more than one when the sender asked for copies)."""
        if self.spec.type == HEADERS:
            headers = message.properties.headers
            yield from (binding for binding in self.bindings if _headers_match(binding.arguments, headers))
            return
        for key in keys:
            yield from self._taking_key(key)

    def _taking_key(self, key: str) -> tuple[BindingSpec, ...]:
        known = self._remembered.get(key)
        if known is None:
            if len(self._remembered) >= _REMEMBERED_KEYS:
                self._remembered.clear()
            known = self._remembered[key] = tuple(binding for binding in self.bindings if self._takes_key(binding, key))
        return known

    def _takes_key(self, binding: BindingSpec, key: str) -> bool:
        if self.spec.type == FANOUT:
            return True
        return matches(binding.key, key) if self.spec.type == TOPIC else binding.key == key


def _headers_match(wanted: common.FieldTable, headers: common.FieldTable) -> bool:
    mode = str(wanted.get("x-match", "all"))
    names = [name for name in wanted if name != "x-match" and (mode.endswith("-with-x") or not name.startswith("x-"))]
    found = (name in headers and _same(wanted[name], headers[name]) for name in names)
    return any(found) if mode.startswith("any") else all(found)


def _same(wanted: object, value: object) -> bool:
    """RabbitMQ's equality: no value stands for any, 1 is 1.0, but true is not 1."""
    return wanted is None or (wanted == value and isinstance(wanted, bool) == isinstance(value, bool))
