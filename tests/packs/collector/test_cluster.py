"""The collector in Kubernetes: a root of its own whose objects are valid, held tight, and where services and policies expect it."""

from __future__ import annotations

import subprocess
import tempfile
from functools import cache
from pathlib import Path

import kubernetes_validate
import pytest
import yaml
from kubernetes_validate import utils
from tests.packs.collector.collecting import CHOICES, made, watched
from tests.packs.kubernetes.cluster import Object, kubectl, of_kind, selects
from tests.packs.systems import files_of

choices = pytest.mark.parametrize("chosen", CHOICES, ids=lambda chosen: "-".join(one or "none" for one in chosen))


@cache
def objects(*chosen: str | None) -> tuple[Object, ...]:
    """What `kubectl kustomize` builds of the pack's folder."""
    with tempfile.TemporaryDirectory() as root:
        for path, text in made("shop", *chosen).items():
            place = Path(root, path)
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text)
        done = subprocess.run([kubectl(), "kustomize", root], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return tuple(found for found in yaml.safe_load_all(done.stdout) if found)


def one(chosen: tuple[str | None, ...], kind: str) -> Object:
    """The only object of a kind."""
    [found] = of_kind(objects(*chosen), kind).values()
    return found


@choices
def test_kubernetes_takes_every_object(chosen: tuple[str | None, ...]) -> None:
    newest = list(dict.fromkeys(utils.all_versions()))[-1]
    for found in objects(*chosen):
        kubernetes_validate.validate(found, newest, strict=True)


@choices
def test_it_is_where_services_send_and_policies_let_them(chosen: tuple[str | None, ...]) -> None:
    service, pod = one(chosen, "Service"), one(chosen, "Deployment")["spec"]["template"]
    host = f"{service['metadata']['name']}.{service['metadata']['namespace']}"
    [port] = service["spec"]["ports"]
    assert f"http://{host}:{port['port']}" == "http://otel-collector.observability:4318"
    assert selects({"matchLabels": service["spec"]["selector"]}, pod["metadata"]["labels"])
    [container] = pod["spec"]["containers"]
    assert {p["name"]: p["containerPort"] for p in container["ports"]}[port["targetPort"]] == port["port"]
    policy = one(chosen, "NetworkPolicy")["spec"]
    assert selects(policy["podSelector"], pod["metadata"]["labels"])
    [rule] = policy["ingress"]
    assert rule["ports"] == [{"protocol": "TCP", "port": port["targetPort"]}]
    assert rule["from"] == [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "shop"}}}]
    sent = files_of(watched("shop", *chosen), "kubernetes")["platform/kubernetes/base/orders/config.yaml"]
    assert (f"http://{host}:{port['port']}" in sent) == (chosen[0] is not None)


@choices
def test_whatever_its_pod_names_is_there(chosen: tuple[str | None, ...]) -> None:
    maps = of_kind(objects(*chosen), "ConfigMap")
    spec = one(chosen, "Deployment")["spec"]["template"]["spec"]
    [container] = spec["containers"]
    used = {volume["configMap"]["name"] for volume in spec["volumes"] if "configMap" in volume}
    used |= {source["configMapRef"]["name"] for source in container.get("envFrom", ())}
    assert used == set(maps)
    assert {mount["name"] for mount in container["volumeMounts"]} == {volume["name"] for volume in spec["volumes"]}
    [config] = [found for name, found in maps.items() if "settings" not in name]
    assert [argument.rpartition("/")[2] for argument in container["args"]] == list(config["data"])
    assert spec["priorityClassName"] in of_kind(objects(*chosen), "PriorityClass")
    assert spec["serviceAccountName"] in of_kind(objects(*chosen), "ServiceAccount")


@choices
def test_only_who_asks_for_metrics_may_ask_kubernetes(chosen: tuple[str | None, ...]) -> None:
    asks = chosen[2] == "datadog"
    deployment = one(chosen, "Deployment")["spec"]
    assert deployment["template"]["spec"]["automountServiceAccountToken"] is asks
    assert deployment["replicas"] == (1 if asks else 3)
    roles = of_kind(objects(*chosen), "Role")
    assert {role["metadata"]["namespace"] for role in roles.values()} == ({"shop"} if asks else set())
    for role in roles.values():
        assert role["rules"] == [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}]


@pytest.mark.parametrize(("metrics", "who"), [("datadog", "otel-collector"), ("prometheus", "prometheus")])
def test_who_asks_services_for_metrics_is_let_in_and_nobody_else(metrics: str, who: str) -> None:
    made = files_of(watched("shop", None, None, metrics), "kubernetes")
    policy = yaml.safe_load(made["platform/kubernetes/base/notifications/networkpolicy.yaml"])
    found = [
        (peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"], rule["ports"])
        for rule in policy["spec"]["ingress"]
        for peer in rule["from"]
        if "namespaceSelector" in peer
    ]
    assert found == [(who, [{"protocol": "TCP", "port": "http"}])]
    if who == "otel-collector":
        asked = [
            rule["ports"] for rule in one((None, None, metrics), "NetworkPolicy")["spec"]["egress"] if "ports" in rule
        ]
        assert [{"protocol": "TCP", "port": port} for port in ("http", "metrics")] in asked


@choices
def test_the_outside_is_reached_only_where_something_is_kept_there(chosen: tuple[str | None, ...]) -> None:
    blocks = [
        peer
        for rule in one(chosen, "NetworkPolicy")["spec"]["egress"]
        for peer in rule.get("to", ())
        if "ipBlock" in peer
    ]
    assert bool(blocks) == bool({"xray", "datadog", "elasticsearch"} & set(chosen))
