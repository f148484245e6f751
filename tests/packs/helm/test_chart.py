"""The chart: Helm takes it, what it makes is what the base of the overlays is, and wrong values are refused."""

from __future__ import annotations

import copy
import re
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from kubernetes_validate import utils
from pytest_snapshot.plugin import Snapshot
from tests.packs.helm.chart import chart, files, helm, namespace, objects, rendered
from tests.packs.kubernetes.cluster import Object, built, of_kind
from tests.packs.systems import SYSTEMS

systems = pytest.mark.parametrize("name", SYSTEMS)

KEPT = {"helm.sh/resource-policy": "keep"}


@systems
def test_helm_finds_nothing_wrong(name: str, tmp_path: Path) -> None:
    found = helm().lint(chart(name, tmp_path), strict=True)
    assert [one["error"] for one in found["messages"]] == ["icon is recommended"]
    assert found["errors"] == []


@systems
def test_what_the_chart_makes_is_the_base_object_by_object(name: str) -> None:
    base = {identity(one): comparable(one) for one in plain(name)}
    ours = {identity(one): comparable(one) for one in objects(name)}
    assert len(ours) == len(objects(name))
    assert ours == base


def plain(name: str) -> list[Object]:
    """The base of the overlays with its releases, without the namespace, which a release of Helm finds made."""
    found = {path: text for path, text in files(name).items() if path.startswith("platform/kubernetes/")}
    canary = "platform/kubernetes/components/canary"
    together: Object = {"resources": ["../platform/kubernetes/base"]}
    if f"{canary}/kustomization.yaml" in found:
        together["components"] = [f"../{canary}"]
        # Until an overlay says so, the image of a release is called like its Deployment.
        prod = yaml.safe_load(found["platform/kubernetes/overlays/prod/kustomization.yaml"])
        together["images"] = prod["images"]
    found["all/kustomization.yaml"] = yaml.safe_dump(together)
    return [one for one in built(found, "all") if one["kind"] != "Namespace"]


def identity(one: Object) -> tuple[str, str]:
    """Kind and name; a job's name without what Helm's has at its end, which says what it runs."""
    name = one["metadata"]["name"]
    return one["kind"], re.sub(r"-[0-9a-f]{8}$", "", name) if one["kind"] == "Job" else name


def comparable(one: Object) -> Object:
    """An object without what must differ: who manages it, the sum of its configuration, names that hold one."""
    found = copy.deepcopy(one)
    found["metadata"].pop("name")
    for labelled in (found, found["spec"].get("template", {})) if "spec" in found else (found,):
        about = labelled.get("metadata", {})
        about.get("labels", {}).pop("app.kubernetes.io/managed-by", None)
        if one["kind"] == "Job":
            assert about["labels"].pop("app.kubernetes.io/instance") == one["metadata"]["name"]
        notes = {k: v for k, v in about.pop("annotations", {}).items() if k != "checksum/config" and k not in KEPT}
        if notes:
            about["annotations"] = notes
    return found


@systems
def test_kubernetes_takes_what_it_makes(name: str) -> None:
    for one in objects(name):
        kubernetes_validate.validate(one, utils.latest_version(), strict=True)


def test_an_environment_may_have_the_first_release_alone() -> None:
    with_others, _ = rendered("shop", {})
    alone, _ = rendered("shop", {"releases": False})
    gone = {identity(one) for one in with_others} - {identity(one) for one in alone}
    kinds = ("Deployment", "HorizontalPodAutoscaler", "PodDisruptionBudget", "Service")
    assert gone == {*((kind, "orders-v2") for kind in kinds), ("Service", "orders-v1")}
    assert [one for one in alone if one not in with_others] == []


def test_a_release_has_an_image_and_a_scale_of_its_own() -> None:
    digest = f"sha256:{'0' * 64}"
    values = {"workloads": {"orders": {"releases": {"v2": {"image": {"digest": digest}, "scale": {"max": 9}}}}}}
    found, _ = rendered("shop", values)
    images = {
        name: one["spec"]["template"]["spec"]["containers"][0]["image"]
        for name, one in of_kind(found, "Deployment").items()
        if name.startswith("orders")
    }
    registry = "registry.example.com/shop"
    assert images == {"orders": f"{registry}/orders:v1", "orders-v2": f"{registry}/orders@{digest}"}
    assert of_kind(found, "HorizontalPodAutoscaler")["orders-v2"]["spec"]["maxReplicas"] == 9
    with pytest.raises(helm().HelmError, match="v3"):
        rendered("shop", {"workloads": {"orders": {"releases": {"v3": {}}}}})


def test_a_database_that_is_a_file_outlives_the_release() -> None:
    claims = of_kind(objects("minimal"), "PersistentVolumeClaim")
    assert {name: one["metadata"]["annotations"] for name, one in claims.items()} == {
        "people-data": KEPT,
        "greetings-data": KEPT,
    }


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"workloads": {"nots": {}}}, "nots"),
        ({"workloads": {"notes": {"replicas": 3}}}, "replicas"),
        ({"workloads": {"notes": {"scale": {"min": "2"}}}}, "scale/min"),
        ({"workloads": {"notes": {"scale": {"max": 0}}}}, "scale/max"),
        ({"workloads": {"notes": {"image": {"tag": "latest"}}}}, "image/tag"),
        ({"workloads": {"notes": {"image": {"digest": "sha256:12"}}}}, "image/digest"),
        ({"workloads": {"notes": {"config": {"PORT": 8080}}}}, "config/PORT"),
        ({"workloads": {"notes": {"resources": {"limits": {"memory": "1 GB"}}}}}, "limits/memory"),
        ({"labels": {"env": "a b"}}, "labels/env"),
        ({"labels": {"app": "other"}}, "app"),
        ({"registry": ""}, "registry"),
        ({"extra": 1}, "extra"),
    ],
)
def test_values_that_the_chart_does_not_know_are_refused(values: Any, complaint: str) -> None:
    with pytest.raises(helm().HelmError, match=re.escape(complaint)):
        rendered("little", values)


def test_an_environment_chooses_its_images_configuration_scale_and_labels() -> None:
    digest = f"sha256:{'0' * 64}"
    values = {
        "registry": "registry.internal/lab",
        "labels": {"env": "prod"},
        "workloads": {
            "notes": {
                "image": {"digest": digest},
                "scale": {"min": 3},
                "config": {"PRINTER_URL": "https://printer.internal"},
            }
        },
    }
    found, notes = rendered("little", values)
    deployment = of_kind(found, "Deployment")["notes"]
    [one] = deployment["spec"]["template"]["spec"]["containers"]
    assert one["image"] == f"registry.internal/lab/notes@{digest}"
    assert {name: o["spec"]["minReplicas"] for name, o in of_kind(found, "HorizontalPodAutoscaler").items()} == {
        "notes": 3
    }
    assert of_kind(found, "ConfigMap")["notes-config"]["data"]["PRINTER_URL"] == "https://printer.internal"
    assert {one["metadata"]["labels"].get("env") for one in found} == {"prod"}
    assert "PRINTER_URL" not in notes


def test_who_has_installed_it_is_told_what_is_missing() -> None:
    _, notes = rendered("little", {})
    assert "notes does not start before the values say workloads.notes.config.PRINTER_URL." in notes
    assert "notes waits for the Secret notes-db-app with uri." in notes


def test_another_configuration_makes_other_pods_and_another_job() -> None:
    def sums(values: Object) -> tuple[str, str]:
        found, _ = rendered("little", values)
        [pod] = [one["spec"]["template"] for one in of_kind(found, "Deployment").values()]
        [job] = of_kind(found, "Job")
        return pod["metadata"]["annotations"]["checksum/config"], job

    before, scaled = sums({}), sums({"workloads": {"notes": {"scale": {"max": 9}}}})
    after = sums({"workloads": {"notes": {"config": {"PRINTER_URL": "https://printer.internal"}}}})
    assert scaled == before
    assert after[0] != before[0]
    assert after[1] != before[1]


def test_no_value_is_a_secret_and_no_digest_is_invented() -> None:
    for name in SYSTEMS:
        values = files(name)["platform/helm/values.yaml"]
        assert set(re.findall(r"digest: ([^}\n]*)", values)) == {'""'}
        assert [one for one in objects(name) if one["kind"] == "Secret"] == []


def test_names_are_within_the_release_alone() -> None:
    for name in SYSTEMS:
        found = {one["metadata"].get("namespace") for one in objects(name) if one["kind"] != "PriorityClass"}
        assert found == {namespace(name)}


def test_the_templates_are_the_same_for_every_system() -> None:
    def templates(name: str) -> dict[str, str]:
        return {path: text for path, text in files(name).items() if path.startswith("platform/helm/templates/")}

    assert len({tuple(sorted(templates(name).items())) for name in SYSTEMS}) == 1


def test_one_small_system_as_a_whole(snapshot: Snapshot) -> None:
    snapshot.snapshot_dir = Path(__file__).parent / "golden"
    tree = {
        path.split("/")[-1]: text
        for path, text in files("little").items()
        if path.startswith("platform/helm/") and "/templates/" not in path and not path.endswith((".md", ".helmignore"))
    }
    snapshot.assert_match_dir(tree, "little")
