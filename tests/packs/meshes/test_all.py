"""What every mesh of sidecars must do: build with whatever else there is, join only what is declared, repeat once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from tests.packs.kubernetes.cluster import OnceOnly, of_kind, read
from tests.packs.meshes.clusters import CRDS, MESHES, OVERLAYS, blueprint, cluster, door, files, joined, traffic
from tests.packs.systems import SYSTEMS, declared, files_of, platformed, text_of

PORTS = {"linkerd": 4143, "consul": 20000}
"""Where sidecars listen to each other."""

FOLDERS = {"istio": "istio", "linkerd": "linkerd", "consul": "consul/kubernetes"}
"""Where the component of a mesh is."""

meshes = pytest.mark.parametrize("mesh", MESHES)
everywhere = pytest.mark.parametrize(("name", "mesh"), [(name, mesh) for mesh in MESHES for name in SYSTEMS])


@meshes
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_the_definitions_of_its_makers_take_every_object(mesh: str, overlay: str, tmp_path: Path) -> None:
    if not CRDS.exists():
        pytest.skip("the definitions of the custom resources are not beside this checkout")
    for name in SYSTEMS:
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump_all(cluster(name, mesh, overlay)))
    done = subprocess.run([sys.executable, str(CRDS), str(tmp_path)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    theirs = [
        one
        for name in SYSTEMS
        for one in cluster(name, mesh, overlay)
        if "hashicorp" in one["apiVersion"] or "linkerd" in one["apiVersion"]
    ]
    assert len(theirs) > len(SYSTEMS)


@everywhere
def test_sidecars_speak_along_declared_edges_only(name: str, mesh: str) -> None:
    for overlay in OVERLAYS:
        pairs = joined(cluster(name, mesh, overlay), PORTS[mesh])
        wanted = declared(blueprint(name, mesh))
        # Where no gateway stands before them, anybody in the mesh may knock: intentions and policies say at what.
        assert pairs == (wanted if door(name, mesh) else pairs & wanted)


@everywhere
def test_nobody_repeats_what_the_mesh_repeats(name: str, mesh: str) -> None:
    found = {
        called.rpartition("-")[0]
        for called, one in of_kind(cluster(name, mesh, "prod"), "ConfigMap").items()
        if one["data"].get("CALL_RETRIES")
    }
    assert found == {e["from"] for e in traffic(name, mesh)["edges"] if e["retries"]} - {door(name, mesh)}


@everywhere
def test_no_name_is_used_twice_and_all_is_in_one_namespace(name: str, mesh: str) -> None:
    for overlay in OVERLAYS:
        found = [
            (one["apiVersion"].split("/")[0], one["kind"], one["metadata"]["name"])
            for one in cluster(name, mesh, overlay)
        ]
        assert len(found) == len(set(found))
        spaces = {one["metadata"].get("namespace") for one in cluster(name, mesh, overlay)} - {None, "observability"}
        assert len(spaces) == 1


@everywhere
def test_every_file_is_read_and_says_something(name: str, mesh: str) -> None:
    for path, text in files(name, mesh).items():
        if path.startswith(f"platform/{mesh}/"):
            assert text.strip()
        if path.startswith(f"platform/{mesh}/") and path.endswith(".yaml"):
            assert all(yaml.load_all(text, OnceOnly))


@meshes
def test_the_plain_base_knows_no_mesh(mesh: str) -> None:
    for path, text in files("shop", mesh).items():
        if path.startswith("platform/kubernetes/base/"):
            assert mesh not in text


@pytest.mark.parametrize("mesh", ["istio", *MESHES])
def test_whoever_reads_metrics_may_read_those_of_sidecars(mesh: str) -> None:
    def readers(metrics: str) -> set[str]:
        text = platformed(text_of("shop"), ("kubernetes",), mesh).replace("metrics: prometheus", f"metrics: {metrics}")
        policy = yaml.load(files_of(read(text), mesh)[f"platform/{FOLDERS[mesh]}/networkpolicy.yaml"], OnceOnly)
        return {
            peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"]
            for rule in policy["spec"]["ingress"]
            for peer in rule["from"]
        }

    assert readers("prometheus") == {"prometheus"}
    assert readers("datadog") == {"otel-collector"}
