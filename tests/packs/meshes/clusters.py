"""Systems within a mesh as `kubectl kustomize` builds them, and what the blueprint says may pass between their parts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from tests.packs.kubernetes.cluster import Object, built, of_kind
from tests.packs.systems import system
from tests.plan.planned import whole

from svcforge.model.blueprint import Blueprint
from svcforge.packs.shelf import bundled
from svcforge.plan.plan import plan
from svcforge.plan.workloads import LIVE
from svcforge.render.unit import render

MESHES = ("linkerd", "consul")
OVERLAYS = ("dev", "prod")
"""One without releases and with servers of its own, one with releases and operators."""

CRDS = Path(__file__).parents[4] / "shared" / "tools" / "crdcheck.py"

Asked = tuple[str, str, str, str]
"""Who asks, whom, by which method, for which path; a parameter of the path is `{*}`."""


def blueprint(name: str, mesh: str) -> Blueprint:
    """A system in Kubernetes and within a mesh."""
    return system(name, ("kubernetes",), mesh)


@cache
def files(name: str, mesh: str) -> Mapping[str, str]:
    """Everything below `platform`, as components come from anywhere there."""
    units = [u for u in plan(blueprint(name, mesh), bundled().packs).units if u.folder.startswith("platform/")]
    return {f"{unit.folder}/{file.path}": file.data.decode() for unit in units for file in render(unit)}


@cache
def cluster(name: str, mesh: str, overlay: str) -> tuple[Object, ...]:
    """All objects of a system in an environment."""
    return tuple(built(files(name, mesh), f"platform/kubernetes/overlays/{overlay}"))


@cache
def traffic(name: str, mesh: str) -> Any:
    """The facts of every edge."""
    return whole(blueprint(name, mesh))["traffic"]


def door(name: str, mesh: str) -> str | None:
    """The gateway."""
    return next((part["name"] for part in traffic(name, mesh)["parts"] if part["kind"] == "gateway"), None)


def template(edge: Any) -> str:
    """The path of an edge with its parameters as `{*}`."""
    return "/" + "/".join("{*}" if one["any"] else one["text"] for one in edge["segments"])


def plain(pattern: str) -> str:
    """A regular expression over a path as a template of it."""
    return re.sub(r"\\(.)", r"\1", pattern.replace("[^/]+", "{*}"))


def edges(name: str, mesh: str) -> set[Asked]:
    """What the blueprint lets pass."""
    return {(e["from"], e["to"], e["method"], template(e)) for e in traffic(name, mesh)["edges"]}


def open_to_all(name: str, mesh: str) -> set[Asked]:
    """What anybody in the mesh may ask where no gateway stands before what offers an API."""
    if door(name, mesh):
        return set()
    return {
        ("*", part["name"], offer["method"], re.sub(r"\{[^}]*\}", "{*}", offer["path"]))
        for part in whole(blueprint(name, mesh))["parts"]
        for offer in part["offers"]
    }


def watched(name: str, mesh: str) -> set[Asked]:
    """Where the gateway looks whether somebody is alive."""
    at_door = door(name, mesh)
    return {(a, b, "GET", LIVE) for a, b, _, _ in edges(name, mesh) if a == at_door}


def patience(name: str, mesh: str) -> dict[tuple[str, str, str, bool], tuple[int, int]]:
    """Milliseconds and repeats of each operation, the gateway's apart: it repeats by itself.

    Of services that ask for the same the more patient holds.
    """
    found: dict[tuple[str, str, str, bool], tuple[int, int]] = {}
    for edge in traffic(name, mesh)["edges"]:
        at_door = edge["from"] == door(name, mesh)
        key = (edge["to"], edge["method"], template(edge), at_door)
        timeout, retries = found.get(key, (0, 0))
        found[key] = max(timeout, edge["timeout_ms"]), 0 if at_door else max(retries, edge["retries"])
    return found


def milliseconds(duration: str) -> int:
    """`500ms` or `2s` as a number."""
    return int(duration[:-2]) if duration.endswith("ms") else int(duration[:-1]) * 1000


def joined(objects: tuple[Object, ...], port: int) -> set[tuple[str, str]]:
    """The pairs that policies of both ends let speak on a port, by the names of their pods."""
    name = "app.kubernetes.io/name"
    leaving: set[tuple[str, str]] = set()
    entering: set[tuple[str, str]] = set()
    for policy in of_kind(objects, "NetworkPolicy").values():
        own = policy["spec"]["podSelector"].get("matchLabels", {}).get(name)
        for side, peers, pairs in (("egress", "to", leaving), ("ingress", "from", entering)):
            for rule in policy["spec"].get(side, ()):
                if any(one["port"] == port for one in rule["ports"]):
                    for peer in rule.get(peers, ()):
                        other = peer["podSelector"]["matchLabels"][name]
                        pairs.add((own, other) if side == "egress" else (other, own))
    assert leaving == entering
    return leaving
