"""What other people's checkers say of the collector in Kubernetes: nothing, but for what its README explains."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from tests.alive.test_checkers import failures
from tests.packs.collector.collecting import made
from tests.packs.collector.test_cluster import objects

EVERYTHING = ("datadog", "datadog", "datadog")


@pytest.mark.parametrize(
    ("chosen", "explained"),
    [(("jaeger", "loki", "prometheus"), {"CKV_K8S_43"}), (EVERYTHING, {"CKV_K8S_43", "CKV_K8S_38"})],
)
def test_checkov_finds_nothing_that_is_not_explained(
    tmp_path: Path, chosen: tuple[str, ...], explained: set[str]
) -> None:
    (tmp_path / "collector.yaml").write_text(yaml.safe_dump_all(objects(*chosen)))
    assert set(failures(tmp_path, "kubernetes")) == explained
    assert all(check in made("shop", *chosen)["README.md"] for check in explained)
