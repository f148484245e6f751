"""In Kubernetes: the operator takes monitors and rules, each monitor finds its service once, dashboards are those of the files."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.packs.helm import chart
from tests.packs.kubernetes.cluster import Object, built, of_kind, ports, selects
from tests.packs.prometheus.watching import blueprint_of, made, tool, watched
from tests.packs.systems import files_of, system

CHECK = Path(__file__).parents[4] / "shared" / "tools" / "crdcheck.py"
KUBERNETES = "platform/kubernetes/"
COMPONENT = "app.kubernetes.io/component"


@cache
def objects(name: str, overlay: str = "prod") -> tuple[Object, ...]:
    """All that is in production, or elsewhere, where overlays take in what the pack brings."""
    found = files_of(blueprint_of(name), "kubernetes", "prometheus")
    own = {path.removeprefix(KUBERNETES): text for path, text in found.items() if path.startswith(KUBERNETES)}
    others = {path: text for path, text in found.items() if not path.startswith(KUBERNETES)}
    return tuple(one for one in built(own, f"overlays/{overlay}", others) if one)


@watched
def test_the_operator_takes_its_objects(name: str, tmp_path: Path) -> None:
    if not CHECK.exists():
        pytest.skip("the operators' definitions are not beside this checkout")
    mine = [one for one in objects(name) if one["apiVersion"] == "monitoring.coreos.com/v1"]
    parts = {*blueprint_of(name).services, *blueprint_of(name).bffs}
    assert parts == {one["metadata"]["name"] for one in mine if one["kind"] == "ServiceMonitor"}
    assert parts <= {one["metadata"]["name"] for one in mine if one["kind"] == "PrometheusRule"}
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
def test_what_stands_around_services_is_found_where_policies_let_prometheus_in(name: str) -> None:
    found = {called: monitor["spec"] for called, monitor in of_kind(objects(name), "PodMonitor").items()}
    clusters = sorted(of_kind(objects(name), "Cluster"))
    brokers = sorted(of_kind(objects(name), "RabbitmqCluster"))
    deployments = of_kind(objects(name), "Deployment")
    gateways = [n for n, one in deployments.items() if one["metadata"]["labels"][COMPONENT] == "gateway"]
    assert len(found) == bool(clusters) + bool(brokers) + len(gateways)
    for spec in found.values():
        [port] = {endpoint.get("port", endpoint.get("portNumber")) for endpoint in spec["podMetricsEndpoints"]}
        if "matchExpressions" in spec["selector"]:
            [chosen] = spec["selector"]["matchExpressions"]
            assert (chosen["key"], sorted(chosen["values"])) == ("cnpg.io/cluster", clusters)
            selected = [{chosen["key"]: value} for value in chosen["values"]]
        elif port == "metrics":
            [gateway] = gateways
            template = deployments[gateway]["spec"]["template"]
            assert selects(spec["selector"], template["metadata"]["labels"])
            assert ports(template)["metrics"] == int(template["metadata"]["annotations"]["prometheus.io/port"])
            selected = [{"app.kubernetes.io/name": gateway}]
        else:
            selected = [spec["selector"]["matchLabels"]]
            assert selected == [{"broker": called} for called in brokers]
        for labels in selected:
            policies = [
                one["spec"]
                for one in of_kind(objects(name), "NetworkPolicy").values()
                if one["spec"]["podSelector"].get("matchLabels") == labels
            ]
            assert any(admits(policy, port) for policy in policies)


def test_databases_are_asked_where_operators_run_them() -> None:
    dev = objects("shop", "dev")
    assert (sorted(of_kind(dev, "Cluster")), len(of_kind(dev, "StatefulSet"))) == ([], 9)
    assert sorted(of_kind(dev, "PodMonitor")) == ["gateway", "rabbitmq"]
    assert sorted(of_kind(objects("shop", "staging"), "PodMonitor")) == ["gateway", "rabbitmq", "shop.databases"]


def test_rules_of_databases_tell_those_who_own_them(tmp_path: Path) -> None:
    rules = of_kind(objects("shop"), "PrometheusRule")["shop.databases"]["spec"]
    (tmp_path / "rules.yaml").write_text(yaml.safe_dump(rules))
    well = {
        "cnpg_collector_up{%s}": 1,
        'cnpg_backends_total{%s, pod="one", usename="a"}': 60,
        'cnpg_backends_total{%s, pod="one", usename="b"}': 20,
        'cnpg_pg_settings_setting{%s, pod="one", name="max_connections"}': 100,
        'cnpg_pg_replication_lag{%s, pod="one"}': 2,
    }
    unwell = dict(zip(well, (0, 75, 20, 100, 90), strict=True))
    clusters = sorted(of_kind(objects("shop"), "Cluster"))
    tests = [
        {
            "interval": "1m",
            "input_series": [
                {"series": series % f'job="shop-databases", service="{cluster}"', "values": f"{value}x60"}
                for cluster in clusters
                for series, value in state.items()
            ],
            "promql_expr_test": [
                {
                    "expr": 'count by (alertname, team) (ALERTS{alertstate="firing"})',
                    "eval_time": "1h",
                    "exp_samples": said,
                }
            ],
        }
        for state, said in ((well, []), (unwell, list(told())))
    ]
    (tmp_path / "test.yaml").write_text(yaml.safe_dump({"rule_files": ["rules.yaml"], "tests": tests}))
    code, text = tool("promtool", "test", "rules", tmp_path / "test.yaml")
    assert code == 0, text


def told() -> Iterator[dict[str, Any]]:
    """Alerts that fire when every database is unwell: one of each for each database of a team."""
    owners = {"checkout": 2, "platform": 1, "merchandising": 1, "warehouse": 2, "growth": 2}
    for alert in ("DatabaseAbsent", "ConnectionsRunOut", "ReplicaFallsBehind"):
        for team, databases in owners.items():
            yield {"labels": f'{{alertname="{alert}", team="{team}"}}', "value": databases}


def admits(policy: Object, port: int | str) -> bool:
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


def test_beside_a_chart_it_is_a_root_of_its_own_that_finds_what_the_chart_makes() -> None:
    found = built(dict(files_of(system("shop", ("helm",)), "prometheus")), "platform/prometheus")
    assert {one["metadata"]["namespace"] for one in found} == {"shop"}
    kinds = {"ServiceMonitor", "PodMonitor", "PrometheusRule", "ConfigMap"}
    assert {one["kind"] for one in found} == kinds
    made_by_chart = chart.objects("shop")
    services = of_kind(made_by_chart, "Service")
    for called, monitor in of_kind(tuple(found), "ServiceMonitor").items():
        assert selects(monitor["spec"]["selector"], services[called]["metadata"]["labels"])
    gateway = of_kind(tuple(found), "PodMonitor")["gateway"]["spec"]
    pod = of_kind(made_by_chart, "Deployment")["gateway"]["spec"]["template"]
    assert selects(gateway["selector"], pod["metadata"]["labels"])
    assert gateway["podMetricsEndpoints"][0]["port"] in ports(pod)


@pytest.mark.parametrize(
    ("mesh", "annotation", "ports_"),
    [
        ("istio", "traffic.sidecar.istio.io/excludeInboundPorts", "9902"),
        ("linkerd", "config.linkerd.io/skip-inbound-ports", "9902"),
        ("consul", "consul.hashicorp.com/transparent-proxy-exclude-inbound-ports", "8080,9902"),
    ],
)
def test_no_sidecar_stands_before_the_gateways_own_metrics(mesh: str, annotation: str, ports_: str) -> None:
    blueprint = system("shop", ("kubernetes",), mesh)
    found = files_of(blueprint, "kubernetes", "prometheus", mesh, "collector")
    meshed = tuple(built(dict(found), "platform/kubernetes/overlays/prod"))
    template = of_kind(meshed, "Deployment")["gateway"]["spec"]["template"]
    assert template["metadata"]["annotations"][annotation] == ports_
    assert of_kind(meshed, "PodMonitor")["gateway"] == of_kind(objects("shop"), "PodMonitor")["gateway"]
