"""Sidecars: in every pod of their service, held as tight as it; those that are known ship its logs to the collector."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from tests.packs.kubernetes.cluster import OVERLAYS, beside, built, cluster, made, of_kind, pods, read, text_of
from tests.plan.planned import complaints

from svcforge.packs.shelf import bundled
from svcforge.plan.plan import plan

KNOWN = ("fluentd", "fluent-bit", "otel-collector")


def text(sidecars: str, logs: str = ", logs: loki") -> str:
    """The little system with sidecars beside its service."""
    found = text_of("little").replace("about: Keeps notes.", f"about: Keeps notes.\n        sidecars: {sidecars}")
    return found.replace("metrics: prometheus", f"metrics: prometheus{logs}")


def objects(sidecars: str, logs: str = ", logs: loki", overlay: str = "prod") -> tuple[Any, ...]:
    blueprint = read(text(sidecars, logs))
    files = {file.path: file.data.decode() for file in made(blueprint)}
    return tuple(built(files, f"overlays/{overlay}", beside(blueprint)))


def pod(found: tuple[Any, ...]) -> Any:
    return of_kind(found, "Deployment")["notes"]["spec"]["template"]["spec"]


@pytest.mark.parametrize("name", KNOWN)
def test_a_known_sidecar_reads_the_file_that_the_service_writes(name: str) -> None:
    found = objects(f"[{name}]")
    spec = pod(found)
    [sidecar], [service] = spec["initContainers"], spec["containers"]
    assert (sidecar["name"], sidecar["restartPolicy"]) == (name, "Always")
    assert {"name": "LOG_FILE", "value": "/logs/service.log"} in service["env"]
    assert {"name": "logs", "mountPath": "/logs"} in service["volumeMounts"]
    assert {"name": "logs", "mountPath": "/logs", "readOnly": True} in sidecar["volumeMounts"]
    [volume] = [one for one in spec["volumes"] if "configMap" in one]
    [config] = [one for one in sidecar["volumeMounts"] if one["name"] == volume["name"]]
    [(file, content)] = of_kind(found, "ConfigMap")[volume["configMap"]["name"]]["data"].items()
    assert f"{config['mountPath']}/{file}" in (sidecar.get("command") or sidecar["args"])
    for named in ("/logs/service.log", "otel-collector.observability", "4318", "notes"):
        assert named in content
    if file.endswith(".yaml"):
        assert isinstance(yaml.safe_load(content), dict)


def test_it_may_reach_the_collector_and_nothing_else_that_is_new() -> None:
    def egress(found: tuple[Any, ...]) -> list[Any]:
        return list(of_kind(found, "NetworkPolicy")["notes"]["spec"]["egress"])

    before, now = egress(objects("[]")), egress(objects("[fluentd]"))
    [more] = [rule for rule in now if rule not in before]
    assert [rule for rule in before if rule not in now] == []
    assert more["ports"] == [{"protocol": "TCP", "port": 4318}]
    assert [peer["podSelector"]["matchLabels"] for peer in more["to"]] == [{"app.kubernetes.io/name": "otel-collector"}]


def test_one_of_the_users_own_is_a_container_and_nothing_more() -> None:
    found = objects(
        "[{name: proxy, image: 'registry.test/proxy:1'}, {name: fluentd, image: 'registry.test/fluentd:2'}]"
    )
    spec = pod(found)
    assert {one["name"]: one["image"] for one in spec["initContainers"]} == {
        "proxy": "registry.test/proxy:1",
        "fluentd": "registry.test/fluentd:2",
    }
    [proxy] = [one for one in spec["initContainers"] if one["name"] == "proxy"]
    assert proxy["volumeMounts"] == [{"name": "proxy", "mountPath": "/tmp"}]
    assert set(of_kind(found, "ConfigMap")) - set(of_kind(objects("[]"), "ConfigMap")) == {"notes-fluentd"}


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_release_has_them_and_no_other_service(overlay: str) -> None:
    releases = "[fluentd]\n        releases: {v1: {weight: 50}, v2: {weight: 50}}"
    with_them = {
        name for name, one in pods(objects(releases, overlay=overlay)).items() if "initContainers" in one["spec"]
    }
    assert with_them == ({"notes"} if overlay == "dev" else {"notes", "notes-v2"})
    assert {name for name, one in pods(cluster("shop", overlay)).items() if "initContainers" in one["spec"]} == {
        "payments"
    }


def test_a_name_that_something_in_the_pod_has_is_left_to_it() -> None:
    found = objects("[{name: notes, image: x}, {name: tmp, image: y}]")
    assert [one["name"] for one in pod(found)["initContainers"]] == ["notes-sidecar", "tmp-sidecar"]


def test_what_cannot_run_is_told_and_left_out() -> None:
    told = complaints(plan(read(text("[fluentd, nobody]", "")), bundled().packs))
    assert [one for one in told if one.startswith("SF021")] == [
        'SF021 warning contexts.lab.services.notes.sidecars[0]: the sidecar "fluentd" ships logs, and nobody says where to',
        'SF021 warning contexts.lab.services.notes.sidecars[1]: nobody knows the image of the sidecar "nobody"',
    ]
    found = objects("[fluentd, nobody]", "")
    assert "initContainers" not in pod(found)
    assert [one["name"] for one in pod(found)["containers"]] == ["notes"]
