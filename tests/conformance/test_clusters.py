"""What kube-score, kube-linter, polaris and istioctl say of every overlay of every system: nothing."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conformance.tools import done, go
from tests.packs.istio import mesh
from tests.packs.kubernetes import cluster
from tests.packs.kubernetes.cluster import OVERLAYS, Object

SYSTEMS = ("shop", "healthcare", "online-boutique", "minimal", "fifty")

built = pytest.mark.parametrize("meshed", [False, True], ids=["plain", "in a mesh"])
systems = pytest.mark.parametrize("name", SYSTEMS)
overlays = pytest.mark.parametrize("overlay", OVERLAYS)


def objects(name: str, overlay: str, meshed: bool) -> tuple[Object, ...]:
    """All that is applied to a cluster."""
    return mesh.cluster(name, overlay) if meshed else cluster.cluster(name, overlay)


def written(folder: Path, found: Iterable[Object]) -> Path:
    """The objects as a file."""
    file = folder / "all.yaml"
    file.write_text(yaml.safe_dump_all(found))
    return file


@systems
@overlays
@built
def test_kube_score_has_nothing_to_say(tmp_path: Path, name: str, overlay: str, meshed: bool) -> None:
    file = written(tmp_path, objects(name, overlay, meshed))
    said = done(go("kube-score"), "score", "--output-format", "ci", file).stdout.splitlines()
    assert len(said) > 20
    assert [line for line in said if not line.startswith(("[OK]", "[SKIPPED]"))] == []


@systems
@overlays
@built
def test_kube_linter_has_nothing_to_say(tmp_path: Path, name: str, overlay: str, meshed: bool) -> None:
    file = written(tmp_path, objects(name, overlay, meshed))
    said: dict[str, Any] = json.loads(done(go("kube-linter"), "lint", "--format", "json", file).stdout)
    assert said["Checks"]
    assert [(one["Check"], one["Diagnostic"]["Message"]) for one in said["Reports"] or ()] == []


@systems
@overlays
@built
def test_polaris_has_nothing_to_say(tmp_path: Path, name: str, overlay: str, meshed: bool) -> None:
    file = written(tmp_path, objects(name, overlay, meshed))
    said = done(
        *(go("polaris"), "audit", "--audit-path", file, "--format", "score"),
        *("--set-exit-code-on-danger", "--set-exit-code-below-score", "100"),
    )
    assert (said.returncode, said.stdout.strip()) == (0, "100"), said.stderr


def pods(found: Iterable[Object]) -> list[Object]:
    """The pods that the cluster would make: the analyzer looks for them."""
    return [
        {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                **one["spec"]["template"]["metadata"],
                "name": f"{one['metadata']['name']}-0",
                "namespace": one["metadata"]["namespace"],
            },
            "spec": one["spec"]["template"]["spec"],
        }
        for one in found
        if one["kind"] in ("Deployment", "StatefulSet")
    ]


def analyzed(folder: Path, found: Iterable[Object]) -> list[str]:
    """The codes of what the analyzer tells of objects, information too."""
    file = written(folder, (*found, *pods(found)))
    said = done(
        *(go("istioctl"), "analyze", "--use-kube=false", "--all-namespaces", "--output-threshold", "Info"),
        *("--output", "json", file),
    )
    assert said.stdout, said.stderr
    return [f"{one['code']} {one['origin']}: {one['message']}" for one in json.loads(said.stdout)]


@pytest.mark.parametrize("name", [*SYSTEMS, "post"])
@overlays
def test_istioctl_has_nothing_to_say(tmp_path: Path, name: str, overlay: str) -> None:
    assert analyzed(tmp_path, mesh.cluster(name, overlay)) == []


def test_istioctl_would_say_so_if_two_routed_one_host_and_one_led_nowhere(tmp_path: Path) -> None:
    found = mesh.cluster("shop", "prod")
    routes = next(one for one in found if one["kind"] == "VirtualService")
    [host] = routes["spec"]["hosts"]
    nowhere = {"route": [{"destination": {"host": host, "subset": "nowhere"}}]}
    again = routes | {"metadata": routes["metadata"] | {"name": "again"}, "spec": routes["spec"] | {"http": [nowhere]}}
    said = analyzed(tmp_path, [*found, again])
    assert {line.split()[0] for line in said} >= {"IST0101", "IST0109"}
