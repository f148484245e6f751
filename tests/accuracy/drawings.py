"""microFreshener: smells that its algorithms find in microTOSCA drawings, link by link."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from tests.accuracy.judging import SYSTEMS, Judged, judge

PAIRS = {
    "microtosca-demos/helloworld.microtosca.yml": "microtosca-demos/helloworld.oracle.microfreshener.json",
    "microtosca-demos/microtosca.yml": "microtosca-demos/oracle.microfreshener.json",
    "ftgo/microtosca.microFreshener.yml": "ftgo/oracle.microfreshener.microFreshener.json",
    "online-boutique/microtosca.microTOM.yml": "online-boutique/oracle.microfreshener.microTOM.json",
    "online-boutique/microtosca.microMiner.yml": "online-boutique/oracle.microfreshener.microMiner.json",
    "robot-shop/microtosca.microTOM.yml": "robot-shop/oracle.microfreshener.microTOM.json",
    "robot-shop/microtosca.microMiner.yml": "robot-shop/oracle.microfreshener.microMiner.json",
}
"""Drawing -> what microFreshener says of it."""

Thing = tuple[str, ...]
"""What a smell is in: a link (source, target), or one part."""


@dataclass(frozen=True)
class Difference:
    """A link or part that only one of the two finds, and why, if the comparison knows."""

    drawing: str
    smell: str
    thing: Thing
    ours: bool
    why: str | None


@dataclass(frozen=True)
class Compared:
    """A smell in a drawing: how much both find, and what only one of them does."""

    drawing: str
    smell: str
    rule: str
    both: int
    differences: tuple[Difference, ...]


class Drawing:
    """A drawing as it is drawn, read without svcforge."""

    def __init__(self, file: Path) -> None:
        template = yaml.safe_load(file.read_text(encoding="utf-8"))["topology_template"]
        self.types = {n: t["type"].rpartition(".")[2].lower() for n, t in template["node_templates"].items()}
        self.edge = {
            member
            for group in template.get("groups", {}).values()
            if group["type"].endswith(".Edge")
            for member in group["members"]
        }
        self.leads: dict[str, list[str]] = {}
        for name, node in template["node_templates"].items():
            for requirement in node.get("requirements") or ():
                if target := _target(requirement):
                    self.leads.setdefault(name, []).append(target)

    def kind(self, name: str) -> str:
        """The type of a node, with one word for a store."""
        return {"datastore": "store", "messagebroker": "broker", "messagerouter": "router"}.get(
            self.types[name], "service"
        )

    def end(self, name: str) -> str:
        """What stands behind routers."""
        while self.kind(name) == "router" and len(self.leads.get(name, ())) == 1:
            name = self.leads[name][0]
        return name


def _target(requirement: dict[str, Any]) -> str | None:
    found = requirement.get("interaction")
    return found["node"] if isinstance(found, dict) else found


def compared() -> Iterator[Compared]:
    """Every smell that both know, in every drawing."""
    for drawing, oracle in PAIRS.items():
        smells = json.loads((SYSTEMS / oracle).read_text(encoding="utf-8"))["smells"]
        system, drawn = judge(drawing), Drawing(SYSTEMS / drawing)
        for smell, (rule, theirs, ours) in SMELLS.items():
            both = _compare(drawing, smell, rule, theirs(smells, drawn), ours(system), drawn, system)
            if both.both or both.differences:
                yield both


def _compare(
    drawing: str, smell: str, rule: str, theirs: set[Thing], ours: set[Thing], drawn: Drawing, system: Judged
) -> Compared:
    named = {tuple(system.names.get(part, part) for part in thing): thing for thing in theirs}
    differences = [
        Difference(drawing, smell, thing, False, _why_theirs(smell, key, thing, drawn, system))
        for key, thing in named.items()
        if key not in ours
    ]
    differences += [
        Difference(drawing, smell, key, True, _why_ours(smell, key, drawn, system)) for key in ours if key not in named
    ]
    order = sorted(differences, key=lambda d: (d.ours, d.thing))
    return Compared(drawing, smell, rule, len(ours.intersection(named)), tuple(order))


def _why_theirs(smell: str, key: Thing, thing: Thing, drawn: Drawing, system: Judged) -> str | None:
    """Why microFreshener alone finds something."""
    if smell == "no API gateway":
        past = key[0] in system.services("SF502")
        return "a gateway leads to it, and it is reached past that: SF502 gateway-bypass says so" if past else None
    kind = drawn.kind(drawn.end(thing[-1]))
    if kind in ("store", "broker"):
        return f"a link to a {kind}, whose driver waits in its own way: SF301 and SF302 are about calls"
    return None


def _why_ours(smell: str, key: Thing, drawn: Drawing, system: Judged) -> str | None:
    """Why svcforge alone finds something."""
    theirs = {ours: name for name, ours in system.names.items() if name in drawn.types}
    if smell == "shared persistency":
        fronted = [t for user in key for t in drawn.leads.get(theirs[user], ()) if drawn.kind(t) == "router"]
        through = any(drawn.kind(drawn.end(router)) == "store" for router in fronted)
        return "microFreshener does not look through the Kubernetes Service in front of a store" if through else None
    if drawn.kind(theirs[key[0]]) == "router":
        return "a link out of a message router: microFreshener does not judge those, and a gateway waits too"
    return None


Smells = list[dict[str, Any]]


def _links(kind: str):
    """The links of a smell, through routers to what stands behind."""

    def found(smells: Smells, drawn: Drawing) -> set[Thing]:
        links = [link for smell in smells if smell["smell"] == kind for link in smell["links"]]
        return {(source, drawn.end(target)) for source, target in links}

    return found


def _nodes(kind: str):
    return lambda smells, drawn: {(node,) for smell in smells if smell["smell"] == kind for node in smell["nodes"]}


def _shared(smells: Smells, drawn: Drawing) -> set[Thing]:
    """The users of each shared store."""
    return {
        tuple(sorted({source for source, _ in smell["links"]}))
        for smell in smells
        if smell["smell"] == "Shared-persistency"
    }


def _together(smells: Smells, drawn: Drawing) -> set[Thing]:
    kind = "Multiple-services-in-one-container"
    return {tuple(sorted({source for source, _ in smell["links"]})) for smell in smells if smell["smell"] == kind}


def _groups(code: str):
    """The services that each finding names."""

    def found(system: Judged) -> set[Thing]:
        quoted = [set(f.message.split('"')[1::2]) for f in system.of(code)]
        return {tuple(sorted(words & set(system.blueprint.services))) for words in quoted}

    return found


SMELLS = {
    "wobbly service interaction": (
        "SF301 and SF302",
        _links("Wobbly-service-interaction"),
        lambda system: system.links("SF301") & system.links("SF302"),
    ),
    "endpoint-based interaction": (
        "SF110",
        _links("Endpoint-based-service-interaction"),
        lambda system: system.links("SF110"),
    ),
    "shared persistency": ("SF201", _shared, _groups("SF201")),
    "no API gateway": (
        "SF501",
        _nodes("No-api-gateway"),
        lambda system: {(name,) for name in system.services("SF501")},
    ),
    "several services in one container": ("SF704", _together, _groups("SF704")),
}
"""Their smell -> our rule, what they find, and what we find."""
