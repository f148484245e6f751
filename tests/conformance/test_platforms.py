"""What kube-score and kube-linter say of the chart and of the other meshes: nothing."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.conformance.tools import done, go
from tests.packs.helm import chart
from tests.packs.kubernetes.cluster import Object
from tests.packs.meshes import clusters
from tests.packs.systems import EXAMPLES

everything = pytest.mark.parametrize(
    ("made", "overlay", "name"),
    [
        (made, overlay, name)
        for made, overlay in [
            ("helm", ""),
            *((mesh, overlay) for mesh in clusters.MESHES for overlay in clusters.OVERLAYS),
        ]
        for name in EXAMPLES
    ],
)


def written(folder: Path, made: str, overlay: str, name: str) -> Path:
    """All that is applied to a cluster, as a file."""
    found: tuple[Object, ...] = clusters.cluster(name, made, overlay) if overlay else chart.objects(name)
    file = folder / "all.yaml"
    file.write_text(yaml.safe_dump_all(found))
    return file


@everything
def test_kube_score_has_nothing_to_say(tmp_path: Path, made: str, overlay: str, name: str) -> None:
    file = written(tmp_path, made, overlay, name)
    said = done(go("kube-score"), "score", "--output-format", "ci", file).stdout.splitlines()
    assert len(said) > 20
    assert [line for line in said if not line.startswith(("[OK]", "[SKIPPED]"))] == []


@everything
def test_kube_linter_has_nothing_to_say(tmp_path: Path, made: str, overlay: str, name: str) -> None:
    file = written(tmp_path, made, overlay, name)
    said: dict[str, Any] = json.loads(done(go("kube-linter"), "lint", "--format", "json", file).stdout)
    assert said["Checks"]
    assert [(one["Check"], one["Diagnostic"]["Message"]) for one in said["Reports"] or ()] == []
