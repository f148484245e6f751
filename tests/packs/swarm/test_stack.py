"""The stack: Swarm takes it, nothing reaches what it need not, whatever it names is there, nothing in it is secret."""

from __future__ import annotations

import json
import os
import posixpath
import re
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from pytest_snapshot.plugin import Snapshot
from tests.packs.kubernetes.cluster import OnceOnly
from tests.packs.systems import SYSTEMS, declared, facts, files_of, system

from svcforge.run import keys

SCHEMA = Path(__file__).parents[4] / "shared" / "schemas" / "other" / "docker-stack-config_schema_v3.9.json"

systems = pytest.mark.parametrize("name", SYSTEMS)


@cache
def files(name: str) -> Mapping[str, str]:
    """What the pack makes of a system, and the broker's files, which it mounts."""
    return files_of(system(name, ("swarm",)), "swarm", "rabbitmq")


@cache
def stack(name: str) -> Any:
    """The stack of a system."""
    return yaml.load(files(name)["platform/swarm/stack.yaml"], OnceOnly)


def services(name: str) -> dict[str, Any]:
    """The services of a stack."""
    found: dict[str, Any] = stack(name)["services"]
    return found


def asked(name: str) -> dict[str, str]:
    """The variables without which a stack is not deployed, each with some value."""
    return dict.fromkeys(re.findall(r"\$\{([A-Z0-9_]+):\?", files(name)["platform/swarm/stack.yaml"]), "given")


@systems
def test_it_is_a_stack(name: str) -> None:
    if not SCHEMA.exists():
        pytest.skip("the schema of stacks is not beside this checkout")
    jsonschema.Draft7Validator(json.loads(SCHEMA.read_text())).validate(stack(name))


def swarm() -> bool:
    """Whether there is a docker that knows `stack config`: it needs no daemon."""
    found = shutil.which("docker")
    return (
        found is not None
        and not subprocess.run([found, "stack", "config", "--help"], capture_output=True, check=False).returncode
    )


@systems
def test_the_client_of_swarm_reads_all_of_it(name: str, tmp_path: Path) -> None:
    write(name, tmp_path)
    read: Any = stack(name)
    if swarm():
        command = ["docker", "stack", "config", "--compose-file", str(tmp_path / "platform/swarm/stack.yaml")]
        done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **asked(name)})
        assert (done.returncode, done.stderr) == (0, "")
        read = yaml.safe_load(done.stdout)
    for key in ("services", "networks", "volumes", "secrets", "configs"):
        assert set(read.get(key, {})) == set(stack(name).get(key, {}))
    assert {called: set(one.get("networks", ())) for called, one in read["services"].items()} == {
        called: set(one.get("networks", ())) for called, one in services(name).items()
    }


def test_the_client_of_swarm_would_complain(tmp_path: Path) -> None:
    if not swarm():
        wrong = stack("little") | {"services": {"notes": {"deploy": {"replica": 3}}}}
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.Draft7Validator(json.loads(SCHEMA.read_text())).validate(wrong)
        return
    path = tmp_path / "stack.yaml"
    path.write_text(files("little")["platform/swarm/stack.yaml"].replace("replicas: 2", "replica: 2"))
    command = ["docker", "stack", "config", "--compose-file", str(path)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **asked("little")})
    assert "replica" in done.stderr
    assert done.returncode != 0


def write(name: str, folder: Path) -> Path:
    """The files of a system in a folder, and where its stack is."""
    for path, text in files(name).items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return folder / "platform/swarm"


def mounted(entries: Any) -> set[str]:
    """The sources of what a service mounts."""
    return {one["source"] for one in entries or () if "source" in one}


@systems
def test_whatever_is_named_is_there_and_whatever_is_there_is_used(name: str) -> None:
    for key in ("networks", "secrets", "configs", "volumes"):
        used = {
            one
            for service in services(name).values()
            for one in (service.get(key, ()) if key == "networks" else mounted(service.get(key)))
        }
        assert used == set(stack(name).get(key, {}))


@systems
def test_two_share_a_network_only_along_a_declared_edge(name: str) -> None:
    members: dict[str, set[str]] = {}
    for called, one in services(name).items():
        for network in one["networks"]:
            members.setdefault(network, set()).add(called.removesuffix("_migrate"))
    inner = {network for network, about in stack(name)["networks"].items() if about["internal"]}
    pairs = {tuple(sorted(members[network])) for network in inner if not network.endswith((".alone", ".databases"))}
    compose = facts(system(name, ("swarm",)), "swarm")["compose"]
    stores = {part["name"] for part in compose["parts"] if "postgres_server" in part["after"]}
    heard = {part["name"] for part in compose["parts"] if "rabbitmq_server" in part["after"]}
    assert pairs == {
        *(tuple(sorted(edge)) for edge in declared(system(name, ("swarm",)))),
        *(tuple(sorted((one, "postgres_server"))) for one in stores),
        *(tuple(sorted((one, "rabbitmq_server"))) for one in heard),
    }
    assert {network for network in members if network not in inner} <= {"edge", "outside"}
    for network in inner:
        if network.endswith(".alone"):
            assert members[network] == {network.removesuffix(".alone")}
        if network.endswith(".databases"):
            assert members[network] == {"postgres_server", "postgres_databases"}


@systems
def test_every_task_is_held_tight(name: str) -> None:
    for called, one in services(name).items():
        held = (one["read_only"], one["cap_drop"], one["init"], one["user"].split(":")[0] not in ("0", "root"))
        assert (called, held) == (called, (True, ["ALL"], True, True))
        assert one["deploy"]["resources"]["limits"].keys() == {"cpus", "memory", "pids"}
        assert {"privileged", "security_opt", "network_mode", "depends_on", "build"} & one.keys() == set()


@systems
def test_what_runs_on_is_asked_for_its_health_and_replaced_one_by_one(name: str) -> None:
    for called, one in services(name).items():
        deploy = one["deploy"]
        if deploy.get("mode") == "replicated-job":
            assert one["healthcheck"] == {"disable": True}
            assert deploy["restart_policy"]["condition"] == "on-failure"
            assert "update_config" not in deploy
        else:
            assert one["healthcheck"]["start_period"]
            assert (called, deploy["update_config"]["parallelism"], deploy["restart_policy"]["condition"]) == (
                called,
                1,
                "any",
            )


@systems
def test_what_keeps_data_is_there_once_on_the_node_of_its_volume(name: str) -> None:
    keeping = {
        called: [one["source"] for one in service.get("volumes", ()) if one["type"] == "volume"]
        for called, service in services(name).items()
    }
    for called, volumes in keeping.items():
        deploy = services(name)[called]["deploy"]
        wanted = [f"node.labels.{volume} == true" for volume in volumes]
        assert deploy.get("placement", {}).get("constraints", []) == wanted
        for volume in volumes:
            assert deploy.get("replicas", 1) == 1
            assert f"--label-add {volume}=true" in files(name)["platform/swarm/README.md"]
            if "update_config" in deploy:
                assert deploy["update_config"]["order"] == "stop-first"


def test_there_are_as_many_as_the_blueprint_says() -> None:
    found = {called: one["deploy"].get("replicas") for called, one in services("clashing").items()}
    assert (found["orders"], found["cleaner"], found["orders_migrate"]) == (4, 2, None)


@systems
def test_only_the_door_is_published(name: str) -> None:
    published = {called: one["ports"] for called, one in services(name).items() if "ports" in one}
    whole = facts(system(name, ("swarm",)), "swarm")
    doors = [whole["gateway"]["name"]] if whole["gateway"] else [p["name"] for p in whole["parts"] if p["offers"]]
    assert sorted(published) == sorted(doors)
    numbers = [port["published"] for ports in published.values() for port in ports]
    assert len(numbers) == len(set(numbers))


@systems
def test_what_is_secret_is_made_elsewhere(name: str) -> None:
    for called, one in stack(name).get("secrets", {}).items():
        assert one == {"external": True, "name": f"{system(name, ('swarm',)).system}.{called}"}
        assert len(one["name"]) <= 64
    assert not re.search(r"://[^/\s:$]+:(?!\$)[^/\s@]+@", "".join(files(name).values()))
    for one in services(name).values():
        assert {secret["mode"] for secret in one.get("secrets", ())} <= {0o400}
        assert {secret["uid"] for secret in one.get("secrets", ())} <= {one["user"].split(":")[0]}


@systems
def test_files_that_become_configs_are_there(name: str) -> None:
    for one in stack(name).get("configs", {}).values():
        assert posixpath.normpath(f"platform/swarm/{one['file']}") in files(name)
        assert one["name"].endswith("-${CONFIGS:-1}")


@systems
def test_the_readme_says_what_must_be_said(name: str) -> None:
    readme = files(name)["platform/swarm/README.md"]
    for variable in asked(name):
        assert f"| `{variable}` | needed |" in readme
    for one in stack(name).get("secrets", {}).values():
        assert f"| `{one['name']}` |" in readme


FAKE = """#!/bin/sh
[ "$2" != inspect ] || exit 1
[ -s "$4" ] || { echo "empty: $4" >&2; exit 1; }
echo "$3" >>"$MADE"
"""
"""A docker that has no secret, takes one with something in it, and writes down its name."""


@pytest.mark.parametrize("name", ["shop", "minimal", "little"])
def test_the_script_hands_the_swarm_every_secret_of_the_stack(name: str, tmp_path: Path) -> None:
    folder = write(name, tmp_path)
    keys.make(tmp_path / ".svcforge" / "run" / "keys")
    docker = tmp_path / "bin" / "docker"
    docker.parent.mkdir()
    docker.write_text(FAKE)
    docker.chmod(0o755)
    environment = {"PATH": f"{docker.parent}:{os.environ['PATH']}", "MADE": str(tmp_path / "made")}
    command = ["sh", str(folder / "secrets.sh")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    made = (tmp_path / "made").read_text().split() if (tmp_path / "made").exists() else []
    assert sorted(made) == sorted(one["name"] for one in stack(name).get("secrets", {}).values())
    assert {path.stat().st_mode & 0o777 for path in (folder / "secrets").iterdir()} <= {0o600}


def test_one_small_system_as_a_whole(snapshot: Snapshot) -> None:
    snapshot.snapshot_dir = Path(__file__).parent / "golden"
    tree = {
        path.split("/")[-1]: text for path, text in files("little").items() if not path.endswith((".md", ".gitignore"))
    }
    snapshot.assert_match_dir(tree, "little")
