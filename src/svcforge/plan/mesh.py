"""A mesh of sidecars as facts: who may ask what of whom, for how long and how often, and whom a part reaches at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from math import ceil

from svcforge.plan.dependencies import FALLBACK_TIMEOUT
from svcforge.plan.kubernetes import BROKERS, POSTGRES
from svcforge.plan.naming import free
from svcforge.plan.types import Fact
from svcforge.plan.workloads import LIVE

DOMAIN = "cluster.local"
"""The cluster's domain, and the trust domain of its identities."""

SEGMENT = "[^/]+"
"""One segment of a path, whatever it is, as RE2."""

GATEWAY_EJECTS = {"failures": 5, "reset_ms": 5000}
"""When a gateway leaves an instance out; behind a mesh it sees none, so the mesh does it."""


def mesh_facts(system: str, traffic: Fact, kubernetes: Fact, parts: list[Fact]) -> Fact:
    """What a mesh is told of each part, its servers and the world outside.

    Args:
        traffic: the section of that name: every edge with its policy.
        kubernetes: the section of that name: what there is besides the parts.
        parts: the facts of services and BFFs.
    """
    namespace, auth = traffic["namespace"], traffic["auth"]
    tokens = auth if auth and auth["jwks"] else None
    door = next((part["name"] for part in traffic["parts"] if part["kind"] == "gateway"), None)
    servers = list(_servers(kubernetes, parts, namespace))
    known = {part["name"]: part for part in parts}
    taken = {*(part["name"] for part in traffic["parts"]), *(server["name"] for server in servers)}
    ingress = free(f"{system}-ingress", taken)
    doors = [identity(namespace, f"{ingress}-istio")]
    return {
        "namespace": namespace,
        "tokens": tokens,
        "ingress": {"name": ingress, "service": door, "secret": f"{ingress}-tls"} if door else None,
        "parts": [
            {
                "name": part["name"],
                "kind": part["kind"],
                "host": host(part["name"], namespace),
                "release": part["release"],
                "releases": part["releases"],
                "rules": _door_rules(doors) if part["name"] == door else _rules(part, namespace, tokens, door),
                "routes": _routes(part, door),
                "timeout": _longest(part),
                "ejection": _ejection(part, door),
                "reached": _reached(part, known.get(part["name"]), servers, namespace),
                "externals": part["externals"],
                "repeated": any(edge["retries"] for callee in part["calls"] for edge in callee["edges"]),
            }
            for part in traffic["parts"]
        ],
        "servers": servers,
        "externals": list(dict.fromkeys(name for part in traffic["parts"] for name in part["externals"])),
    }


def host(name: str, namespace: str) -> str:
    """A Service by its full name."""
    return f"{name}.{namespace}.svc.{DOMAIN}"


def identity(namespace: str, account: str) -> str:
    """Whom the mesh knows by the certificate of a service account."""
    return f"{DOMAIN}/ns/{namespace}/sa/{account}"


def duration(milliseconds: int) -> str:
    """`2s`, or `500ms` where it is not a whole number of seconds."""
    return f"{milliseconds}ms" if milliseconds % 1000 else f"{milliseconds // 1000}s"


def _rule(about: str, principals: list[str], subjects: list[str], method: str | None, path: str | None) -> Fact:
    return {"about": about, "principals": principals, "subjects": subjects, "method": method, "path": path}


def _door_rules(doors: list[str]) -> list[Fact]:
    return [_rule("what comes in from outside", doors, [], None, None)]


def _rules(part: Fact, namespace: str, tokens: Fact | None, door: str | None) -> list[Fact]:
    """What is allowed: one rule an edge, and the gateway's look at whether a part is alive."""
    found = []
    for caller in part["callers"]:
        principals = [identity(namespace, caller["name"])]
        for edge in caller["edges"]:
            path = "/" + "/".join("{*}" if s["any"] else s["text"] for s in edge["segments"])
            about = f"{caller['name']}: {edge['operation']}"
            found.append(_rule(about, principals, _subjects(edge, tokens), edge["method"], path))
        if caller["name"] == door:
            found.append(_rule(f"{door}: is it alive?", principals, [], "GET", LIVE))
    return found


def _subjects(edge: Fact, tokens: Fact | None) -> list[str]:
    """Whose token an edge demands, as `issuer/subject`; none where none is demanded or the mesh has no keys to check it."""
    if tokens is None or edge["token"] == "none":
        return []
    subject = f"service:{edge['from']}" if edge["token"] == "service" else "*"
    return [f"{tokens['issuer']}/{subject}"]


def _routes(part: Fact, door: str | None) -> list[Fact]:
    """A route for each edge, the more specific path first: the first that matches is taken.

    What comes from the gateway is never repeated here: the gateway does that itself, wherever it runs.
    """
    edges = sorted(
        (edge for caller in part["callers"] for edge in caller["edges"]),
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
            "retries": 0 if edge["from"] == door else edge["retries"],
        }
        for edge in edges
    ]


def _pattern(segments: Iterable[Fact]) -> str:
    return "".join(f"/{SEGMENT if s['any'] else re.escape(s['text'])}" for s in segments)


def _longest(part: Fact) -> str:
    """How long a request may take that is none of an edge: as long as the longest."""
    times = [edge["timeout_ms"] for caller in part["callers"] for edge in caller["edges"]]
    return duration(max(times, default=FALLBACK_TIMEOUT))


def _ejection(part: Fact, door: str | None) -> Fact | None:
    """When an instance is left out: where a caller's breaker would open, counted in failures in a row."""
    breaker = part["breaker"]
    if breaker:
        found = {"failures": ceil(breaker["failures"] * breaker["window"]), "reset_ms": breaker["reset_ms"]}
    elif any(caller["name"] == door for caller in part["callers"]):
        found = GATEWAY_EJECTS
    else:
        return None
    return {"failures": found["failures"], "reset": duration(found["reset_ms"])}


def _reached(part: Fact, about: Fact | None, servers: list[Fact], namespace: str) -> list[str]:
    """The hosts that a part's sidecar knows: whom it calls, its servers, the collector of traces."""
    called = [host(callee["name"], namespace) for callee in part["calls"]]
    used = [h for server in servers if part["name"] in server["used_by"] for h in server["hosts"]]
    return [f"./{found}" for found in (*called, *used)]


def _servers(kubernetes: Fact, parts: list[Fact], namespace: str) -> Iterator[Fact]:
    """Databases and the broker: those of development have a sidecar, those that an operator runs have none."""
    dev = next(overlay for overlay in kubernetes["overlays"] if overlay["few"])
    for store in dev["stores"]:
        # The operator's Service for writing is called so.
        hosts = [host(store["name"], namespace), host(f"{store['name']}-rw", namespace)]
        yield _server(store["name"], POSTGRES, [store["of"]], hosts, namespace)
    if broker := dev["broker"]:
        users = [part["name"] for part in parts if part["has"]["broker"]]
        hosts = [host(broker["name"], namespace)]
        yield _server(broker["name"], next(iter(BROKERS.values())), users, hosts, namespace)


def _server(name: str, port: int, users: list[str], hosts: list[str], namespace: str) -> Fact:
    principals = [identity(namespace, user) for user in users]
    return {"name": name, "port": port, "used_by": users, "principals": principals, "hosts": hosts}
