"""In Kubernetes: the operator takes monitors and rules, each monitor finds its service once, dashboards are those of the files."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
import yaml
from tests.packs.kubernetes.cluster import Object, built, of_kind, ports, selects
from tests.packs.prometheus.watching import blueprint_of, made, watched
from tests.packs.systems import files_of

CHECK = Path(__file__).parents[4] / "shared" / "tools" / "crdcheck.py"
KUBERNETES = "platform/kubernetes/"


@cache
def objects(name: str) -> tuple[Object, ...]:
    """All that is in production, where overlays take in what the pack brings."""
    found = files_of(blueprint_of(name), "kubernetes", "prometheus")
    own = {path.removeprefix(KUBERNETES): text for path, text in found.items() if path.startswith(KUBERNETES)}
    others = {path: text for path, text in found.items() if not path.startswith(KUBERNETES)}
    return tuple(one for one in built(own, "overlays/prod", others) if one)


@watched
def test_the_operator_takes_its_objects(name: str, tmp_path: Path) -> None:
    if not CHECK.exists():
        pytest.skip("the operators' definitions are not beside this checkout")
    mine = [one for one in objects(name) if one["apiVersion"] == "monitoring.coreos.com/v1"]
    blueprint = blueprint_of(name)
    assert len(mine) - len(of_kind(objects(name), "PodMonitor")) == 2 * len({*blueprint.services, *blueprint.bffs})
    (tmp_path / "objects.yaml").write_text(yaml.safe_dump_all(mine))
    done = subprocess.run([sys.executable, str(CHECK), str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@watched
def test_each_service_is_found_once_on_the_port_that_it_has(name: str) -> None:
    services = of_kind(objects(name), "Service")
    pods = {called: one["spec"]["template"] for called, one in of_kind(objects(name), "Deployment").items()}
    for called, monitor in of_kind(objects(name), "ServiceMonitor").items():
        assert monitor["metadata"]["namespace"] == services[called]["metadata"]["namespace"]
        [endpoint] = monitor["spec"]["endpoints"]
        [keep, job] = endpoint["relabelings"]
        found = [
            service
            for service in services.values()
            if selects(monitor["spec"]["selector"], service["metadata"]["labels"])
            and service["metadata"]["name"] == keep["regex"]
        ]
        assert [service["metadata"]["name"] for service in found] == [called]
        assert endpoint["port"] in {port["name"] for port in found[0]["spec"]["ports"]}
        assert endpoint["port"] in ports(pods[called])
        assert (job["targetLabel"], job["replacement"]) == ("job", blueprint_of(name).system)


@watched
def test_brokers_and_databases_are_found_where_policies_let_prometheus_in(name: str) -> None:
    found = {called: monitor["spec"] for called, monitor in of_kind(objects(name), "PodMonitor").items()}
    clusters = sorted(of_kind(objects(name), "Cluster"))
    brokers = sorted(of_kind(objects(name), "RabbitmqCluster"))
    assert len(found) == bool(clusters) + bool(brokers)
    for spec in found.values():
        [endpoint] = spec["podMetricsEndpoints"]
        if "matchExpressions" in spec["selector"]:
            [chosen] = spec["selector"]["matchExpressions"]
            assert (chosen["key"], sorted(chosen["values"])) == ("cnpg.io/cluster", clusters)
            selected = [{chosen["key"]: value} for value in chosen["values"]]
        else:
            selected = [spec["selector"]["matchLabels"]]
            assert selected == [{"broker": called} for called in brokers]
        for labels in selected:
            policies = [
                one["spec"]
                for one in of_kind(objects(name), "NetworkPolicy").values()
                if one["spec"]["podSelector"].get("matchLabels") == labels
            ]
            assert any(admits(policy, endpoint["portNumber"]) for policy in policies)


def admits(policy: Object, port: int) -> bool:
    """Whether a policy lets Prometheus in on a port."""
    return any(
        {"protocol": "TCP", "port": port} in rule["ports"]
        and any(peer["podSelector"]["matchLabels"] == {"app.kubernetes.io/name": "prometheus"} for peer in rule["from"])
        for rule in policy["ingress"]
    )


@watched
def test_dashboards_are_those_of_the_files_and_a_sidecar_finds_them(name: str) -> None:
    boards = [
        one for one in of_kind(objects(name), "ConfigMap").values() if one["metadata"]["name"].endswith("-dashboard")
    ]
    found = {file: text for one in boards for file, text in one["data"].items()}
    assert all(one["metadata"]["labels"]["grafana_dashboard"] == "1" for one in boards)
    files = {
        path.rpartition("/")[2]: text for path, text in made(name).items() if path.startswith("grafana/dashboards")
    }
    assert {file: json.loads(text) for file, text in found.items()} == {
        file: json.loads(text) for file, text in files.items()
    }
