"""What checkov says of the chart and of the meshes besides Istio: nothing, but for what the READMEs explain."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from tests.alive.test_checkers import EXPLAINED, failures
from tests.packs.helm import chart
from tests.packs.meshes.clusters import MESHES, cluster
from tests.packs.systems import EXAMPLES

pytestmark = pytest.mark.alive


def test_checkov_finds_nothing_that_is_not_explained(tmp_path: Path) -> None:
    for name in EXAMPLES:
        (tmp_path / f"{name}-helm.yaml").write_text(yaml.safe_dump_all(chart.objects(name)))
        for mesh in MESHES:
            (tmp_path / f"{name}-{mesh}.yaml").write_text(yaml.safe_dump_all(cluster(name, mesh, "prod")))
    assert set(failures(tmp_path, "kubernetes")) == EXPLAINED
    assert all(check in chart.files("shop")["platform/helm/README.md"] for check in EXPLAINED)
