"""From `run.json` and this machine's ports, passwords and servers to what is to be started, every value filled in."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import quote

from svcforge.errors import SvcforgeError
from svcforge.run.layout import Layout
from svcforge.run.manifest import Broker, Drain, External, Part, System
from svcforge.run.placeholders import Placeholder, filled, placeholders


@dataclass(frozen=True, slots=True)
class Selection:
    """What the user asked to run: `only` these parts (all when empty), `yours` left to the user to start."""

    only: tuple[str, ...] = ()
    yours: tuple[str, ...] = ()
    gateway: bool = True


@dataclass(frozen=True, slots=True)
class Given:
    """What this machine has for the system: ports by name, and the addresses that placeholders stand for."""

    ports: Mapping[str, int]
    broker: Mapping[str, str] = field(default_factory=dict)
    """The broker's URL for each part."""
    databases: Mapping[str, str] = field(default_factory=dict)
    """The URL of each database that is no file of ours."""
    externals: Mapping[str, str] = field(default_factory=dict)
    """Addresses of externals that need no stand-in."""
    paths: Mapping[str, str] = field(default_factory=dict)
    """PATH for each part."""


@dataclass(frozen=True, slots=True)
class Unit:
    """One process to be kept running; `health` is a path, or None where listening is enough.

    Units start after those named in `after`; they end in the opposite order of their waves.
    `files` are to be written before. One that is `yours` is migrated and watched, but not started.
    """

    name: str
    kind: str
    folder: Path
    command: tuple[str, ...]
    env: Mapping[str, str]
    port: int
    log: Path
    health: str | None = None
    after: tuple[str, ...] = ()
    wave: int = 0
    migrate: tuple[tuple[str, ...], ...] = ()
    admin: int | None = None
    drain: Drain | None = None
    files: Mapping[Path, str] = field(default_factory=dict)
    yours: bool = False


def selected(system: System, selection: Selection) -> tuple[Part, ...]:
    """The parts that take part, in the order of the file; raises SvcforgeError for a name that is no part."""
    names = [part.name for part in system.parts]
    for name in (*selection.only, *selection.yours):
        if name not in names:
            near = difflib.get_close_matches(name, names, 1)
            hint = f'did you mean "{near[0]}"?' if near else f"there are {', '.join(names)}"
            raise SvcforgeError(f'"{name}" is no part of "{system.system}"', hint)
    chosen = {*(selection.only or names), *selection.yours}
    gone = () if selection.gateway else [part.name for part in system.parts if part.kind == "gateway"]
    return tuple(part for part in system.parts if part.name in chosen and part.name not in gone)


def needs(part: Part, root: Path) -> set[Placeholder]:
    """The placeholders that a part uses anywhere."""
    commands = (word for command in (part.run, *part.migrate) for word in command)
    files = (_text(root / part.folder / name) for name in part.files)
    return {hole for text in (*part.env.values(), *commands, *files) for hole in placeholders(text)}


def stand_ins(system: System, parts: Iterable[Part], root: Path, given: Mapping[str, str]) -> tuple[External, ...]:
    """The externals that must be played: some part calls them, and the environment gives no address."""
    called = {hole.of for part in parts for hole in needs(part, root) if hole.kind == "url"}
    return tuple(one for one in system.externals if one.name in called and one.name not in given)


def uses_broker(parts: Iterable[Part], root: Path) -> bool:
    """Whether any of the parts speaks to the broker."""
    return any(hole.kind == "amqp" for part in parts for hole in needs(part, root))


def broker_unit(broker: Broker, layout: Layout, port: int) -> Unit:
    """The development broker as a process."""
    state = layout.state(broker.name)
    command = (
        *(sys.executable, "-m", "svcforge.run.amqp", "--port", str(port), "--store", str(state / "messages.db")),
        *("--definitions", str(layout.root / broker.folder / broker.definitions), "--users", str(layout.users)),
    )
    return Unit(broker.name, "broker", state, command, {}, port, layout.log(broker.name))


def stand_in_unit(external: External, layout: Layout, port: int) -> Unit:
    """The stand-in of an external system as a process."""
    file = layout.root / external.stand_in
    command = (sys.executable, "-m", "svcforge.run.stand_in", str(file), "--port", str(port), "--name", external.name)
    state = layout.state(external.name)
    return Unit(external.name, "stand-in", state, command, {}, port, layout.log(external.name))


def part_units(
    system: System, parts: Iterable[Part], selection: Selection, layout: Layout, given: Given, first: Iterable[str]
) -> tuple[Unit, ...]:
    """The selected parts as processes, to be started after those in `first`; a gateway after all others."""
    parts = tuple(parts)
    first = tuple(first)
    others = tuple(part.name for part in parts if part.kind != "gateway")
    here = {*first, *(part.name for part in parts)}
    after = {
        part.name: (
            *first,
            *(others if part.kind == "gateway" else ()),
            *(name for name in part.after if name in here),
        )
        for part in parts
    }
    waves = _waves(after, first)
    units = []
    for part in parts:
        values = _Values(system, part, layout, given)
        folder = layout.root / part.folder
        units.append(
            Unit(
                name=part.name,
                kind=part.kind,
                folder=folder,
                command=values.words(part.run),
                env={
                    # A log that is a file would otherwise come in blocks.
                    "PYTHONUNBUFFERED": "1",
                    **({"PATH": given.paths[part.name]} if part.name in given.paths else {}),
                    **{name: values.text(value) for name, value in part.env.items()},
                },
                port=given.ports[part.name],
                log=layout.log(part.name),
                health=part.health,
                after=tuple(dict.fromkeys(after[part.name])),
                wave=waves[part.name],
                migrate=tuple(values.words(command) for command in part.migrate),
                admin=given.ports.get(admin_of(part)) if part.admin else None,
                drain=part.drain,
                files={layout.state(part.name) / name: values.text(_text(folder / name)) for name in part.files},
                yours=part.name in selection.yours,
            )
        )
    return tuple(units)


def admin_of(part: Part) -> str:
    """The name under which a part's second port is chosen; no part can be called so."""
    return f"{part.name}/admin"


def amqp_url(user: str, password: str, port: int, virtual_host: str) -> str:
    """The development broker's address for one user."""
    return f"amqp://{quote(user, '')}:{quote(password, '')}@127.0.0.1:{port}/{quote(virtual_host, '')}"


def virtual_host(definitions: Path) -> str:
    """The virtual host that a RabbitMQ definitions file is about."""
    try:
        hosts = json.loads(definitions.read_bytes()).get("vhosts") or [{"name": "/"}]
        return str(hosts[0]["name"])
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        raise SvcforgeError(f'"{definitions}" holds no broker definitions', "run `svcforge generate` again") from None


class _Values:
    """What a part's placeholders stand for."""

    def __init__(self, system: System, part: Part, layout: Layout, given: Given) -> None:
        self._system, self._part, self._layout, self._given = system, part, layout, given

    def text(self, text: str) -> str:
        return filled(text, self._value)

    def words(self, words: Iterable[str]) -> tuple[str, ...]:
        return tuple(self.text(word) for word in words)

    def _value(self, hole: Placeholder) -> str:
        value = self._url(hole.of) if hole.kind == "url" else self._own(hole)
        if value is None:
            raise SvcforgeError(
                f'"run.json" asks for "{hole}" in part "{self._part.name}", which has no value',
                "run `svcforge generate` again",
            )
        return value

    def _own(self, hole: Placeholder) -> str | None:
        name, given = self._part.name, self._given
        if hole.kind == "port":
            port = given.ports.get(hole.of or name)
            return None if port is None else str(port)
        if hole.of:
            return None
        match hole.kind:
            case "admin" if self._part.admin:
                return str(given.ports[admin_of(self._part)])
            case "state":
                return str(self._layout.state(name))
            case "folder":
                return str(self._layout.root / self._part.folder)
            case "keys":
                return str(self._layout.keys)
            case "amqp":
                return given.broker.get(name)
            case "database" if self._part.database:
                file = self._layout.state(name) / f"{self._part.database}.db"
                return given.databases.get(self._part.database, f"sqlite:///{file}")
        return None

    def _url(self, name: str) -> str | None:
        if name in self._given.externals:
            return self._given.externals[name]
        known = {part.name for part in self._system.parts} | {external.name for external in self._system.externals}
        return f"http://127.0.0.1:{self._given.ports[name]}" if name in known else None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SvcforgeError(f'cannot read "{path}": {error}', "run `svcforge generate` again") from None


def _waves(after: Mapping[str, Iterable[str]], first: Iterable[str]) -> dict[str, int]:
    """When each part starts, counted in steps from those in `first`; raises SvcforgeError for a circle."""
    waves = dict.fromkeys(first, 0)
    left = dict(after)
    while left:
        ready = [name for name, others in left.items() if all(other in waves for other in others)]
        if not ready:
            raise SvcforgeError(f'"run.json" lets parts wait for each other: {", ".join(left)}')
        for name in ready:
            waves[name] = 1 + max((waves[other] for other in left.pop(name)), default=0)
    return waves
