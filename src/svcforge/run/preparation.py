"""All that comes before the first process starts: ports, keys, passwords, environments, databases, filled files."""

from __future__ import annotations

import asyncio
import os
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

from svcforge.run import assembly, environments, keys, ports, servers
from svcforge.run.assembly import Given, Selection, Unit
from svcforge.run.children import Children
from svcforge.run.environments import Environment
from svcforge.run.layout import Layout, write_private
from svcforge.run.manifest import Part, System
from svcforge.run.passwords import passwords
from svcforge.run.reservations import Reserve

ALWAYS_INHERITED = ("OTEL_*", "LOG_LEVEL")
"""What parts see of the user's environment besides what every child does."""


def inherited(system: System) -> tuple[str, ...]:
    """The variables that parts may see: telemetry, those about externals, such as their tokens, and settings."""
    externals = (f"{one.env.removesuffix('_URL')}_*" for one in system.externals)
    settings = (name for part in system.parts for name in part.settings)
    return (*ALWAYS_INHERITED, *externals, *settings)


def environment_lines(unit: Unit) -> str:
    """What a shell must be told to run this part as `up` would."""
    exports = [f"export {name}={shlex.quote(value)}" for name, value in unit.env.items() if name != "PATH"]
    if "PATH" in unit.env:
        added = unit.env["PATH"].removesuffix(os.pathsep + os.environ.get("PATH", os.defpath))
        exports.append(f'export PATH={shlex.quote(added)}:"$PATH"')
    start = f"# then: cd {shlex.quote(str(unit.folder))} && {shlex.join(unit.command)}"
    return "\n".join([f"# the environment of {unit.name}", *exports, start]) + "\n"


@dataclass
class Preparation:
    """Makes everything ready; `environ` is the user's environment, `say` tells the user what goes on."""

    system: System
    layout: Layout
    selection: Selection
    environ: Mapping[str, str]
    children: Children
    reserve: Reserve
    say: Callable[[str], None]

    async def units(self) -> tuple[Unit, ...]:
        """The processes to start, all they need being there; raises SvcforgeError when something cannot be had."""
        making_keys = asyncio.create_task(asyncio.to_thread(keys.make, self.layout.keys))
        found = await self._environments()
        broker, databases = await asyncio.gather(self._broker(found), self._databases(found))
        given = Given(
            ports=self._ports,
            broker=broker,
            databases=databases,
            externals=self._externals,
            paths={part.name: environments.search_path(found[part.name]) for part in self._parts},
        )
        await making_keys
        first = self._infrastructure()
        names = [unit.name for unit in first]
        parts = assembly.part_units(self.system, self._parts, self.selection, self.layout, given, names)
        for unit in (*first, *parts):
            self._lay_out(unit)
        return (*first, *parts)

    @cached_property
    def _parts(self) -> tuple[Part, ...]:
        return assembly.selected(self.system, self.selection)

    @cached_property
    def _externals(self) -> dict[str, str]:
        """The addresses that the environment gives."""
        return {one.name: self.environ[one.env] for one in self.system.externals if self.environ.get(one.env)}

    @cached_property
    def _ports(self) -> dict[str, int]:
        system, kept = self.system, self.layout.ports
        preferred = {part.name: part.port for part in system.parts}
        preferred |= {assembly.admin_of(part): part.admin for part in system.parts if part.admin}
        preferred |= {external.name: external.port for external in system.externals}
        if system.broker:
            preferred[system.broker.name] = system.broker.port
        chosen = ports.choose(preferred, ports.remembered(kept), self._take)
        ports.remember(kept, chosen)
        return {name: port for name, (_, port) in chosen.items()}

    def _take(self, name: str, port: int) -> bool:
        # What the user starts may be listening already.
        return self.reserve(port, lambda port: name in self.selection.yours or ports.is_free(port))

    @property
    def _needs_broker(self) -> bool:
        return self.system.broker is not None and assembly.uses_broker(self._parts, self.layout.root)

    async def _environments(self) -> dict[str, tuple[Environment, ...]]:
        """The environments of each part, and under the name of its variable that of each real server's driver."""
        store, root = self.layout.environments, self.layout.root
        found = {part.name: environments.of_part(part, root / part.folder, store) for part in self._parts}
        for variable, driver in servers.DRIVERS.items():
            if self.environ.get(variable):
                found[variable] = (environments.tools(driver, store),)
        wanted = [one for each in found.values() for one in each]
        await environments.install(wanted, self.children, os.cpu_count() or 1, self.say)
        others = (environments.of_part(part, root / part.folder, store) for part in self.system.parts)
        drivers = (environments.tools(driver, store) for driver in servers.DRIVERS.values())
        environments.forget_others(store, [*drivers, *(one for each in others for one in each)])
        return found

    async def _broker(self, found: Mapping[str, tuple[Environment, ...]]) -> dict[str, str]:
        """The broker's address for each part; none when no part speaks to it."""
        broker = self.system.broker
        if broker is None or not self._needs_broker:
            return {}
        definitions = self.layout.root / broker.folder / broker.definitions
        if url := self.environ.get(servers.AMQP_URL):
            self.say(f"{broker.name}: the one that {servers.AMQP_URL} names")
            await servers.declare(url, definitions, found[servers.AMQP_URL][0])
            return {part.name: url for part in self._parts}
        host, port = assembly.virtual_host(definitions), self._ports[broker.name]
        users = passwords(self.layout.users, (part.name for part in self.system.parts))
        return {name: assembly.amqp_url(name, secret, port, host) for name, secret in users.items()}

    async def _databases(self, found: Mapping[str, tuple[Environment, ...]]) -> dict[str, str]:
        """The address of each database on a real server; none when they are files."""
        url = self.environ.get(servers.POSTGRES_URL)
        roles = {
            part.database: servers.role(self.system.system, part.database) for part in self._parts if part.database
        }
        if not url or not roles:
            return {}
        self.say(f"databases: on the server that {servers.POSTGRES_URL} names")
        secrets = passwords(self.layout.roles, roles.values())
        await servers.make_databases(url, secrets, found[servers.POSTGRES_URL][0])
        return {database: servers.database_url(url, role, secrets[role]) for database, role in roles.items()}

    def _infrastructure(self) -> tuple[Unit, ...]:
        """Broker and stand-ins, where they are ours to run."""
        broker = self.system.broker
        played = assembly.stand_ins(self.system, self._parts, self.layout.root, self._externals)
        units = [assembly.stand_in_unit(one, self.layout, self._ports[one.name]) for one in played]
        if broker and self._needs_broker and not self.environ.get(servers.AMQP_URL):
            units.insert(0, assembly.broker_unit(broker, self.layout, self._ports[broker.name]))
        return tuple(units)

    def _lay_out(self, unit: Unit) -> None:
        self.layout.state(unit.name).mkdir(parents=True, exist_ok=True)
        for path, text in unit.files.items():
            write_private(path, text)
        if unit.yours:
            write_private(self.layout.environment(unit.name), environment_lines(unit))
