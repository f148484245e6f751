"""Patches of the blueprint: applied last, in every overlay, to what they are for; those for nothing are told."""

from __future__ import annotations

from typing import Any

import pytest
from tests.packs.kubernetes.cluster import OVERLAYS, beside, built, cluster, made, of_kind, read, text_of
from tests.plan.planned import complaints

from svcforge.packs.shelf import bundled
from svcforge.pipeline.patching import idle_patches
from svcforge.plan.plan import Plan, plan


def objects(patches: str, overlay: str, name: str = "little") -> tuple[Any, ...]:
    blueprint = read(f"{text_of(name)}\npatches:\n{patches}")
    files = {file.path: file.data.decode() for file in made(blueprint)}
    return tuple(built(files, f"overlays/{overlay}", beside(blueprint)))


def told(patches: str, name: str = "little") -> list[str]:
    blueprint = read(f"{text_of(name)}\npatches:\n{patches}")
    found = idle_patches(blueprint, plan(blueprint, bundled().packs).units)
    return complaints(Plan((), found))


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_a_merge_adds_to_lists_by_name_and_keeps_the_rest(overlay: str) -> None:
    more = "{containers: [{name: notes, env: [{name: X, value: y}]}]}"
    patch = f"  - {{target: {{kind: Deployment, name: notes}}, merge: {{spec: {{minReadySeconds: 30, template: {{spec: {more}}}}}}}}}"
    before, now = (
        of_kind(found, "Deployment")["notes"] for found in (cluster("little", overlay), objects(patch, overlay))
    )
    assert now["spec"].pop("minReadySeconds") == 30
    env = now["spec"]["template"]["spec"]["containers"][0]["env"]
    env.remove({"name": "X", "value": "y"})
    assert now == before | {"spec": {key: value for key, value in before["spec"].items() if key != "minReadySeconds"}}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_operations_come_after_what_the_overlay_itself_changes(overlay: str) -> None:
    patch = """
  - target: {kind: HorizontalPodAutoscaler, name: notes}
    json: [{op: replace, path: /spec/maxReplicas, value: 40}]
"""
    assert of_kind(objects(patch, overlay), "HorizontalPodAutoscaler")["notes"]["spec"]["maxReplicas"] == 40


def test_a_kind_alone_is_all_of_the_kind_and_a_name_alone_all_of_the_name() -> None:
    mark = "merge: {metadata: {annotations: {marked: here}}}"

    def marked(target: str) -> set[tuple[str, str]]:
        found = objects(f"  - {{target: {target}, {mark}}}", "prod")
        return {(o["kind"], o["metadata"]["name"]) for o in found if "marked" in o["metadata"].get("annotations", {})}

    plain = {(o["kind"], o["metadata"]["name"]) for o in cluster("little", "prod")}
    assert marked("{kind: NetworkPolicy}") == {one for one in plain if one[0] == "NetworkPolicy"}
    assert marked("{name: notes}") == {one for one in plain if one[1] == "notes"}
    assert marked("{kind: Cluster, name: notes-db}") == {("Cluster", "notes-db")}


def test_an_object_keeps_its_kind_and_version_whatever_merges() -> None:
    found = objects("  - {target: {name: notes}, merge: {metadata: {labels: {more: x}}}}", "prod")
    identities = [(o["apiVersion"], o["kind"], o["metadata"]["name"]) for o in found]
    assert identities == [(o["apiVersion"], o["kind"], o["metadata"]["name"]) for o in cluster("little", "prod")]


def test_sidecars_and_releases_are_patched_too() -> None:
    marks = "merge: {metadata: {annotations: {marked: here}}}"
    found = objects(f"  - {{target: {{kind: Deployment, name: orders-v2}}, {marks}}}", "prod", "shop")
    assert [one for one, o in of_kind(found, "Deployment").items() if "marked" in o["metadata"]["annotations"]] == [
        "orders-v2"
    ]
    image = "merge: {spec: {template: {spec: {initContainers: [{name: fluentd, image: 'registry.test/mine:1'}]}}}}"
    found = objects(f"  - {{target: {{kind: Deployment, name: payments}}, {image}}}", "prod", "shop")
    [sidecar] = of_kind(found, "Deployment")["payments"]["spec"]["template"]["spec"]["initContainers"]
    assert (sidecar["image"], sidecar["restartPolicy"]) == ("registry.test/mine:1", "Always")


def test_a_patch_for_nothing_is_told_where_it_stands() -> None:
    change = "merge: {spec: {x: 1}}"
    assert told(f"  - {{target: {{kind: Deployment, name: notez}}, {change}}}") == [
        'SF026 warning patches[0]: there is no Deployment "notez" to patch among what is generated'
    ]
    assert told("  - {target: {kind: Deployment}}") == ["SF026 warning patches[0]: the patch says no change"]
    everywhere = (
        "{kind: StatefulSet, name: notes-db}",
        "{kind: Cluster}",
        "{name: notes}",
        "{kind: Namespace, name: little}",
    )
    assert told("".join(f"  - {{target: {target}, {change}}}\n" for target in everywhere)) == []
    assert told(f"  - {{target: {{kind: ConfigMap, name: rabbitmq-config}}, {change}}}", "shop") == []


def test_the_hint_names_what_is_near() -> None:
    def hint(target: str) -> str | None:
        blueprint = read(f"{text_of('little')}\npatches:\n  - {{target: {target}, merge: {{x: 1}}}}")
        [found] = idle_patches(blueprint, plan(blueprint, bundled().packs).units)
        return found.hint

    assert hint("{kind: Deployment, name: notez}") == 'did you mean "notes"?'
    assert hint("{kind: Deploiment, name: x}") == 'did you mean "Deployment"?'
    assert hint("{kind: Deployment, name: quite-another}") == "of that kind there are: notes"
