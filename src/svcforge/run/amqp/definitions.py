"""RabbitMQ's definitions.json, and the file with its users' passwords, read into what the broker declares at start."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from svcforge.run.amqp.access import Permission, TopicPermission
from svcforge.run.amqp.arguments import QueueSpec
from svcforge.run.amqp.exchange import BindingSpec, ExchangeSpec
from svcforge.run.amqp.store import Spec

DEFAULT_VHOST = "/"
_LONGEST = 255  # AMQP's short string


class DefinitionsError(Exception):
    """The file is not what it should be; the message says where."""


@dataclass(frozen=True, slots=True)
class Definitions:
    """What a definitions file asks for; `topology` has the virtual host with each, exchanges before queues before bindings."""

    vhosts: tuple[str, ...] = (DEFAULT_VHOST,)
    users: frozenset[str] = frozenset()
    permissions: tuple[Permission, ...] = ()
    topics: tuple[TopicPermission, ...] = ()
    topology: tuple[tuple[str, Spec], ...] = ()


def definitions(path: Path) -> Definitions:
    """The definitions in a file. Policies and parameters are not read, nor password hashes.

    Raises:
        DefinitionsError: it cannot be read, or something in it lacks what it needs.
    """
    data = _object(path)
    permissions = tuple(
        Permission(e.text("user"), e.vhost, e.pattern("configure"), e.pattern("write"), e.pattern("read"))
        for e in _entries(path, data, "permissions")
    )
    topics = tuple(
        TopicPermission(e.text("user"), e.vhost, e.text("exchange"), e.pattern("write"), e.pattern("read"))
        for e in _entries(path, data, "topic_permissions")
    )
    return Definitions(
        vhosts=tuple(dict.fromkeys([DEFAULT_VHOST, *(e.text("name") for e in _entries(path, data, "vhosts"))])),
        users=frozenset(e.text("name") for e in _entries(path, data, "users")),
        permissions=permissions,
        topics=topics,
        topology=tuple(_topology(path, data)),
    )


def passwords(path: Path) -> Mapping[str, str]:
    """The passwords in a file of the form `{"name": "password"}`.

    Raises:
        DefinitionsError: it cannot be read, or is of another form.
    """
    data = _object(path)
    for user, password in data.items():
        if not isinstance(password, str):
            raise DefinitionsError(f'"{path}": the password of "{user}" is not text')
    return data


def _topology(path: Path, data: dict[str, Any]) -> Iterator[tuple[str, Spec]]:
    for e in _entries(path, data, "exchanges"):
        flags = e.flag("durable", True), e.flag("auto_delete"), e.flag("internal")
        yield e.vhost, ExchangeSpec(e.text("name"), e.text("type"), *flags, e.arguments)
    for e in _entries(path, data, "queues"):
        yield e.vhost, QueueSpec(e.text("name"), e.flag("durable", True), e.flag("auto_delete"), e.arguments)
    for e in _entries(path, data, "bindings"):
        to_exchange = e.text("destination_type") == "exchange"
        yield (
            e.vhost,
            BindingSpec(e.text("source"), e.text("destination"), to_exchange, e.text("routing_key"), e.arguments),
        )


@dataclass(frozen=True, slots=True)
class _Entry:
    """One object of a list in the file, read with complaints that name its place."""

    place: str
    values: dict[str, Any]

    @property
    def vhost(self) -> str:
        return self.text("vhost", DEFAULT_VHOST)

    @property
    def arguments(self) -> dict[str, Any]:
        arguments: dict[str, Any] = self._of(dict, "arguments", {})
        return arguments

    def text(self, key: str, default: str | None = None) -> str:
        text: str = self._of(str, key, default)
        if len(text.encode()) > _LONGEST:
            raise DefinitionsError(f'{self.place}: "{key}" is longer than {_LONGEST} bytes')
        return text

    def flag(self, key: str, default: bool = False) -> bool:
        flag: bool = self._of(bool, key, default)
        return flag

    def pattern(self, key: str) -> str:
        text = self.text(key)
        try:
            re.compile(text)
        except re.error as error:
            raise DefinitionsError(f'{self.place}: "{key}" is not a regular expression: {error}') from error
        return text

    def _of(self, kind: type, key: str, default: Any) -> Any:
        value = self.values.get(key, default)
        if not isinstance(value, kind):
            raise DefinitionsError(f'{self.place}: "{key}" is missing or not of type {kind.__name__}')
        return value


def _entries(path: Path, data: dict[str, Any], key: str) -> Iterator[_Entry]:
    entries = data.get(key, [])
    if not isinstance(entries, list):
        raise DefinitionsError(f'"{path}": "{key}" is not a list')
    for index, values in enumerate(entries):
        place = f'"{path}": {key}[{index}]'
        if not isinstance(values, dict):
            raise DefinitionsError(f"{place} is not an object")
        yield _Entry(place, values)


def _object(path: Path) -> dict[str, Any]:
    try:
        data = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        raise DefinitionsError(f'cannot read "{path}": {error}') from error
    if not isinstance(data, dict):
        raise DefinitionsError(f'"{path}" holds no JSON object')
    return data
