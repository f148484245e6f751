"""What a part is asked on the wire: each operation once, for meshes whose routes do not tell who asks."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from svcforge.load.words import DEPLOYS
from svcforge.model.routes import is_parameter, segments_of
from svcforge.plan.mesh import SEGMENT, duration
from svcforge.plan.naming import free
from svcforge.plan.types import Fact
from svcforge.plan.workloads import LIVE

ANYBODY = "*"
"""Whoever has an identity of the mesh."""


def wire_facts(traffic: Fact, mesh: Fact, parts: list[Fact], deploy: Iterable[str]) -> Fact:
    """Every part with its operations, who asks for each, and how patient a route may be with it.

    Of what services ask alike the more patient policy holds: on the wire their requests look the same. Those of the
    gateway can be told from them, as it says for whom it asks; it repeats by itself, so nobody repeats for it.

    Args:
        traffic: the section of that name: every edge with its policy.
        mesh: the section of that name: which releases there are, and when an instance is left out.
        parts: the facts of services and BFFs.
        deploy: where the system runs.
    """
    door = next((part["name"] for part in traffic["parts"] if part["kind"] == "gateway"), None)
    known = {part["name"]: part for part in parts}
    within = {part["name"]: {key: part[key] for key in ("releases", "ejection")} for part in mesh["parts"]}
    return {
        "door": door,
        "parts": [_part(part, known.get(part["name"]), door) | within[part["name"]] for part in traffic["parts"]],
        "on": {name: name in {*deploy} for name in DEPLOYS},
    }


def _part(part: Fact, about: Fact | None, door: str | None) -> Fact:
    """One part; `about` is null for the gateway."""
    edges: dict[str, list[Fact]] = {}
    for caller in part["callers"]:
        for edge in caller["edges"]:
            edges.setdefault(edge["operation"], []).append(edge)
    taken: set[str] = set()
    found = [
        _operation(name, those[0]["method"], those[0]["path"], those, door, taken) for name, those in edges.items()
    ]
    for name, http in _offered(about) if about and door is None else ():
        same = next((one for one in found if one["name"] == name), None)
        if same is None:
            same = _operation(name, http["method"], http["path"], [], door, taken)
            found.append(same)
        same["callers"].append(ANYBODY)
    found.sort(key=lambda one: _order(one["template"]))
    names = [caller["name"] for caller in part["callers"]]
    callers = [*names, *([ANYBODY] if any(ANYBODY in one["callers"] for one in found) else [])]
    return {
        "name": part["name"],
        "callers": names,
        "calls": [callee["name"] for callee in part["calls"]],
        "live": LIVE if door in names else None,
        "operations": found,
        "sources": [{"name": name, "operations": [one for one in found if name in one["callers"]]} for name in callers],
    }


def _offered(part: Fact) -> Iterator[tuple[str, Fact]]:
    for offer in (*part["operations"], *part["endpoints"]):
        if offer["http"]:
            yield offer["name"], offer["http"]


def _operation(name: str, method: str, path: str, edges: list[Fact], door: str | None, taken: set[str]) -> Fact:
    slug = free(re.sub("[^a-z0-9]+", "-", name.lower()).strip("-"), taken)
    taken.add(slug)
    exact = not any(is_parameter(segment) for segment in segments_of(path))
    own = [edge for edge in edges if edge["from"] == door]
    others = [edge for edge in edges if edge["from"] != door]
    return {
        "name": name,
        "slug": slug,
        "method": method,
        "template": path,
        "path": path if exact else None,
        "pattern": None if exact else _pattern(segments_of(path)),
        "callers": [edge["from"] for edge in edges],
        "asks": [*([_ask(own, at_door=True)] if own else []), *([_ask(others, at_door=False)] if others else [])],
    }


def _ask(edges: list[Fact], *, at_door: bool) -> Fact:
    """How long those who ask alike wait, and how often the mesh may ask again for them."""
    return {
        "door": at_door,
        "timeout": duration(max(edge["timeout_ms"] for edge in edges)),
        "retries": 0 if at_door else max(edge["retries"] for edge in edges),
    }


def _order(path: str) -> tuple[list[bool], int]:
    """The more specific path first, as the first that matches is taken."""
    segments = segments_of(path)
    return [is_parameter(segment) for segment in segments], -len(segments)


def _pattern(segments: Iterable[str]) -> str:
    return "".join(f"/{SEGMENT if is_parameter(segment) else re.escape(segment)}" for segment in segments)
