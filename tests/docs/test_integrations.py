"""The pre-commit hooks, the GitHub Action and what the README says of them: well-formed, and they do what they say."""

from __future__ import annotations

import json
import shlex
import shutil
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import check_jsonschema
import pytest
import yaml
from jsonschema.validators import validator_for
from pre_commit import clientlib
from tests.docs.blocks import ROOT, blocks, environment

from svcforge import HOME, __version__

CYCLE = "svcforge: 1\nsystem: s\ncontexts: {c: {services: {a: {calls: [b]}, b: {calls: [a]}}}}\n"
TWICE = 'svcforge: 1\nsystem: s\nlint: {ignore: [{rule: SF101, reason: "no circle here"}]}\n'
HOOKS = {hook["id"]: hook for hook in clientlib.load_manifest(ROOT / ".pre-commit-hooks.yaml")}
ACTION: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
README = {b.file: b.text for b in blocks(ROOT / "README.md") if b.language == "yaml"}


def validate(name: str, document: object) -> None:
    """Check a document against a schema of SchemaStore."""
    schema = json.loads((files(check_jsonschema) / "builtin_schemas" / "vendor" / f"{name}.json").read_text())
    validator_for(schema)(schema).validate(document)


def hooked(name: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a hook as pre-commit does, without file names."""
    hook = HOOKS[name]
    assert hook["pass_filenames"] is False
    command = [*shlex.split(hook["entry"]), *hook["args"]]
    return subprocess.run(command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False)


def test_the_lint_hook_fails_on_a_blueprint_with_findings_and_passes_on_one_without(tmp_path: Path) -> None:
    (tmp_path / "blueprint.yaml").write_text(CYCLE)
    failed = hooked("svcforge-lint", tmp_path)
    assert failed.returncode == 1
    assert failed.stdout.startswith("SF101 error  sync-cycle: ")
    shutil.copytree(ROOT / "blueprints" / "minimal", tmp_path, dirs_exist_ok=True)
    assert hooked("svcforge-lint", tmp_path).returncode == 0


def test_the_fix_hook_mends_the_file(tmp_path: Path) -> None:
    (tmp_path / "blueprint.yaml").write_text(TWICE)
    assert hooked("svcforge-lint", tmp_path).returncode == 1
    assert hooked("svcforge-fix", tmp_path).returncode == 0
    assert "SF101" not in (tmp_path / "blueprint.yaml").read_text()


def test_hooks_are_installed_from_this_folder_and_start_what_it_installs() -> None:
    assert {hook["language"] for hook in HOOKS.values()} == {"python"}
    assert {shlex.split(hook["entry"])[0] for hook in HOOKS.values()} == {"svcforge"}
    assert (ROOT / "pyproject.toml").is_file()


def test_the_action_is_well_formed_and_uses_each_of_its_inputs() -> None:
    validate("github-actions", ACTION)
    steps = json.dumps(ACTION["runs"]["steps"])
    assert set(ACTION["inputs"]) == {"blueprint", "args", "format"}
    assert [name for name in ACTION["inputs"] if f"inputs.{name} }}}}" not in steps] == []


def test_no_script_of_the_action_has_anything_written_into_it() -> None:
    assert [step["run"] for step in ACTION["runs"]["steps"] if "${{" in step.get("run", "")] == []


def acted(folder: Path, **inputs: str) -> subprocess.CompletedProcess[str]:
    """Run the action's step as a runner does; what it writes is in `output`, `summary` and the folder `temp`."""
    [step] = [step for step in ACTION["runs"]["steps"] if step.get("id") == "lint"]
    given = {name: spec["default"] for name, spec in ACTION["inputs"].items()} | inputs
    variables = {
        name: given[value.removeprefix("${{ inputs.").removesuffix(" }}")]
        for name, value in step["env"].items()
        if "inputs." in value
    }
    (folder / "temp").mkdir()
    runner = {
        "PYTHON": sys.executable,
        "RUNNER_TEMP": str(folder / "temp"),
        "GITHUB_OUTPUT": str(folder / "output"),
        "GITHUB_STEP_SUMMARY": str(folder / "summary"),
    }
    return subprocess.run(
        ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
        cwd=folder,
        env=environment(folder) | runner | variables,
        capture_output=True,
        text=True,
        check=False,
    )


needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="there is no bash here")


@needs_bash
def test_the_action_annotates_writes_sarif_and_a_summary_and_fails(tmp_path: Path) -> None:
    (tmp_path / "blueprint.yaml").write_text(CYCLE)
    done = acted(tmp_path)
    assert done.stderr == ""
    assert done.returncode == 1
    assert done.stdout.startswith("::error file=blueprint.yaml,line=3,endLine=3,")
    [output] = (tmp_path / "output").read_text().splitlines()
    name, _, file = output.partition("=")
    assert name == "sarif"
    assert json.loads(Path(file).read_text())["runs"][0]["results"][0]["ruleId"] == "SF101"
    assert (tmp_path / "summary").read_text().startswith("### svcforge lint\n\nFound 1 error, ")
    assert ACTION["outputs"]["sarif"]["value"] == "${{ steps.lint.outputs.sarif }}"


@needs_bash
def test_the_actions_inputs_reach_the_command(tmp_path: Path) -> None:
    (tmp_path / "design").mkdir()
    (tmp_path / "design" / "blueprint.yaml").write_text(CYCLE)
    done = acted(tmp_path, blueprint="design", args="--select SF101 --fail-on never", format="concise")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == 'design/blueprint.yaml:3:39: SF101 error synchronous cycle "a -> b -> a"\n'


@needs_bash
def test_an_input_is_never_a_command(tmp_path: Path) -> None:
    done = acted(tmp_path, blueprint='"; touch broken; "', args="$(touch broken) `touch broken`")
    assert done.returncode == 2
    assert not (tmp_path / "broken").exists()


@needs_bash
def test_a_blueprint_that_cannot_be_read_is_reported_too(tmp_path: Path) -> None:
    (tmp_path / "blueprint.yaml").write_text("svcforge: [")
    assert acted(tmp_path).returncode == 2
    assert json.loads((tmp_path / "temp" / "svcforge.sarif").read_text())["runs"][0]["results"][0]["ruleId"] == "SF010"


def test_the_readme_uses_hooks_that_there_are_at_this_version(tmp_path: Path) -> None:
    file = tmp_path / "config.yaml"
    file.write_text(README[".pre-commit-config.yaml"])
    [repository] = clientlib.load_config(file)["repos"]
    assert (repository["repo"], repository["rev"]) == (HOME, f"v{__version__}")
    assert [hook["id"] for hook in repository["hooks"] if hook["id"] not in HOOKS] == []


def test_the_readmes_workflow_uses_the_action_with_inputs_and_outputs_that_there_are() -> None:
    workflow = yaml.safe_load(README[".github/workflows/architecture.yaml"])
    workflow["on"] = workflow.pop(True)  # YAML 1.1 reads `on` as a truth
    validate("github-workflows", workflow)
    steps = workflow["jobs"]["architecture"]["steps"]
    [ours] = [step for step in steps if "svcforge" in step["uses"]]
    assert ours["uses"] == f"{HOME.removeprefix('https://github.com/')}@v{__version__}"
    assert set(ours["with"]) <= set(ACTION["inputs"])
    [upload] = [step for step in steps if "upload-sarif" in step["uses"]]
    assert upload["with"]["sarif_file"] == f"${{{{ steps.{ours['id']}.outputs.sarif }}}}"


@needs_bash
def test_the_readmes_gitlab_job_writes_the_reports_that_it_names(tmp_path: Path) -> None:
    pipeline = yaml.safe_load(README[".gitlab-ci.yml"])
    validate("gitlab-ci", pipeline)
    (tmp_path / "blueprint.yaml").write_text(CYCLE)
    [install, lint] = pipeline["architecture"]["script"]
    assert install == "pip install svcforge"
    done = subprocess.run(["bash", "-c", lint], cwd=tmp_path, env=environment(tmp_path), check=False)
    assert done.returncode == 1
    reports = pipeline["architecture"]["artifacts"]["reports"]
    assert [file for file in reports.values() if not (tmp_path / file).is_file()] == []
