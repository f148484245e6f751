"""The plan: which units are made, by which packs, from which facts; and what stands in the way."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Service
from svcforge.packs.card import Card, Kind
from svcforge.packs.pack import Pack
from svcforge.packs.unit import File, Part, Unit
from svcforge.plan.abilities import BROKERS
from svcforge.plan.broker import broker_facts
from svcforge.plan.gateway import gateway_facts
from svcforge.plan.identifiers import identified
from svcforge.plan.lossy import lossy
from svcforge.plan.missing import missing
from svcforge.plan.naming import snake
from svcforge.plan.parts import bffs, services
from svcforge.plan.ports import admin, ports
from svcforge.plan.releases import ABILITY as RELEASES
from svcforge.plan.releases import unreleased
from svcforge.plan.run import run_facts, run_text
from svcforge.plan.sections import Planned, sections
from svcforge.plan.service import bff_facts, service_facts
from svcforge.plan.sidecars import ABILITY as SIDECARS
from svcforge.plan.sidecars import unshipped
from svcforge.plan.system import system_fact
from svcforge.plan.telemetry import SIGNALS
from svcforge.plan.types import Fact
from svcforge.plan.whole import external_facts, whole_facts
from svcforge.plan.words import said, worded
from svcforge.source.finding import Finding

CONTEXT = 1
"""The version of the facts."""

ROOT = "root"
"""The platform pack that every system gets: its README, its CI, its stand-ins."""

PLACES = ("metrics", "tracing", "logs", "gateway", "mesh")
"""The places of `platform` with a pack for the system as a whole; what a mesh brings changes what those before it bring."""

Packs = Mapping[tuple[Kind, str], Pack]
Shipped = Mapping[str, Sequence[Fact]]
"""By service: the models that its migrations were made from."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be made, parts first and the root last, and the findings of planning it."""

    units: tuple[Unit, ...]
    findings: tuple[Finding, ...]


def plan(blueprint: Blueprint, packs: Packs, shipped: Shipped = MappingProxyType({})) -> Plan:
    """The units of a blueprint.

    Args:
        packs: every pack there is, by kind and name.
        shipped: the models of the migrations that exist already, by service.

    Raises SvcforgeError when a pack asks for facts that are not there.
    """
    cards = {kind: {n: p.card for (k, n), p in packs.items() if k == kind} for kind in ("stack", "platform")}
    findings = missing(blueprint, cards["stack"], cards["platform"])
    draft = _Draft(blueprint, packs, shipped)
    units = draft.units()
    return Plan(units, (*findings, *draft.unfit))


def planned(blueprint: Blueprint) -> tuple[str, ...]:
    """The names of everything that has facts of its own."""
    gateway, broker = blueprint.gateway, blueprint.platform.broker
    names = [*(service.name for service in services(blueprint)), *(bff.name for bff in bffs(blueprint))]
    names += [gateway.name] if gateway and gateway.has is None else []
    return (*names, broker) if broker else tuple(names)


def facts_of(blueprint: Blueprint, name: str, packs: Packs = MappingProxyType({})) -> Fact | None:
    """The facts of a service, a BFF, the gateway or the broker; None for anything else.

    They are what the templates of its pack see, names that the pack's language has taken renamed; where `packs` have
    no pack for it, what those of any would.
    """
    if name not in planned(blueprint):
        return None
    for unit in _Draft(blueprint, packs, {}).units() if packs else ():
        if unit.name == name:
            return dict(unit.parts[0].facts)
    numbers = port_numbers(blueprint)
    if service := blueprint.services.get(name):
        return facts(blueprint, service=service_facts(blueprint, service))
    if bff := blueprint.bffs.get(name):
        return facts(blueprint, service=bff_facts(blueprint, bff))
    if blueprint.gateway and blueprint.gateway.name == name:
        return facts(blueprint, gateway=gateway_facts(blueprint, blueprint.gateway, numbers))
    parts = [service_facts(blueprint, service) for service in services(blueprint)]
    return facts(blueprint, broker=broker_facts(blueprint.system, name, numbers[name], parts))


def facts(blueprint: Blueprint, **own: Fact) -> Fact:
    """The facts of a unit, with what every unit may depend on."""
    return {"context": CONTEXT, "system": system_fact(blueprint), **own}


def port_numbers(blueprint: Blueprint) -> Mapping[str, int]:
    """The ports of everything that `up` may start."""
    names = [s.name for s in services(blueprint)] + [b.name for b in bffs(blueprint)] + [*blueprint.externals]
    if blueprint.gateway:
        names += [blueprint.gateway.name, admin(blueprint.gateway.name)]
    if blueprint.platform.broker:
        names.append(blueprint.platform.broker)
    return ports(blueprint.system, names)


def renamed_words(found: Iterable[Service]) -> dict[str, str]:
    """What services were called before -> what they are called now, as folders, packages and files have it."""
    pairs = [(service.was, service.name) for service in found if service.was]
    return {form(old): form(new) for old, new in pairs for form in (str, snake)}


class _Draft:
    """The units in the making."""

    def __init__(self, blueprint: Blueprint, packs: Packs, shipped: Shipped) -> None:
        self.blueprint, self.packs, self.shipped = blueprint, packs, shipped
        self.unfit: list[Finding] = []
        self.numbers = port_numbers(blueprint)
        self.wire = BROKERS.get(blueprint.platform.broker or "")
        self.shared = system_fact(blueprint)
        self.parts: list[tuple[Card, Fact]] = []
        self.made: list[Unit] = []
        self.names: set[str] = set()
        self.words = renamed_words(services(blueprint))

    def units(self) -> tuple[Unit, ...]:
        """All units, each of a pack that there is."""
        cards = [pack.card for pack in self._platforms()]
        can = {ability for card in cards for ability in card.can}
        known = {name: sidecar for card in cards for name, sidecar in card.sidecars.items()}
        for service in services(self.blueprint):
            if pack := self._stack(service.name):
                shipped = self.shipped.get(service.name, ())
                found = service_facts(self.blueprint, service, shipped)
                self.unfit += lossy(service, found, shipped)
                self.unfit += unreleased(self.blueprint, service, found) if RELEASES in can else ()
                self.unfit += unshipped(self.blueprint, service, known) if SIDECARS in can else ()
                self._part(pack, found)
        for bff in bffs(self.blueprint):
            if pack := self._stack(bff.name):
                self._part(pack, bff_facts(self.blueprint, bff))
        gateway, broker = self._gateway(), self._broker()
        self._whole(gateway, broker)
        return tuple(self.made)

    def _stack(self, name: str) -> Pack | None:
        return self.packs.get(("stack", self.blueprint.stack_of(name) or ""))

    def _unit(self, name: str, pack: Pack, own: Fact, files: tuple[File, ...] = ()) -> None:
        about = {"context": CONTEXT, "system": self.shared, **own}
        folder = pack.card.folder(about)
        # A service may be called like a platform, and then comes first.
        name = folder if name in self.names else name
        self.names.add(name)
        was = self._was(pack, about)
        self.made.append(Unit(name, "" if folder == "." else folder, (Part(pack, about),), files, was, self.words))

    def _was(self, pack: Pack, about: Fact) -> str:
        """The folder of a service before it was renamed."""
        part = about.get("service")
        service = self.blueprint.services.get(part["name"]) if part else None
        if part is None or service is None or not service.was:
            return ""
        before = part | {"name": service.was, "package": snake(service.was)}
        before["folder"] = f"{part['folder'].rpartition('/')[0]}/{service.was}"
        return pack.card.folder(about | {"service": before})

    def _part(self, pack: Pack, service: Fact) -> None:
        found = identified(service, pack.card.taken)
        # What is about the system as a whole is about the wire; only how a part is run is about its code.
        self.parts.append(
            (pack.card, service | {"package": found["package"], "logic": found["logic"], "wire": self.wire})
        )
        words = said(found, pack.card.taken.fields)
        code = worded(found, words, pack.card.taken.fields)
        self._unit(service["name"], pack, {"service": found, "code": code, "renamed": words})

    def _gateway(self) -> tuple[Card, Fact] | None:
        gateway = self.blueprint.gateway
        pack = self.packs.get(("platform", self.blueprint.platform.gateway or ""))
        if gateway is None or gateway.has is not None or pack is None or pack.card.unit != "gateway":
            return None
        found = gateway_facts(self.blueprint, gateway, self.numbers)
        self._unit(gateway.name, pack, {"gateway": found})
        return pack.card, found

    def _entry(self) -> Fact | None:
        """The gateway's facts where something for the system as a whole, such as a cluster's ingress, does its work."""
        asked, pack = self.blueprint.gateway, self.packs.get(("platform", self.blueprint.platform.gateway or ""))
        if asked is None or asked.has is not None or pack is None or pack.card.unit != "system":
            return None
        return gateway_facts(self.blueprint, asked, self.numbers)

    def _broker(self) -> Fact | None:
        name = self.blueprint.platform.broker
        pack = self.packs.get(("platform", name or ""))
        if name is None or pack is None:
            return None
        parts = [part for _, part in self.parts]
        found = broker_facts(self.blueprint.system, name, self.numbers[name], parts)
        self._unit(name, pack, {"broker": found})
        return found

    def _whole(self, gateway: tuple[Card, Fact] | None, broker: Fact | None) -> None:
        """What is made once for the system: each platform, and the root with `run.json`."""
        about = gateway[1] if gateway else None
        externals = external_facts(self.blueprint, [part for _, part in self.parts], self.numbers)
        platforms = self._platforms()
        cards = tuple(pack.card for pack in platforms)
        carrier = self.packs.get(("platform", broker["name"])) if broker else None
        carriers = (carrier.card,) if carrier else ()
        known = Planned(self.blueprint, self.parts, gateway, broker, cards, carriers, self._backends(), self._entry())
        whole = whole_facts(self.blueprint, self.parts, about, known.amqp, externals, cards, self.numbers)
        run = run_facts(self.shared, self.parts, gateway, known.amqp, externals, self.numbers)
        for pack in platforms:
            self._unit(pack.card.pack, pack, {"whole": whole | {"run": run} | sections(known, pack.card)})
        if root := self.packs.get(("platform", ROOT)):
            facts = {"whole": whole | {"run": run} | sections(known, root.card)}
            self._unit(ROOT, root, facts, (File("run.json", run_text(run), kind="owned"),))

    def _backends(self) -> tuple[Card, ...]:
        """The cards of what a collector sends to; there is nothing else of them."""
        found = (self.packs.get(("platform", getattr(self.blueprint.platform, place) or "")) for place in SIGNALS)
        return tuple(pack.card for pack in found if pack and pack.card.unit == "collector")

    def _platforms(self) -> list[Pack]:
        """The packs for the system as a whole: those that `platform` names, then those that stand beside a place."""
        platform = self.blueprint.platform
        said = {"deploy": platform.deploy} | {
            place: (name,)
            for place in PLACES
            if (name := getattr(platform, place)) and (place != "gateway" or self._entry())
        }
        named = dict.fromkeys(name for names in said.values() for name in names)
        places = {*said, *(card.unit for card in self._backends())}
        beside = [n for (kind, n), pack in self.packs.items() if kind == "platform" and places & {*pack.card.beside}]
        found = (self.packs.get(("platform", name)) for name in dict.fromkeys((*named, *beside)))
        return [pack for pack in found if pack and pack.card.unit == "system"]
