"""The objects of a mesh: valid, and whatever one names in another is there."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.packs.istio.mesh import SYSTEMS, blueprint_of, cluster, everywhere, files_of, systems
from tests.packs.kubernetes.cluster import OVERLAYS, Object, of_kind, pods, selects

from svcforge.plan.kubernetes import namespace

CHECK = Path(__file__).parents[4] / "shared" / "tools" / "crdcheck.py"

NAMED = ("VirtualService", "DestinationRule")

ANNOTATIONS = {"traffic.sidecar.istio.io/excludeInboundPorts"}
"""Annotations of Istio's that are used here: one that it does not know it passes over."""

ELSEWHERE = {"observability", "istio-system"}
"""Namespaces of the platform's own."""


def checked(objects: list[Object], folder: Path) -> subprocess.CompletedProcess[str]:
    """What an API server would say of custom resources: their schemas, and the rules in them."""
    if not CHECK.is_file():
        pytest.skip("the definitions of custom resources are not beside this checkout")
    (folder / "objects.yaml").write_text(yaml.safe_dump_all(objects))
    command = [sys.executable, str(CHECK), str(folder / "objects.yaml")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@systems
def test_the_cluster_takes_every_object(name: str, tmp_path: Path) -> None:
    every = [found for overlay in OVERLAYS for game in (False, True) for found in cluster(name, overlay, game)]
    found = checked(every, tmp_path)
    assert found.returncode == 0, found.stdout
    assert "no CEL wheel" not in found.stdout


def test_what_a_cluster_does_not_take_would_be_seen(tmp_path: Path) -> None:
    rule = of_kind(cluster("post", "dev"), "DestinationRule")["stamps"]
    assert checked([rule | {"spec": rule["spec"] | {"subset": []}}], tmp_path).returncode == 1
    retries = {"attempts": 1, "backoff": "0ms"}
    routes = of_kind(cluster("post", "dev"), "VirtualService")["stamps"]
    assert checked([routes | {"spec": {"hosts": ["stamps"], "http": [{"retries": retries}]}}], tmp_path).returncode == 1


@systems
def test_a_file_holds_one_object(name: str) -> None:
    for path, text in files_of(name).items():
        if path.startswith("platform/istio/") and path.endswith(".yaml"):
            assert len(list(yaml.safe_load_all(text))) == 1, path


@everywhere
def test_no_name_is_used_twice_and_all_is_in_the_namespace(name: str, overlay: str) -> None:
    known = Counter((found["kind"], found["metadata"]["name"]) for found in cluster(name, overlay))
    assert [one for one, times in known.items() if times > 1] == []
    inside = namespace(blueprint_of(name).system)
    for found in cluster(name, overlay):
        if found["kind"] not in ("Namespace", "PriorityClass", "ClusterRole", "ClusterRoleBinding"):
            assert found["metadata"]["namespace"] == inside


@everywhere
def test_a_host_has_one_virtual_service_and_one_rule(name: str, overlay: str) -> None:
    objects = cluster(name, overlay)
    for kind in NAMED:
        hosts = Counter(host for found in of_kind(objects, kind).values() for host in hosts_of(found))
        assert [host for host, times in hosts.items() if times > 1] == []


def hosts_of(found: Object) -> list[str]:
    """The hosts that an object is about."""
    spec = found["spec"]
    return list(spec["hosts"]) if "hosts" in spec else [spec["host"]]


def destinations(found: Object) -> Iterator[Any]:
    """Where the routes of a virtual service lead."""
    for route in found["spec"]["http"]:
        for one in route["route"]:
            yield one["destination"]


@everywhere
def test_every_host_is_a_service_with_the_port(name: str, overlay: str) -> None:
    objects = cluster(name, overlay)
    services = of_kind(objects, "Service")
    inside = namespace(blueprint_of(name).system)
    known = {f"{service}.{inside}.svc.cluster.local": found for service, found in services.items()}
    for kind in NAMED:
        for found in of_kind(objects, kind).values():
            assert set(hosts_of(found)) <= set(known)
            assert found["metadata"]["name"] in services
    for found in of_kind(objects, "VirtualService").values():
        for destination in destinations(found):
            ports = {port["port"] for port in known[destination["host"]]["spec"]["ports"]}
            assert destination["port"]["number"] in ports
    for route in of_kind(objects, "HTTPRoute").values():
        for rule in route["spec"]["rules"]:
            for back in rule["backendRefs"]:
                assert back["port"] in {port["port"] for port in services[back["name"]]["spec"]["ports"]}
        for parent in route["spec"]["parentRefs"]:
            gateway = of_kind(objects, "Gateway")[parent["name"]]
            assert parent["sectionName"] in {listener["name"] for listener in gateway["spec"]["listeners"]}


@everywhere
def test_a_sidecar_knows_what_is_there_and_selects_its_own(name: str, overlay: str) -> None:
    objects = cluster(name, overlay)
    inside = namespace(blueprint_of(name).system)
    services = {f"{service}.{inside}.svc.cluster.local" for service in of_kind(objects, "Service")}
    outside = {host for entry in of_kind(objects, "ServiceEntry").values() for host in entry["spec"]["hosts"]}
    # What an operator makes: for a cluster of databases a Service for whoever writes, one for a broker.
    made = {f"{one}-rw.{inside}.svc.cluster.local" for one in of_kind(objects, "Cluster")}
    made |= {f"{one}.{inside}.svc.cluster.local" for one in of_kind(objects, "RabbitmqCluster")}
    servers = {*of_kind(objects, "StatefulSet"), *of_kind(objects, "Cluster"), *of_kind(objects, "RabbitmqCluster")}
    either = {f"{one}{end}.{inside}.svc.cluster.local" for one in servers for end in ("", "-rw")}
    chosen: Counter[str] = Counter()
    for called, found in of_kind(objects, "Sidecar").items():
        assert found["spec"]["outboundTrafficPolicy"] == {"mode": "REGISTRY_ONLY"}
        selector = {"matchLabels": found["spec"]["workloadSelector"]["labels"]}
        its = [one for one, pod in pods(objects).items() if selects(selector, pod["metadata"]["labels"])]
        assert called in its
        chosen.update(its)
        for place, host in (one.split("/") for egress in found["spec"]["egress"] for one in egress["hosts"]):
            assert place in ELSEWHERE or host in services | outside | made | either
    assert [one for one, times in chosen.items() if times > 1] == []
    assert set(of_kind(objects, "Deployment")) | set(of_kind(objects, "StatefulSet")) == set(chosen)


@everywhere
def test_subsets_have_pods_and_weights_are_all_of_it(name: str, overlay: str) -> None:
    objects = cluster(name, overlay)
    subsets = {
        (found["spec"]["host"], subset["name"]): subset["labels"]
        for found in of_kind(objects, "DestinationRule").values()
        for subset in found["spec"].get("subsets", [])
    }
    for (host, _), labels in subsets.items():
        selector = of_kind(objects, "Service")[host.split(".")[0]]["spec"]["selector"] | labels
        assert [
            one for one, pod in pods(objects).items() if selects({"matchLabels": selector}, pod["metadata"]["labels"])
        ]
    for found in of_kind(objects, "VirtualService").values():
        for destination in destinations(found):
            assert "subset" not in destination or (destination["host"], destination["subset"]) in subsets
        for route in found["spec"]["http"]:
            if len(route["route"]) > 1:
                assert sum(one["weight"] for one in route["route"]) == 100


@everywhere
def test_policies_select_pods_that_have_a_sidecar(name: str, overlay: str) -> None:
    objects = cluster(name, overlay)
    known = [pod["metadata"]["labels"] for pod in pods(objects).values()]
    for kind in ("AuthorizationPolicy", "RequestAuthentication"):
        for found in of_kind(objects, kind).values():
            for target in (found["spec"] or {}).get("targetRefs", []):
                assert target["name"] in of_kind(objects, target["kind"])
            if "selector" in (found["spec"] or {}):
                assert any(selects(found["spec"]["selector"], labels) for labels in known)
    [default] = of_kind(objects, "PeerAuthentication").values()
    assert default["spec"] == {"mtls": {"mode": "STRICT"}}
    [sees] = of_kind(objects, "Telemetry").values()
    assert "selector" not in sees["spec"]
    assert all(one["providers"] for part in sees["spec"].values() for one in part)


@everywhere
def test_pods_have_a_sidecar_but_not_those_of_operators(name: str, overlay: str) -> None:
    objects = cluster(name, overlay)
    [inside] = of_kind(objects, "Namespace").values()
    assert inside["metadata"]["labels"]["istio-injection"] == "enabled"
    off = {"sidecar.istio.io/inject": "false"}
    for found in of_kind(objects, "Cluster").values():
        assert off.items() <= found["spec"]["inheritedMetadata"]["labels"].items()
    for found in of_kind(objects, "RabbitmqCluster").values():
        assert found["spec"]["override"]["statefulSet"]["spec"]["template"]["metadata"]["labels"] == off
    for pod in pods(objects).values():
        notes = pod["metadata"].get("annotations", {})
        assert {note for note in notes if "istio.io" in note} <= ANNOTATIONS
        assert pod["spec"]["securityContext"]["runAsUser"] != 1337


@everywhere
def test_no_route_stands_behind_one_that_takes_all(name: str, overlay: str) -> None:
    for found in of_kind(cluster(name, overlay), "VirtualService").values():
        *before, last = found["spec"]["http"]
        assert "match" not in last
        assert all("match" in route for route in before)
        matches = [repr(match) for route in before for match in route["match"]]
        assert len(matches) == len(set(matches))
        names = [route["name"] for route in found["spec"]["http"]]
        assert len(names) == len(set(names))


@everywhere
def test_services_of_one_pod_do_not_contradict_each_other(name: str, overlay: str) -> None:
    objects = cluster(name, overlay)
    for pod in pods(objects).values():
        behind = [
            port
            for found in of_kind(objects, "Service").values()
            if selects({"matchLabels": found["spec"]["selector"]}, pod["metadata"]["labels"])
            for port in found["spec"]["ports"]
        ]
        assert len({(p["port"], p["targetPort"], p["appProtocol"]) for p in behind}) == len({p["port"] for p in behind})
        for port in behind:
            assert port["name"].split("-")[0] in ("http", "tcp", "amqp")


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_whoever_calls_what_is_outside_learns_its_host_from_one_place(overlay: str) -> None:
    for name, caller, external in (("post", "stamps", "printer"), ("shop", "payments", "card-network")):
        objects = cluster(name, overlay)
        [host] = of_kind(objects, "ServiceEntry")[external]["spec"]["hosts"]
        [egress] = of_kind(objects, "Sidecar")[caller]["spec"]["egress"]
        assert egress["hosts"][0] == f"./{host}"


def test_the_issuer_is_known_to_those_who_ask_it() -> None:
    objects = cluster("post", "prod")
    entry = of_kind(objects, "ServiceEntry")["issuer-of-tokens"]["spec"]
    assert (entry["hosts"], entry["ports"]) == (["auth.test"], [{"number": 443, "name": "tls", "protocol": "TLS"}])
    asking = {
        called
        for called, found in of_kind(objects, "Sidecar").items()
        if "./auth.test" in found["spec"]["egress"][0]["hosts"]
    }
    assert asking == {"gateway", "letters", "stamps"}


def test_all_systems_are_looked_at() -> None:
    assert {"shop", "healthcare", "minimal"} < set(SYSTEMS)
