"""Topologies: what an independent script computed of them, and what published studies expect of the systems."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from tests.accuracy.judging import SYSTEMS, Judged, judge

from svcforge.metrics.measured import Measured, measured

TOPOLOGIES = ("online-boutique", "robot-shop", "ftgo", "spring-petclinic", "deathstarbench-social")


@dataclass(frozen=True)
class Checked:
    """One thing that is known of a system: what it should be, and what svcforge says; both as sorted lists or figures."""

    system: str
    what: str
    wanted: Any
    found: Any

    @property
    def agrees(self) -> bool:
        """Whether the two are equal."""
        return bool(self.wanted == self.found)

    @property
    def key(self) -> str:
        """What an argument calls it."""
        return f"{self.system}: {self.what}"


def recorded() -> Iterator[Checked]:
    """Cycles, shared databases and servers, chains and figures of every topology; gateways are components there."""
    for name in TOPOLOGIES:
        wanted = json.loads((SYSTEMS / name / "metrics.json").read_text(encoding="utf-8"))
        system = judge(f"{name}/topology.json")
        for what, (theirs, found) in FINDINGS.items():
            yield Checked(name, what, sorted(map(sorted, theirs(wanted))), found(system))
        figures = measured(system.blueprint, entries=True)
        for what, count in FIGURES.items():
            yield Checked(name, what, _plain(wanted[what]), count(figures, wanted[what]))


def _services(system: Judged, code: str) -> list[list[str]]:
    """The services that each finding of a rule names."""
    known = system.blueprint.services
    words = (f.message.replace(",", " ").replace('"', " ").split() for f in system.of(code))
    return sorted(sorted(known.keys() & set(found)) for found in words)


FINDINGS: dict[str, tuple[Callable[[Any], Any], Callable[[Judged], Any]]] = {
    "synchronous cycles": (lambda m: m["sync_scc"], lambda s: _services(s, "SF101")),
    "cycles with events": (lambda m: m["all_scc"], lambda s: sorted(_services(s, "SF101") + _services(s, "SF102"))),
    "shared databases": (lambda m: [d["services"] for d in m["shared_database"]], lambda s: _services(s, "SF201")),
    "shared servers": (lambda m: [d["services"] for d in m["shared_server_only"]], lambda s: _services(s, "SF202")),
}
"""What findings say, as groups of services: the record's, ours."""


def _of_each(word: str, digits: int | None = None) -> Callable[[Measured, Any], Any]:
    """A figure of the components that the record names, which are the highest ones."""

    def found(figures: Measured, wanted: Any) -> Any:
        named = dict(wanted)
        values = {c.name: getattr(c, word) for c in figures.components if c.name in named}
        return {name: round(value, digits) if digits else value for name, value in values.items()}

    return found


FIGURES: dict[str, Callable[[Measured, Any], Any]] = {
    "components": lambda f, _: f.system.components,
    "sync_edges": lambda f, _: f.system.calls,
    "SCF": lambda f, _: round(f.system.scf or 0, 4),
    "SIY": lambda f, _: f.system.siy,
    "ADCS": lambda f, _: round(f.system.adcs or 0, 3),
    "maxAIS": _of_each("ais"),
    "maxADS": _of_each("ads"),
    "ACS": _of_each("acs"),
    "instability": _of_each("instability", 3),
    "longest_sync_chain_hops": lambda f, _: len(f.system.longest_chain) - 1,
}
"""Figures by their names in the record."""


def _plain(value: Any) -> Any:
    return dict(value) if isinstance(value, list | dict) else value


def expected() -> Iterator[Checked]:
    """What the list of expected findings says must and must not be reported, each on the source that can show it."""
    listed = json.loads((SYSTEMS / "expected_findings.json").read_text(encoding="utf-8"))
    for system, entries in listed.items():
        for entry in entries:
            yield from _entry(system, entry)


def _entry(system: str, entry: dict[str, Any]) -> Iterator[Checked]:
    must, rule = entry["expect"], entry["rule"]
    if rule not in LOOK:
        return  # "see oracle file": drawings.py
    look, sources = LOOK[rule]
    for source in sources.get((system, must), sources.get(system, ())):
        judged = judge(*source)
        for code in rule.split("|"):
            what = f"{code} {'reported' if must else 'silent'} in {', '.join(source)}"
            objects = sorted(filter(None, entry["objects"]))
            found = (
                look(judged, code, objects)
                if must
                else sorted(f.message for f in judged.of(code.partition("@")[0]) if _counts(judged, code, f))
            )
            yield Checked(system, what, objects if must else [], found)


def _counts(judged: Judged, code: str, finding: Any) -> bool:
    """With @entry only what stands at an entry counts."""
    if not code.endswith("@entry"):
        return True
    entries = {n for n, s in judged.blueprint.services.items() if s.exposed}
    # A broken link is the entry's when nothing protects it; the experts look for one breaker at the entry.
    calls = [c for n in entries for c in judged.blueprint.services[n].calls]
    unprotected = [c for c in calls if c.path == finding.path]
    return bool(unprotected) and len(unprotected) == len(calls)


def _there(judged: Judged, code: str, objects: list[str]) -> list[str]:
    """The objects that a rule's findings name; an object that stands for all is there when there is any finding."""
    findings = judged.of(code)
    told = " ".join([*(f.message for f in findings), *judged.services(code)])
    words = {word.strip('",') for word in told.split()}
    named = {theirs for theirs, ours in judged.names.items() if ours in words}
    return [o for o in objects if findings and (o.startswith("all ") or _parts(o) <= words or o in named)]


def _parts(listed: str) -> set[str]:
    """The services of an object like `mysql: ratings(ratings), shipping(cities)`; none of `mysql: 6 services`."""
    names = re.sub(r"\(.*?\)|\d+ services", "", listed.partition(":")[2] or listed)
    return {name.strip() for name in names.split(",") if name.strip()}


def _holders(judged: Judged, code: str, objects: list[str]) -> list[str]:
    """The services where a rule finds something."""
    return sorted(judged.services(code))


def _links(judged: Judged, code: str, objects: list[str]) -> list[str]:
    """The links that both rules find, but for those out of routers, which microFreshener does not judge."""
    names = {ours: theirs for theirs, ours in judged.names.items()}
    routers = {n for n, s in judged.blueprint.services.items() if s.role == "gateway"}
    both = {(a, b) for a, b in judged.links("SF301") & judged.links("SF302") if a not in routers}
    if objects and "->" not in objects[0]:
        return sorted({names.get(a, a) for a, _ in both})
    return sorted(f"{names.get(a, a)} -> {names.get(b, b)}" for a, b in both)


def _topology(*systems: str) -> dict[Any, tuple[tuple[str, ...], ...]]:
    return {system: ((f"{system}/topology.json",),) for system in systems}


DAMP = "SF201|SF109|SF501|SF503|SF701|SF703|SF801|SF802"
PETCLINIC = "microsecend/spring-petclinic_spring-petclinic-microservices.json"
FTGO = ("ftgo/docker-compose.yml", "ftgo/topology.json")
LOOK: dict[str, tuple[Callable[[Judged, str, list[str]], Any], dict[Any, tuple[tuple[str, ...], ...]]]] = {
    "SF101": (_there, _topology(*TOPOLOGIES)),
    "SF201": (_there, {**_topology(*TOPOLOGIES), "ftgo": (FTGO, (FTGO[0],))}),
    "SF202": (_there, _topology("robot-shop", "ftgo")),
    "SF301+SF302": (
        _links,
        {
            "online-boutique": (("online-boutique/microtosca.microTOM.yml",),),
            "robot-shop": (("robot-shop/microtosca.microTOM.yml",),),
            "ftgo(microTOSCA model)": (("ftgo/microtosca.microFreshener.yml",),),
        },
    ),
    "SF604": (
        _there,
        {
            ("online-boutique", True): (("online-boutique/kubernetes-manifests",),),
            ("online-boutique", False): (("online-boutique/kubernetes-manifests", "tests/accuracy/strict.yaml"),),
            "spring-petclinic": ((PETCLINIC,),),
        },
    ),
    "SF701": (_there, {"online-boutique": (("online-boutique/kubernetes-manifests",),), "ftgo": (FTGO,)}),
    "SF205": (_there, {"ftgo": (FTGO,)}),
    "SF109": (_holders, {"ftgo": ((FTGO[0],),)}),
    "SF406": (_there, {"ftgo": (FTGO,)}),
    "SF402": (_there, {"ftgo": (FTGO, (FTGO[1],))}),
    "SF501": (
        _there,
        {
            "ftgo": (FTGO, (FTGO[0],)),
            "ftgo(microTOSCA model)": (("ftgo/microtosca.microFreshener.yml",),),
            "spring-petclinic": ((PETCLINIC,), ("spring-petclinic/docker-compose.yml",)),
        },
    ),
    "SF302@entry": (_there, {"spring-petclinic": ((PETCLINIC,),)}),
    "SF601": (_there, {"spring-petclinic": ((PETCLINIC,), ("spring-petclinic/docker-compose.yml",))}),
    "SF602": (_there, {"spring-petclinic": ((PETCLINIC,), ("spring-petclinic/docker-compose.yml",))}),
    "SF603": (_there, {"spring-petclinic": ((PETCLINIC,),)}),
    DAMP: (
        _there,
        {"spring-petclinic": (("spring-petclinic/topology.json",), ("spring-petclinic/docker-compose.yml",))},
    ),
}
"""Rule -> how to look for what it should report, and the sources of each system that can show it."""
