"""The objects of every overlay: valid, held tight, and whatever one names in another is there."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import pytest
import yaml
from kubernetes_validate import utils
from tests.packs.kubernetes.cluster import (
    OnceOnly,
    blueprint_of,
    built,
    cluster,
    containers,
    everywhere,
    files_of,
    made,
    of_kind,
    pods,
    ports,
    selects,
    systems,
)

from svcforge.packs.shelf import bundled
from svcforge.plan.plan import plan

NEWEST = list(dict.fromkeys(utils.all_versions()))[-4:]

CRDS = Path(__file__).parents[4] / "shared" / "schemas" / "crds"

OPERATED = ("Cluster", "RabbitmqCluster", "ServiceMonitor", "PodMonitor", "PrometheusRule")

SCHEMAS = cache(utils.schema_contents)

CLUSTER_WIDE = ("Namespace", "PriorityClass")


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """The validator reads its schemas, megabytes of them, once and not for each object."""
    monkeypatch.setattr(utils, "schema_contents", SCHEMAS)


@systems
@pytest.mark.parametrize("version", NEWEST)
@pytest.mark.usefixtures("quick")
def test_kubernetes_takes_it(name: str, version: str) -> None:
    for found in cluster(name, "dev"):
        if found["kind"] not in OPERATED:
            kubernetes_validate.validate(found, version, strict=True)


@everywhere
@pytest.mark.usefixtures("quick")
def test_the_newest_kubernetes_takes_every_overlay(name: str, overlay: str) -> None:
    for found in cluster(name, overlay):
        if found["kind"] not in OPERATED:
            kubernetes_validate.validate(found, NEWEST[-1], strict=True)


@pytest.mark.usefixtures("quick")
def test_what_kubernetes_does_not_take_would_be_seen() -> None:
    found = of_kind(cluster("little", "prod"), "Service")["notes"]
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(found | {"spec": found["spec"] | {"port": 80}}, NEWEST[-1], strict=True)


@pytest.mark.parametrize(
    ("kind", "folder"), [("Cluster", "cnpg-1.30.0"), ("RabbitmqCluster", "rabbitmq-cluster-2.22.3")]
)
@pytest.mark.parametrize("overlay", ["staging", "prod"])
def test_operators_take_what_is_theirs(overlay: str, kind: str, folder: str) -> None:
    if not CRDS.is_dir():
        pytest.skip("the operators' definitions are not beside this checkout")
    known = [
        found for path in (CRDS / folder).rglob("*.yaml") for found in yaml.safe_load_all(path.read_text()) if found
    ]
    [definition] = [found for found in known if found["spec"]["names"]["kind"] == kind]
    theirs = [found for name in ("shop", "healthcare") for found in of_kind(cluster(name, overlay), kind).values()]
    assert len(theirs) == {"Cluster": 8 + 5, "RabbitmqCluster": 2}[kind]
    for found in theirs:
        [version] = [v for v in definition["spec"]["versions"] if found["apiVersion"].endswith(f"/{v['name']}")]
        jsonschema.Draft7Validator(closed(version["schema"]["openAPIV3Schema"])).validate(found)


def closed(schema: Any) -> Any:
    """The schema with no field that it does not name."""
    if isinstance(schema, list):
        return [closed(one) for one in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: closed(value) for key, value in schema.items()}
    if found.get("type") == "object" and isinstance(found.get("properties"), dict):
        found.setdefault("additionalProperties", False)
    if found.pop("x-kubernetes-int-or-string", False):
        found.pop("type", None)
    return found


@systems
def test_a_file_holds_one_object(name: str) -> None:
    for path, text in files_of(name).items():
        if path.endswith(".yaml"):
            [found] = yaml.load_all(text, OnceOnly)
            assert {"apiVersion", "kind"} <= set(found), path


@systems
def test_each_service_can_be_built_alone(name: str) -> None:
    folders = {path.split("/")[1] for path in files_of(name) if path.count("/") == 2 and path.startswith("base/")}
    for folder in folders:
        alone = built(files_of(name), f"base/{folder}")
        assert {found["metadata"]["namespace"] for found in alone} == {namespace(name)}
        assert "Deployment" in {found["kind"] for found in alone}


def namespace(name: str) -> str:
    """The namespace of a system."""
    [found] = of_kind(cluster(name, "prod"), "Namespace")
    return found


@systems
def test_the_namespace_is_the_systems_own_and_restricted(name: str) -> None:
    [found] = of_kind(cluster(name, "prod"), "Namespace").values()
    levels = {key: value for key, value in found["metadata"]["labels"].items() if key.startswith("pod-security")}
    assert set(levels.values()) == {"restricted", "latest"}
    assert levels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert namespace(name) == {"minimal": "greetings", "healthcare": "clinic", "clashing": "default-system"}.get(
        name, name
    )


@everywhere
def test_no_name_is_used_twice_and_all_is_in_the_namespace(name: str, overlay: str) -> None:
    objects = cluster(name, overlay)
    known = Counter((found["kind"], found["metadata"]["name"]) for found in objects)
    assert [one for one, times in known.items() if times > 1] == []
    for found in objects:
        inside = None if found["kind"] in CLUSTER_WIDE else namespace(name)
        assert found["metadata"].get("namespace") == inside
    workloads = Counter(w for kind in ("Deployment", "StatefulSet", "Job") for w in of_kind(objects, kind))
    assert [one for one, times in workloads.items() if times > 1] == []


@everywhere
def test_every_object_says_whose_it_is(name: str, overlay: str) -> None:
    for found in cluster(name, overlay):
        labels = found["metadata"].get("labels", {})
        assert labels["app.kubernetes.io/part-of"] == blueprint_of(name).system
        assert labels["app.kubernetes.io/managed-by"] == "svcforge"
        assert labels["env"] == overlay
    if name == "little":
        assert of_kind(cluster(name, overlay), "Deployment")["notes"]["metadata"]["labels"]["owner"] == "front-desk"


@everywhere
def test_selectors_select_their_own_and_nothing_else(name: str, overlay: str) -> None:
    objects = cluster(name, overlay)
    known = {called: pod["metadata"]["labels"] for called, pod in pods(objects).items()}

    def chosen(selector: Any) -> list[str]:
        return [called for called, labels in known.items() if selects(selector, labels)]

    for kind in ("Deployment", "StatefulSet"):
        for called, found in of_kind(objects, kind).items():
            assert chosen(found["spec"]["selector"]) == [called]
            spec = found["spec"]["template"]["spec"]
            [near] = spec["affinity"]["podAntiAffinity"]["preferredDuringSchedulingIgnoredDuringExecution"]
            assert chosen(near["podAffinityTerm"]["labelSelector"]) == [called]
            [spread] = spec["topologySpreadConstraints"]
            assert chosen(spread["labelSelector"]) == [called]
    for found in of_kind(objects, "Service").values():
        behind = chosen({"matchLabels": found["spec"]["selector"]})
        assert {known[one]["app.kubernetes.io/name"] for one in behind} == {found["metadata"]["labels"]["app"]}
        for one in behind:
            assert {port["targetPort"] for port in found["spec"]["ports"]} <= set(ports(pods(objects)[one]))
    disruptions = of_kind(objects, "PodDisruptionBudget")
    operated = of_kind(objects, "RabbitmqCluster")
    assert set(disruptions) == {*of_kind(objects, "Deployment"), *of_kind(objects, "StatefulSet"), *operated}
    for called, found in disruptions.items():
        selector = found["spec"]["selector"]
        if called in operated:
            assert selects(selector, operated[called]["metadata"]["labels"])
            assert chosen(selector) == []
        else:
            assert chosen(selector) == [called]
    for called, found in of_kind(objects, "StatefulSet").items():
        assert found["spec"]["serviceName"] in of_kind(objects, "Service")
        assert found["spec"]["serviceName"] == called


@everywhere
def test_whatever_a_pod_names_is_there(name: str, overlay: str) -> None:
    objects = cluster(name, overlay)
    maps, claims = of_kind(objects, "ConfigMap"), of_kind(objects, "PersistentVolumeClaim")
    asked = asked_of(name)
    used = {called for called, found in maps.items() if "grafana_dashboard" in found["metadata"]["labels"]}
    for pod in pods(objects).values():
        spec = pod["spec"]
        assert spec["serviceAccountName"] in of_kind(objects, "ServiceAccount")
        assert spec["priorityClassName"] in of_kind(objects, "PriorityClass")
        volumes = {volume["name"]: volume for volume in spec["volumes"]}
        for volume in volumes.values():
            if "configMap" in volume:
                assert volume["configMap"]["name"] in maps
                used.add(volume["configMap"]["name"])
            if "persistentVolumeClaim" in volume:
                assert volume["persistentVolumeClaim"]["claimName"] in claims
            for source in volume.get("projected", {}).get("sources", ()):
                if "configMap" in source:
                    used.add(source["configMap"]["name"])
                    keys = {item["key"] for item in source["configMap"]["items"]}
                    assert keys <= set(maps[source["configMap"]["name"]]["data"])
        for one in containers(pod):
            mounted = {mount["name"] for mount in one["volumeMounts"]}
            assert mounted <= {*volumes, "data"}
            assert len({mount["mountPath"] for mount in one["volumeMounts"]}) == len(one["volumeMounts"])
            for source in one.get("envFrom", ()):
                assert source["configMapRef"]["name"] in maps
                used.add(source["configMapRef"]["name"])
            for variable in one.get("env", ()):
                if "valueFrom" in variable:
                    reference = variable["valueFrom"]["configMapKeyRef"]
                    used.add(reference["name"])
                    data = maps[reference["name"]].get("data") or {}
                    assert reference["key"] in data or (reference["name"], reference["key"]) in asked
    assert used | {f"{called}-config" for called in of_kind(objects, "RabbitmqCluster")} == set(maps)
    deployments = of_kind(objects, "Deployment")
    for called, scaler in of_kind(objects, "HorizontalPodAutoscaler").items():
        assert scaler["spec"]["scaleTargetRef"]["name"] == called
        [metric] = scaler["spec"]["metrics"]
        assert metric["containerResource"]["container"] in {
            one["name"] for one in containers(deployments[called]["spec"]["template"])
        }


def asked_of(name: str) -> set[tuple[str, str]]:
    """The keys that the user adds: what the files of `config` say."""
    found = set()
    for path, text in files_of(name).items():
        if match := re.fullmatch(r"overlays/prod/config/(.*)\.yaml", path):
            found |= {(match[1], key) for key in re.findall(r"^#   (\S+): ", text, re.MULTILINE)}
    return found


def test_what_only_the_user_knows_is_asked_for() -> None:
    assert asked_of("shop") == {("payments-config", "CARD_NETWORK_URL")}
    assert asked_of("clashing") == {
        *((f"{part}-paths", key) for part in ("orders",) for key in ("pass-url", "pass-client-id", "reset-pass-ttl")),
        ("orders-config", "COLOUR"),
    }
    [container] = of_kind(cluster("clashing", "prod"), "Deployment")["orders"]["spec"]["template"]["spec"]["containers"]
    optional = {v["name"] for v in container["env"] if v["valueFrom"]["configMapKeyRef"].get("optional")}
    assert optional == {"COLOUR"}


@everywhere
def test_every_container_is_held_tight(name: str, overlay: str) -> None:
    for called, pod in pods(cluster(name, overlay)).items():
        spec = pod["spec"]
        held = {key: spec[key] for key in ("automountServiceAccountToken", "enableServiceLinks")}
        assert (called, held) == (called, {"automountServiceAccountToken": False, "enableServiceLinks": False})
        assert spec["securityContext"] == {
            "runAsNonRoot": True,
            "runAsUser": 10001,
            "runAsGroup": 10001,
            "fsGroup": 10001,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        }
        assert not {"hostNetwork", "hostPID", "hostIPC"} & set(spec)
        for one in containers(pod):
            assert one["securityContext"] == {
                "allowPrivilegeEscalation": False,
                "privileged": False,
                "readOnlyRootFilesystem": True,
                "runAsNonRoot": True,
                "runAsUser": 10001,
                "runAsGroup": 10001,
                "capabilities": {"drop": ["ALL"]},
                "seccompProfile": {"type": "RuntimeDefault"},
            }
            for side in ("requests", "limits"):
                assert set(one["resources"][side]) == {"cpu", "memory", "ephemeral-storage"}
            assert one["imagePullPolicy"] == "Always"
    for account in of_kind(cluster(name, overlay), "ServiceAccount").values():
        assert account["automountServiceAccountToken"] is False


@everywhere
def test_no_digest_is_invented_and_no_image_is_the_latest(name: str, overlay: str) -> None:
    images = {one["image"] for pod in pods(cluster(name, overlay)).values() for one in containers(pod)}
    assert {image for image in images if "@" in image or not re.search(r":(?!latest)[\w.-]+$", image)} == set()


@everywhere
def test_probes_ask_declared_ports_and_readiness_asks_something_else(name: str, overlay: str) -> None:
    for workload in of_kind(cluster(name, overlay), "Deployment").values():
        pod = workload["spec"]["template"]
        one = pod["spec"]["containers"][0]
        for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
            asked = one[probe].get("httpGet") or one[probe]["tcpSocket"]
            assert asked["port"] in ports(pod)
        assert one["livenessProbe"].get("httpGet") != one["readinessProbe"]["httpGet"]
        pause = one["lifecycle"]["preStop"]["sleep"]["seconds"]
        assert pod["spec"]["terminationGracePeriodSeconds"] > pause + 23


def test_replicas_are_as_the_blueprint_says() -> None:
    def scale(name: str, overlay: str, part: str) -> tuple[int, int, int]:
        spec = of_kind(cluster(name, overlay), "HorizontalPodAutoscaler")[part]["spec"]
        target = spec["metrics"][0]["containerResource"]["target"]
        return spec["minReplicas"], spec["maxReplicas"], target["averageUtilization"]

    assert scale("little", "prod", "notes") == (2, 5, 60)
    assert scale("clashing", "prod", "orders") == (4, 6, 70)
    assert scale("clashing", "dev", "orders") == (1, 2, 70)
    for deployment in of_kind(cluster("shop", "prod"), "Deployment").values():
        assert "replicas" not in deployment["spec"]


def test_resources_are_as_the_blueprint_says() -> None:
    [one] = of_kind(cluster("clashing", "prod"), "Deployment")["orders"]["spec"]["template"]["spec"]["containers"]
    assert {key: (one["resources"]["requests"][key], one["resources"]["limits"][key]) for key in ("cpu", "memory")} == {
        "cpu": ("250m", "250m"),
        "memory": ("300Mi", "300Mi"),
    }


def test_a_database_that_is_a_file_has_one_pod_which_migrates_before_it_starts() -> None:
    objects = cluster("minimal", "prod")
    assert (of_kind(objects, "Job"), of_kind(objects, "HorizontalPodAutoscaler")) == ({}, {})
    people = of_kind(objects, "Deployment")["people"]["spec"]
    assert (people["replicas"], people["strategy"]) == (1, {"type": "Recreate"})
    [first] = people["template"]["spec"]["initContainers"]
    assert first["command"] == ["python", "-m", "people.migrate"]
    [main] = people["template"]["spec"]["containers"]
    assert {"name": "data", "mountPath": "/data"} in first["volumeMounts"]
    assert first["volumeMounts"] == main["volumeMounts"]
    assert of_kind(objects, "ConfigMap")["people-config"]["data"]["DATABASE_URL"] == "sqlite:////data/people.db"


def test_a_migration_is_a_job_that_is_given_what_its_service_is_given() -> None:
    objects = cluster("shop", "prod")
    [job] = of_kind(objects, "Job")["orders-migrate-0001"]["spec"]["template"]["spec"]["containers"]
    [service] = of_kind(objects, "Deployment")["orders"]["spec"]["template"]["spec"]["containers"]
    assert job["command"] == ["python", "-m", "orders.migrate"]
    for key in ("image", "envFrom", "env", "volumeMounts"):
        assert job[key] == service[key]


def test_servers_are_for_development_alone_and_elsewhere_an_operator_runs_databases() -> None:
    assert set(of_kind(cluster("healthcare", "dev"), "StatefulSet")) == {
        *(f"{one}-db" for one in ("patients", "appointments", "billing", "notifications", "reporting")),
        "rabbitmq",
    }
    for overlay, instances in (("staging", 2), ("prod", 3)):
        assert of_kind(cluster("healthcare", overlay), "StatefulSet") == {}
        clusters = of_kind(cluster("healthcare", overlay), "Cluster")
        assert {called: found["spec"]["instances"] for called, found in clusters.items()} == {
            called: instances for called in of_kind(cluster("healthcare", "dev"), "StatefulSet") if called != "rabbitmq"
        }
        assert set(of_kind(cluster("healthcare", overlay), "RabbitmqCluster")) == {"rabbitmq"}


def test_the_broker_has_the_same_exchanges_and_queues_everywhere() -> None:
    def definitions(overlay: str) -> Any:
        [found] = [
            m for called, m in of_kind(cluster("shop", overlay), "ConfigMap").items() if called.startswith("rabbitmq-")
        ]
        return json.loads(found["data"]["definitions.json"])

    [unit] = [unit for unit in plan(blueprint_of("shop"), bundled().packs).units if unit.name == "rabbitmq"]
    assert definitions("dev") == definitions("prod") == unit.parts[0].facts["broker"]["definitions"]
    assert all(user["password_hash"] == "" for user in definitions("prod")["users"])


def test_the_operator_of_the_broker_is_given_files_that_are_there() -> None:
    objects = cluster("shop", "prod")
    spec = of_kind(objects, "RabbitmqCluster")["rabbitmq"]["spec"]
    pod = spec["override"]["statefulSet"]["spec"]["template"]["spec"]
    [volume] = pod["volumes"]
    [files, users] = volume["projected"]["sources"]
    assert {item["key"] for item in files["configMap"]["items"]} <= set(
        of_kind(objects, "ConfigMap")[files["configMap"]["name"]]["data"]
    )
    assert f"`{users['secret']['name']}`" in files_of("shop")["README.md"]
    [mount] = pod["containers"][0]["volumeMounts"]
    assert (mount["name"], mount["mountPath"]) == (volume["name"], "/etc/rabbitmq/definitions")
    assert f"load_definitions = {mount['mountPath']}\n" in spec["rabbitmq"]["additionalConfig"]


def test_what_stands_around_services_has_names_that_no_service_has() -> None:
    objects = cluster("clashing", "dev")
    assert set(of_kind(objects, "StatefulSet")) == {"orders-db2", "orders-db-db", "orders-migrate-db", "rabbitmq2"}
    assert {"orders-migrate2-0001", "orders-db-migrate-0001"} <= set(of_kind(objects, "Job"))


@systems
def test_the_same_blueprint_makes_the_same_files(name: str) -> None:
    assert {file.path: file.data.decode() for file in made(blueprint_of(name))} == files_of(name)
