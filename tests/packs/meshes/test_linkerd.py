"""Linkerd: permissions close over the edges, routes are as patient as the blueprint says, releases share by weight."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pytest_snapshot.plugin import Snapshot
from tests.packs.kubernetes.cluster import Object, of_kind
from tests.packs.meshes.clusters import (
    OVERLAYS,
    Asked,
    cluster,
    door,
    edges,
    files,
    milliseconds,
    open_to_all,
    patience,
    plain,
    traffic,
)
from tests.packs.systems import SYSTEMS

MESH = "linkerd"

systems = pytest.mark.parametrize("name", SYSTEMS)
everywhere = pytest.mark.parametrize(("name", "overlay"), [(name, overlay) for name in SYSTEMS for overlay in OVERLAYS])


def path_of(match: Any) -> str:
    """The path that a route is about, as a template."""
    path = match["path"]
    return str(path["value"]) if path["type"] == "Exact" else plain(path["value"])


def parent(route: Object) -> tuple[str, str]:
    """What a route is attached to: a Server where it is about who may ask, a Service where about how."""
    [found] = route["spec"]["parentRefs"]
    return found["kind"], found["name"]


def permitted(objects: tuple[Object, ...]) -> Iterator[tuple[str, Asked]]:
    """Every permission, with the kind of what it wants to see."""
    routes, known = of_kind(objects, "HTTPRoute"), of_kind(objects, "MeshTLSAuthentication")
    for policy in of_kind(objects, "AuthorizationPolicy").values():
        [wanted] = policy["spec"]["requiredAuthenticationRefs"]
        route = routes[policy["spec"]["targetRef"]["name"]]
        kind, server = parent(route)
        assert (kind, policy["spec"]["targetRef"]["kind"]) == ("Server", "HTTPRoute")
        spec = (
            known[wanted["name"]]["spec"] if wanted["kind"] == "MeshTLSAuthentication" else {"identities": ["anywhere"]}
        )
        callers = spec.get("identities") or [one["name"] for one in spec["identityRefs"]]
        for rule in route["spec"]["rules"]:
            for match in rule["matches"]:
                for caller in callers:
                    yield wanted["kind"], (caller, server, match["method"], path_of(match))


@everywhere
def test_permissions_close_over_exactly_the_declared_edges(name: str, overlay: str) -> None:
    found = [asked for kind, asked in permitted(cluster(name, MESH, overlay)) if kind == "MeshTLSAuthentication"]
    assert len(found) == len(set(found))
    assert set(found) == edges(name, MESH) | open_to_all(name, MESH)


@everywhere
def test_without_an_identity_one_may_ask_for_health_and_metrics_alone(name: str, overlay: str) -> None:
    found = {asked for kind, asked in permitted(cluster(name, MESH, overlay)) if kind == "NetworkAuthentication"}
    assert {(method, path) for _, _, method, path in found} <= {
        ("GET", path) for path in ("/health/live", "/health/ready", "/metrics")
    }


@everywhere
def test_every_part_denies_first_and_only_the_door_does_not(name: str, overlay: str) -> None:
    objects = cluster(name, MESH, overlay)
    policies = {called: one["spec"]["accessPolicy"] for called, one in of_kind(objects, "Server").items()}
    parts = [part["name"] for part in traffic(name, MESH)["parts"]]
    assert policies == {one: "all-unauthenticated" if one == door(name, MESH) else "deny" for one in parts}
    [namespace] = of_kind(objects, "Namespace").values()
    assert namespace["metadata"]["annotations"] == {
        "linkerd.io/inject": "enabled",
        "config.linkerd.io/default-inbound-policy": "deny",
    }
    for one in of_kind(objects, "StatefulSet", "Job").values():
        assert one["spec"]["template"]["metadata"]["annotations"]["linkerd.io/inject"] == "disabled"


@everywhere
def test_routes_are_as_patient_as_the_blueprint_says(name: str, overlay: str) -> None:
    found = {}
    for route in of_kind(cluster(name, MESH, overlay), "HTTPRoute").values():
        notes = route["metadata"].get("annotations", {})
        kind, service = parent(route)
        if kind == "Server" or not notes:
            assert not notes
            continue
        asked = {(m["method"], path_of(m), forwarded(m)) for rule in route["spec"]["rules"] for m in rule["matches"]}
        [(method, path, at_door)] = asked
        retries = int(notes.get("retry.linkerd.io/limit", 0))
        assert ("retry.linkerd.io/http" in notes) == (retries > 0)
        key = (service, method, path, at_door)
        assert key not in found
        found[key] = milliseconds(notes["timeout.linkerd.io/request"]), retries
    assert found == patience(name, MESH)


def forwarded(match: Any) -> bool:
    """Whether only what comes from the gateway fits, which says for whom it asks."""
    return "x-forwarded-for" in {header["name"] for header in match.get("headers", ())}


@everywhere
def test_whatever_may_be_asked_has_a_way_there(name: str, overlay: str) -> None:
    objects = cluster(name, MESH, overlay)
    services = of_kind(objects, "Service")
    ways = set()
    for route in of_kind(objects, "HTTPRoute").values():
        kind, service = parent(route)
        for rule in route["spec"]["rules"] if kind == "Service" else ():
            assert {one["name"] for one in rule["backendRefs"]} <= set(services)
            assert sum(one.get("weight", 100) for one in rule["backendRefs"]) == 100
            ways |= {(service, match["method"], path_of(match)) for match in rule["matches"]}
    assert {(b, method, path) for _, b, method, path in edges(name, MESH) | open_to_all(name, MESH)} <= ways


def test_releases_share_by_weight_but_whose_header_says_so() -> None:
    rules = of_kind(cluster("shop", MESH, "prod"), "HTTPRoute")["orders.create-order.door"]["spec"]["rules"]
    assert [
        (
            [(h["name"], h["value"]) for h in rule["matches"][0]["headers"] if h["name"] != "x-forwarded-for"],
            [(one["name"], one.get("weight")) for one in rule["backendRefs"]],
        )
        for rule in rules
    ] == [([("user-type", "premium")], [("orders-v2", None)]), ([], [("orders-v1", 90), ("orders-v2", 10)])]
    alone = of_kind(cluster("shop", MESH, "dev"), "HTTPRoute")["orders.create-order.door"]["spec"]["rules"]
    assert [one["name"] for rule in alone for one in rule["backendRefs"]] == ["orders"]


def test_an_instance_is_left_out_where_a_breaker_would_open() -> None:
    services = of_kind(cluster("shop", MESH, "prod"), "Service")
    key = "balancer.linkerd.io/failure-accrual-consecutive-max-failures"
    found = {called: one["metadata"].get("annotations", {}).get(key) for called, one in services.items()}
    assert (found["inventory"], found["orders-v1"], found["orders-v2"], found["notifications"]) == (
        "10",
        found["orders"],
        found["orders"],
        None,
    )


def test_one_small_system_as_a_whole(snapshot: Snapshot) -> None:
    snapshot.snapshot_dir = Path(__file__).parent / "golden"
    tree = {
        path.removeprefix(f"platform/{MESH}/").replace("/", "__"): text
        for path, text in files("clashing", MESH).items()
        if path.startswith(f"platform/{MESH}/orders") and path.endswith(".yaml")
    }
    snapshot.assert_match_dir(tree, MESH)
