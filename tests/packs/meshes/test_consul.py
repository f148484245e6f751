"""Consul: intentions close over the edges, routes are as patient as the blueprint says, releases share by weight."""

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
    watched,
)
from tests.packs.systems import SYSTEMS

MESH = "consul"
NOTE = "consul.hashicorp.com"

systems = pytest.mark.parametrize("name", SYSTEMS)
everywhere = pytest.mark.parametrize(("name", "overlay"), [(name, overlay) for name in SYSTEMS for overlay in OVERLAYS])


def path_of(http: Any) -> str:
    """The path that a permission or a route is about, as a template."""
    assert {"pathExact", "pathRegex"} & http.keys()
    return str(http["pathExact"]) if "pathExact" in http else plain(http["pathRegex"])


def permitted(objects: tuple[Object, ...]) -> Iterator[Asked]:
    """Every permission."""
    for called, one in of_kind(objects, "ServiceIntentions").items():
        if called != "deny-all":
            assert one["spec"]["destination"] == {"name": called}
            for source in one["spec"]["sources"]:
                assert "action" not in source
                for permission in source["permissions"]:
                    assert permission["action"] == "allow"
                    [method] = permission["http"]["methods"]
                    yield source["name"], called, method, path_of(permission["http"])


@everywhere
def test_permissions_close_over_exactly_the_declared_edges(name: str, overlay: str) -> None:
    found = list(permitted(cluster(name, MESH, overlay)))
    assert len(found) == len(set(found))
    assert set(found) == edges(name, MESH) | open_to_all(name, MESH) | watched(name, MESH)


@everywhere
def test_all_is_denied_first(name: str, overlay: str) -> None:
    assert of_kind(cluster(name, MESH, overlay), "ServiceIntentions")["deny-all"]["spec"] == {
        "destination": {"name": "*"},
        "sources": [{"name": "*", "action": "deny"}],
    }


@everywhere
def test_routes_are_as_patient_as_the_blueprint_says(name: str, overlay: str) -> None:
    found: dict[tuple[str, str, str, bool], set[tuple[int, int]]] = {}
    for called, one in of_kind(cluster(name, MESH, overlay), "ServiceRouter").items():
        for route in one["spec"]["routes"]:
            http, to = route["match"]["http"], route["destination"]
            [method] = http["methods"]
            retries = to.get("numRetries", 0)
            assert (to["service"], "retryOn" in to) == (called, retries > 0)
            at_door = "x-forwarded-for" in {header["name"] for header in http.get("header", ())}
            key = (called, method, path_of(http), at_door)
            found.setdefault(key, set()).add((milliseconds(to["requestTimeout"]), retries))
    assert found == {key: {value} for key, value in patience(name, MESH).items()}


@everywhere
def test_the_more_specific_route_comes_first(name: str, overlay: str) -> None:
    for one in of_kind(cluster(name, MESH, overlay), "ServiceRouter").values():
        seen: set[tuple[str, str, frozenset[str]]] = set()
        for route in one["spec"]["routes"]:
            http = route["match"]["http"]
            headers = frozenset(header["name"] for header in http.get("header", ()))
            for method, path, those in seen:
                assert not (method == http["methods"][0] and path == path_of(http) and those <= headers)
            seen.add((http["methods"][0], path_of(http), headers))


@everywhere
def test_workloads_have_a_sidecar_and_servers_and_migrations_have_none(name: str, overlay: str) -> None:
    objects = cluster(name, MESH, overlay)
    for called, one in of_kind(objects, "Deployment").items():
        notes = one["spec"]["template"]["metadata"]["annotations"]
        labels = one["spec"]["template"]["metadata"]["labels"]
        assert notes[f"{NOTE}/connect-inject"] == "true"
        assert notes[f"{NOTE}/connect-service"] == labels["app.kubernetes.io/name"]
        assert notes[f"{NOTE}/service-meta-version"] == labels["version"]
        excluded = notes.get(f"{NOTE}/transparent-proxy-exclude-inbound-ports")
        watched = notes.get("prometheus.io/port")
        open_ports = ",".join(["8080", *([watched] if watched else [])])
        assert (called, excluded) == (called, open_ports if called == door(name, MESH) else None)
    for one in of_kind(objects, "StatefulSet", "Job").values():
        assert one["spec"]["template"]["metadata"]["annotations"][f"{NOTE}/connect-inject"] == "false"


@everywhere
def test_what_has_no_sidecar_is_reached_past_the_own_one(name: str, overlay: str) -> None:
    objects = cluster(name, MESH, overlay)
    policies = of_kind(objects, "NetworkPolicy")
    for one in of_kind(objects, "Deployment").values():
        template = one["spec"]["template"]["metadata"]
        spec = policies[template["labels"]["app.kubernetes.io/name"]]["spec"]
        ports = {p["port"] for rule in spec["egress"] for p in rule["ports"] if p["protocol"] == "TCP"} - {53, "http"}
        told = template["annotations"].get(f"{NOTE}/transparent-proxy-exclude-outbound-ports", "")
        assert {int(port) for port in told.split(",") if port} == ports


@everywhere
def test_metrics_are_read_from_the_sidecars(name: str, overlay: str) -> None:
    objects = cluster(name, MESH, overlay)
    monitors = of_kind(objects, "ServiceMonitor").values()
    parts = [
        one for one in monitors if one["metadata"]["labels"].get("app.kubernetes.io/component") in ("service", "bff")
    ]
    assert {one["spec"]["endpoints"][0]["relabelings"][-1]["replacement"] for one in parts} <= {"$1:20200"}
    rules = of_kind(objects, "NetworkPolicy")["sidecars"]["spec"]["ingress"]
    assert [port["port"] for rule in rules for port in rule["ports"]] == ([20200] if parts else [])


def test_the_shops_metrics_are_read() -> None:
    names = {"prometheus"}
    [rule] = of_kind(cluster("shop", MESH, "prod"), "NetworkPolicy")["sidecars"]["spec"]["ingress"]
    assert {peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"] for peer in rule["from"]} == names


def test_releases_share_by_weight_but_whose_header_says_so() -> None:
    objects = cluster("shop", MESH, "prod")
    splits = of_kind(objects, "ServiceSplitter")["orders"]["spec"]["splits"]
    assert [(one["serviceSubset"], one["weight"]) for one in splits] == [("v1", 90), ("v2", 10)]
    assert set(of_kind(objects, "ServiceResolver")["orders"]["spec"]["subsets"]) == {"v1", "v2"}
    routes = of_kind(objects, "ServiceRouter")["orders"]["spec"]["routes"]
    for route in routes:
        headers = {(header["name"], header.get("exact")) for header in route["match"]["http"].get("header", ())}
        assert route["destination"].get("serviceSubset") == ("v2" if ("user-type", "premium") in headers else None)
    alone = of_kind(cluster("shop", MESH, "dev"), "ServiceRouter")["orders"]["spec"]["routes"]
    assert len(routes) == 2 * len(alone)
    assert of_kind(cluster("shop", MESH, "dev"), "ServiceSplitter", "ServiceResolver") == {}


def test_what_leads_to_one_release_is_no_service_of_its_own() -> None:
    services = of_kind(cluster("shop", MESH, "prod"), "Service")
    assert {called for called, one in services.items() if f"{NOTE}/service-ignore" in one["metadata"]["labels"]} == {
        "orders-v1",
        "orders-v2",
    }


def test_an_instance_is_left_out_where_a_breaker_would_open() -> None:
    spec = of_kind(cluster("shop", MESH, "prod"), "ServiceDefaults")["orders"]["spec"]
    found = {
        one["name"]: (one["passiveHealthCheck"]["maxFailures"], one["passiveHealthCheck"]["baseEjectionTime"])
        for one in spec["upstreamConfig"]["overrides"]
    }
    assert found == {"inventory": (10, "30s"), "payments": (10, "30s")}


def test_one_small_system_as_a_whole(snapshot: Snapshot) -> None:
    snapshot.snapshot_dir = Path(__file__).parent / "golden"
    tree = {
        path.removeprefix(f"platform/{MESH}/").replace("/", "__"): text
        for path, text in files("clashing", MESH).items()
        if path.startswith(f"platform/{MESH}/kubernetes/orders") and path.endswith(".yaml")
    }
    snapshot.assert_match_dir(tree, MESH)
