"""A mesh of sidecars as facts: who may ask what of whom, for how long and how often, and whom a part reaches at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil

from svcforge.model.blueprint import Blueprint
from svcforge.model.routes import is_parameter, segments_of
from svcforge.plan import neighbours
from svcforge.plan.containers import asks_issuer
from svcforge.plan.dependencies import FALLBACK_TIMEOUT
from svcforge.plan.policies import OBSERVABILITY
from svcforge.plan.types import Fact
from svcforge.plan.workloads import LIVE

SEGMENT = "[^/]+"
"""One segment of a path, whatever it is, as RE2."""

GATEWAY_EJECTS = {"failures": 5, "reset_ms": 5000}
"""When a gateway leaves an instance out; behind a mesh it sees none, so the mesh does it."""


@dataclass(frozen=True, slots=True)
class Mesh:
    """What all parts of a mesh have around them.

    Args:
        tokens: issuer, audience and the URL of the keys, where the mesh can fetch those and so check tokens itself.
        door: what takes what comes from outside: a part, or the ingress itself where `entry` says so.
        guests: whom the door lets in; as whom the ingress itself asks.
        used: the hosts of each part's database and broker.
        traces: whether there is a collector of traces.
        shippers: parts beside which something ships logs to the collector.
    """

    namespace: str
    tokens: Fact | None
    door: str | None
    entry: bool
    guests: list[str]
    used: Mapping[str, list[str]]
    traces: bool
    shippers: frozenset[str]

    def identity(self, account: str) -> str:
        """Whom the mesh knows by the certificate of a service account."""
        return neighbours.identity(self.namespace, account)

    def host(self, name: str) -> str:
        """A Service of the system by its full name."""
        return neighbours.host(name, self.namespace)


def mesh_facts(
    blueprint: Blueprint, traffic: Fact, kubernetes: Fact, parts: list[Fact], *, entry: bool = False
) -> Fact:
    """What a mesh is told of each part, its servers and the world outside.

    Args:
        traffic: every edge with its policy, those from the gateway too.
        kubernetes: the section of that name: what there is besides the parts.
        parts: the facts of services and BFFs.
        entry: whether the cluster's ingress is all that there is of a gateway.
    """
    namespace, auth = traffic["namespace"], traffic["auth"]
    door = next((part["name"] for part in traffic["parts"] if part["kind"] == "gateway"), None)
    metrics = blueprint.platform.metrics is not None
    servers = list(neighbours.servers(kubernetes, parts, namespace, metrics))
    ingress = kubernetes["ingress"]
    mesh = Mesh(
        namespace=namespace,
        tokens=auth if auth and auth["jwks"] else None,
        door=door,
        entry=entry,
        guests=[neighbours.identity(namespace, f"{ingress}-istio")],
        used=neighbours.used(servers),
        traces=blueprint.platform.tracing is not None,
        shippers=frozenset(workload["name"] for workload in kubernetes["workloads"] if workload["ships"]),
    )
    found = _parts(traffic["parts"], parts, kubernetes, mesh)
    at_door = {"name": ingress, "service": door, "secret": f"{ingress}-tls"} if door else None
    return {
        "namespace": namespace,
        "tokens": mesh.tokens,
        "metrics": metrics,
        "traces": mesh.traces,
        "ingress": None if entry else at_door,
        "entry": at_door if entry else None,
        "issuer": neighbours.issuer(mesh.tokens, found),
        "parts": found,
        "servers": servers,
        "externals": neighbours.externals(traffic["parts"]),
        "called": any(part["routes"] for part in found),
        "released": any(part["releases"] for part in found),
        "overlays": [overlay["name"] for overlay in kubernetes["overlays"]],
    }


def _parts(traffic: list[Fact], parts: list[Fact], kubernetes: Fact, mesh: Mesh) -> list[Fact]:
    known = {part["name"]: part for part in parts}
    scaled = {workload["name"] for workload in kubernetes["workloads"] if workload["scale"]}
    inside = (part for part in traffic if not (mesh.entry and part["name"] == mesh.door))
    return [_part(part, known.get(part["name"]), mesh, part["name"] in scaled) for part in inside]


def _part(part: Fact, about: Fact | None, mesh: Mesh, scaled: bool) -> Fact:
    """One part; `about` is null for the gateway, `scaled` false where there is only one replica, and so one release."""
    name = part["name"]
    at_door = name == mesh.door
    rules = _door_rules(mesh) if at_door else [*_rules(part, mesh), *_open_rules(about, mesh)]
    return {
        "name": name,
        "kind": part["kind"],
        "host": mesh.host(name),
        "releases": part["releases"] if scaled else [],
        "rules": rules,
        "demands": any(rule["subjects"] for rule in rules),
        "routes": _routes(part, mesh),
        "timeout": duration(_longest(part)),
        "late": duration(2 * _longest(part)),
        "ejection": _ejection(part, mesh),
        "reached": _reached(part, mesh),
        "outside": [neighbours.outside(name) for name in part["externals"]],
        "asks_issuer": mesh.tokens is not None and (at_door or (about is not None and asks_issuer(about))),
        "repeated": not at_door and any(edge["retries"] for callee in part["calls"] for edge in callee["edges"]),
    }


def duration(milliseconds: int) -> str:
    """`2s`, or `500ms` where it is not a whole number of seconds."""
    return f"{milliseconds}ms" if milliseconds % 1000 else f"{milliseconds // 1000}s"


def _rule(about: str, principals: list[str], subjects: list[str], method: str | None, path: str | None) -> Fact:
    return {"about": about, "principals": principals, "subjects": subjects, "method": method, "path": path}


def _door_rules(mesh: Mesh) -> list[Fact]:
    return [_rule("what comes in from outside", mesh.guests, [], None, None)]


def _rules(part: Fact, mesh: Mesh) -> list[Fact]:
    """What is allowed: one rule an edge, and the gateway's look at whether a part is alive."""
    found = []
    for caller in part["callers"]:
        outside_in = mesh.entry and caller["name"] == mesh.door
        principals = mesh.guests if outside_in else [mesh.identity(caller["name"])]
        for edge in caller["edges"]:
            about = f"{caller['name']}: {edge['operation']}"
            subjects = _subjects(edge["token"], edge["from"], mesh)
            found.append(_rule(about, principals, subjects, edge["method"], _template(edge["path"])))
        if caller["name"] == mesh.door and not mesh.entry:
            found.append(_rule(f"{mesh.door}: is it alive?", principals, [], "GET", LIVE))
    return found


def _open_rules(part: Fact | None, mesh: Mesh) -> list[Fact]:
    """What anybody in the mesh may ask of a part that no gateway stands before, as its network policy has it."""
    offers = (*part["operations"], *part["endpoints"]) if part and mesh.door is None else ()
    found = []
    for offer in offers:
        if http := offer["http"]:
            token = "user" if offer["access"]["kind"] in ("token", "scopes") else "none"
            subjects = _subjects(token, "", mesh)
            found.append(_rule(f"anybody: {offer['name']}", ["*"], subjects, http["method"], _template(http["path"])))
    return found


def _template(path: str) -> str:
    """A path as policies have it: `/v1/orders/{*}`."""
    return "/" + "/".join("{*}" if is_parameter(s) else s for s in segments_of(path))


def _subjects(token: str, caller: str, mesh: Mesh) -> list[str]:
    """Whose token is demanded, as `issuer/subject`; none where none is, or the mesh has no keys to check it with."""
    if mesh.tokens is None or token == "none":
        return []
    subject = f"service:{caller}" if token == "service" else "*"
    return [f"{mesh.tokens['issuer']}/{subject}"]


def _routes(part: Fact, mesh: Mesh) -> list[Fact]:
    """A route for each edge, the more specific path first: the first that matches is taken.

    What comes from the gateway is never repeated here: the gateway does that itself, wherever it runs. What comes from
    the ingress itself takes the ingress's own routes, and none of these.
    """
    callers = [caller for caller in part["callers"] if not (mesh.entry and caller["name"] == mesh.door)]
    edges = sorted(
        (edge for caller in callers for edge in caller["edges"]),
        key=lambda edge: ([s["any"] for s in edge["segments"]], -len(edge["segments"])),
    )
    return [
        {
            "name": f"{edge['from']}.{edge['operation']}",
            "caller": edge["from"],
            "method": edge["method"],
            "path": edge["path"] if edge["exact"] else None,
            "pattern": None if edge["exact"] else _pattern(edge["segments"]),
            "timeout": duration(edge["timeout_ms"]),
            "retries": 0 if edge["from"] == mesh.door else edge["retries"],
        }
        for edge in edges
    ]


def _pattern(segments: Iterable[Fact]) -> str:
    return "".join(f"/{SEGMENT if s['any'] else re.escape(s['text'])}" for s in segments)


def _longest(part: Fact) -> int:
    """How many milliseconds a request may take that is none of an edge: as many as the most patient edge gives."""
    times = [edge["timeout_ms"] for caller in part["callers"] for edge in caller["edges"]]
    return max(times, default=FALLBACK_TIMEOUT)


def _ejection(part: Fact, mesh: Mesh) -> Fact | None:
    """When an instance is left out: where a caller's breaker would open, counted in failures in a row."""
    breaker = part["breaker"]
    if breaker:
        found = {"failures": ceil(breaker["failures"] * breaker["window"]), "reset_ms": breaker["reset_ms"]}
    elif any(caller["name"] == mesh.door for caller in part["callers"]):
        found = GATEWAY_EJECTS
    else:
        return None
    return {"failures": found["failures"], "reset": duration(found["reset_ms"])}


def _reached(part: Fact, mesh: Mesh) -> list[str]:
    """The hosts that a part's sidecar knows: whom it calls, its servers, the collector of traces and logs."""
    collects = mesh.traces or part["name"] in mesh.shippers
    called = [mesh.host(callee["name"]) for callee in part["calls"]]
    collector = [f"{OBSERVABILITY}/{neighbours.host('otel-collector', OBSERVABILITY)}"] if collects else []
    return [*(f"./{found}" for found in (*called, *mesh.used.get(part["name"], ()))), *collector]
