"""Traffic as facts: every declared edge with what may pass on it, for how long and how often; what meshes are made of."""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.model.blueprint import Blueprint
from svcforge.model.routes import endpoints_behind, is_parameter, operations_behind, segments_of
from svcforge.plan.gateway import TRIES
from svcforge.plan.kubernetes import namespace
from svcforge.plan.releases import FIRST, release_facts
from svcforge.plan.types import Fact


def traffic_facts(blueprint: Blueprint, parts: list[Fact], gateway: Fact | None) -> Fact:
    """Who calls what, for each part: its operations, its callers and whom it calls.

    Every edge stands twice, with the same words: at its end (`callers`) and at its start (`calls`). Of two edges between
    the same parts to the same operation the more patient policy holds: on the wire they look alike.

    Args:
        parts: the facts of services and BFFs.
        gateway: the gateway's, where svcforge makes one.
    """
    ends = {part["name"]: part for part in parts}
    edges = [*_routes(blueprint, gateway, ends), *(e for part in parts for e in _calls(part, ends))]
    ending, beginning = _by(edges, "to"), _by(edges, "from")
    nodes = [*parts, *([gateway] if gateway else [])]
    releases = release_facts(blueprint, {node["name"] for node in nodes})
    return {
        "namespace": namespace(blueprint.system),
        "auth": next((part["auth"] for part in parts if part["auth"]), None),
        "parts": [_node(node, releases.get(node["name"], []), ending, beginning) for node in nodes],
        "edges": edges,
    }


def _by(edges: list[Fact], end: str) -> dict[str, list[Fact]]:
    """Edges by the part at one of their ends, in the order in which it is met."""
    found: dict[str, list[Fact]] = {}
    for edge in edges:
        found.setdefault(edge[end], []).append(edge)
    return found


def _node(node: Fact, releases: list[Fact], ending: dict[str, list[Fact]], beginning: dict[str, list[Fact]]) -> Fact:
    name = node["name"]
    return {
        "name": name,
        "kind": "gateway" if "upstreams" in node else "bff" if node["role"] == "bff" else "service",
        "release": releases[0]["name"] if releases else FIRST,
        "releases": releases,
        "callers": _grouped(ending.get(name, []), "from"),
        "calls": _grouped(beginning.get(name, []), "to"),
        "externals": [d["name"] for d in node.get("dependencies", ()) if d["external"]],
        "breaker": next((e["breaker"] for e in ending.get(name, ()) if e["breaker"]), None),
    }


def _grouped(edges: list[Fact], end: str) -> list[Fact]:
    """Edges by the part at one of their ends, in the order in which it is met."""
    return [{"name": name, "edges": those} for name, those in _by(edges, end).items()]


def _calls(part: Fact, ends: dict[str, Fact]) -> Iterator[Fact]:
    for dependency in part["dependencies"]:
        if dependency["external"] or dependency["name"] not in ends or dependency["name"] == part["name"]:
            continue
        found: dict[str, Fact] = {}
        for operation in dependency["operations"]:
            policy, name = operation["policy"], operation["name"]
            known = found.get(name)
            found[name] = _edge(
                part["name"], dependency["name"], name, operation["verb"], operation["path"],
                token=operation["auth"], timeout=max(policy["timeout_ms"], known["timeout_ms"] if known else 0),
                retries=max(policy["retries"], known["retries"] if known else 0), breaker=policy["breaker"],
            )  # fmt: skip
        yield from found.values()


def _routes(blueprint: Blueprint, gateway: Fact | None, ends: dict[str, Fact]) -> Iterator[Fact]:
    """What the gateway lets through: each operation and endpoint behind its routes."""
    said = {(route.method, route.prefix): route for route in blueprint.gateway.routes} if blueprint.gateway else {}
    for route in gateway["routes"] if gateway else ():
        known = said[route["method"], route["prefix"]]
        reached = {o.name for o in operations_behind(blueprint, known)}
        asked = {(e.http.method, e.http.path) for e in endpoints_behind(blueprint, known)}
        target = ends.get(route["upstream"])
        for offer in (*target["operations"], *target["endpoints"]) if target else ():
            http = offer["http"]
            if http and (offer["name"] in reached if "verb" in offer else (http["method"], http["template"]) in asked):
                kind = offer["access"]["kind"]
                repeatable = http["method"] in ("GET", "HEAD", "OPTIONS")
                yield _edge(
                    gateway["name"] if gateway else "", route["upstream"], offer["name"], http["method"], http["path"],
                    token="user" if kind in ("token", "scopes") and gateway and gateway["jwt"] else "none",
                    timeout=route["timeout_ms"], retries=TRIES if repeatable else 0, breaker=None,
                )  # fmt: skip


def _edge(
    source: str, target: str, operation: str, method: str, path: str, *,
    token: str, timeout: int, retries: int, breaker: Fact | None,
) -> Fact:  # fmt: skip
    segments = segments_of(path)
    return {
        "from": source,
        "to": target,
        "operation": operation,
        "method": method,
        "path": path,
        "segments": [{"text": s, "any": is_parameter(s)} for s in segments],
        "exact": not any(is_parameter(s) for s in segments),
        "token": token,
        "timeout_ms": timeout,
        "retries": retries,
        "breaker": breaker,
    }
