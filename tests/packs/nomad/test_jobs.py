"""The jobs: HashiCorp's own parser takes them, whom each reaches is what the blueprint declares, nothing is secret."""

from __future__ import annotations

import os
import posixpath
import re
import subprocess
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import hcl2
import pygohcl
import pytest
from pytest_snapshot.plugin import Snapshot
from tests.packs.systems import SYSTEMS, declared, facts, files_of, system

from svcforge.run import keys

systems = pytest.mark.parametrize("name", SYSTEMS)
everywhere = pytest.mark.parametrize(("name", "mesh"), [(name, mesh) for name in SYSTEMS for mesh in (None, "consul")])


@cache
def files(name: str, mesh: str | None = None) -> Mapping[str, str]:
    """What the pack makes of a system, and the broker's files, which it mounts."""
    return files_of(system(name, ("nomad",), mesh), "nomad", "rabbitmq")


@cache
def jobs(name: str, mesh: str | None = None) -> dict[str, Any]:
    """The jobs of a system by their names."""
    found = {}
    for path, text in files(name, mesh).items():
        if path.endswith(".nomad.hcl"):
            [(called, job)] = pygohcl.loads(text)["job"].items()
            assert path == f"platform/nomad/{called}.nomad.hcl"
            assert set(job["group"]) == {called}
            found[called] = job
    return found


def group(job: dict[str, Any]) -> dict[str, Any]:
    """The one group of a job."""
    [found] = job["group"].values()
    return dict(found)


def many(found: Any) -> list[Any]:
    """Blocks of one kind: the parser gives one of them as it is, several as a list."""
    return found if isinstance(found, list) else [] if found is None else [found]


def tasks(job: dict[str, Any]) -> dict[str, Any]:
    """The tasks of a job by their names."""
    return dict(group(job)["task"])


def upstreams(job: dict[str, Any]) -> dict[str, tuple[str, int]]:
    """Whom a job reaches through its sidecar, with the address and the port at which it does."""
    service = group(job).get("service", {})
    proxy = service.get("connect", {}).get("sidecar_service", {}).get("proxy", {})
    found = many(proxy.get("upstreams"))
    return {one["destination_name"]: (one["local_bind_address"], one["local_bind_port"]) for one in found}


@everywhere
def test_both_parsers_read_them(name: str, mesh: str | None) -> None:
    assert jobs(name, mesh)
    for path, text in files(name, mesh).items():
        if path.endswith(".hcl"):
            assert hcl2.loads(text).keys() >= {"job"}


def test_what_is_no_hcl_would_be_seen() -> None:
    with pytest.raises(pygohcl.HCLParseError):
        pygohcl.loads(files("little")["platform/nomad/notes.nomad.hcl"].replace("\n  group ", "\n  group {", 1))


@everywhere
def test_there_is_a_job_for_each_workload_migration_store_and_the_broker(name: str, mesh: str | None) -> None:
    about = facts(system(name, ("nomad",), mesh), "nomad")["kubernetes"]
    dev = about["overlays"][0]
    assert set(jobs(name, mesh)) == {
        *(one["name"] for one in about["workloads"]),
        *(one["migrate"]["name"] for one in about["workloads"] if one["migrations"]),
        *(one["name"] for one in dev["stores"]),
        *([dev["broker"]["name"]] if dev["broker"] else []),
    }


@systems
def test_whom_a_job_reaches_is_whom_the_blueprint_declares(name: str) -> None:
    blueprint = system(name, ("nomad",), "consul")
    whole = facts(blueprint, "nomad")
    dev = whole["kubernetes"]["overlays"][0]
    wanted = {(a, b, 8080) for a, b in declared(blueprint)}
    migrations = {one["name"]: one["migrate"]["name"] for one in whole["kubernetes"]["workloads"] if one["migrations"]}
    for store in dev["stores"]:
        wanted |= {(one, store["name"], 5432) for one in (store["of"], migrations[store["of"]])}
    if dev["broker"]:
        wanted |= {
            (part["name"], dev["broker"]["name"], 5672)
            for part in whole["compose"]["parts"]
            if "rabbitmq_server" in part["after"]
        }
    found = {(a, b, port) for a, job in jobs(name, "consul").items() for b, (_, port) in upstreams(job).items()}
    assert found == wanted


@systems
def test_names_lead_to_the_sidecar(name: str) -> None:
    for called, job in jobs(name, "consul").items():
        bound = upstreams(job)
        assert len({address for address, _ in bound.values()}) == len(bound)
        hosts = {f"{one}:{address}" for one, (address, _) in bound.items()}
        for task in tasks(job).values():
            assert (called, set(task["config"].get("extra_hosts", []))) == (called, hosts)
        # A migration is given the same variables, and asks nobody.
        for value in tasks(job)[called].get("env", {}).values() if job["type"] == "service" else ():
            match = re.fullmatch(r"http://([a-z0-9-]+):8080", str(value))
            assert not match or bound[match[1]][1] == 8080


@systems
def test_nobody_repeats_what_the_mesh_repeats(name: str) -> None:
    mesh = facts(system(name, ("nomad",), "consul"), "nomad")["mesh"]
    told = {
        called
        for called, job in jobs(name, "consul").items()
        if tasks(job).get(called, {}).get("env", {}).get("CALL_RETRIES") == "mesh" and job["type"] == "service"
    }
    assert told == {part["name"] for part in mesh["parts"] if part["repeated"]}
    assert not any("CALL_RETRIES" in text for text in files(name).values())


@systems
def test_within_a_mesh_only_doors_listen_outside_their_network(name: str) -> None:
    whole = facts(system(name, ("nomad",), "consul"), "nomad")
    doors = {whole["gateway"]["name"]} if whole["gateway"] else {p["name"] for p in whole["parts"] if p["offers"]}
    for called, job in jobs(name, "consul").items():
        network = group(job)["network"]
        assert network["mode"] == "bridge"
        assert ("port" in network) == (called in doors)
        service = group(job).get("service")
        assert service is None or (service["provider"] == "consul" and service["port"] in ("8080", "5432", "5672"))


@systems
def test_without_a_mesh_all_find_each_other_by_their_names(name: str) -> None:
    for called, job in jobs(name).items():
        assert upstreams(job) == {}
        for task in tasks(job).values():
            config = task["config"]
            assert config["network_mode"].endswith("-parts")
            if job["type"] == "service" and "lifecycle" not in task:
                assert config["network_aliases"] == [called]
                assert set(config["ports"]) == set(group(job)["network"]["port"])
                assert group(job)["service"]["port"] in group(job)["network"]["port"]


@everywhere
def test_every_task_is_held_tight(name: str, mesh: str | None) -> None:
    for job in jobs(name, mesh).values():
        for task in tasks(job).values():
            config = task["config"]
            held = (config["readonly_rootfs"], config["cap_drop"], config["security_opt"], config["init"])
            assert held == (True, ["all"], ["no-new-privileges"], True)
            assert not task["user"].startswith("0")
            assert config["pids_limit"] > 0
            assert {"cpu", "memory"} <= task["resources"].keys()
            assert not re.search(r":latest|@", config["image"])


@everywhere
def test_services_are_asked_for_their_health_and_replaced_one_by_one(name: str, mesh: str | None) -> None:
    workloads = {one["name"]: one for one in facts(system(name, ("nomad",), mesh), "nomad")["kubernetes"]["workloads"]}
    for called, workload in workloads.items():
        job = jobs(name, mesh)[called]
        check = group(job)["service"]["check"]
        assert (check["path"], check.get("expose", False)) == (workload["probes"]["ready"], mesh is not None)
        assert (job["update"]["max_parallel"], job["update"]["auto_revert"]) == (1, True)
        assert group(job)["count"] == (workload["scale"] or {"min": 1})["min"]
        assert job["update"]["canary"] == (0 if workload["volume"] else 1)


@everywhere
def test_what_is_secret_is_a_file_that_only_its_job_is_given(name: str, mesh: str | None) -> None:
    for called, job in jobs(name, mesh).items():
        for task in tasks(job).values():
            templates = [one for one in many(task.get("template")) if "nomadVar" in one["data"]]
            for one in templates:
                assert set(re.findall(r"`([^`]*)`", one["data"])) == {f"nomad/jobs/{called}"}
            given = {one["destination"].removeprefix("secrets/run/") for one in templates if "perms" in one}
            named = {
                v.removeprefix("/run/secrets/")
                for v in map(str, task.get("env", {}).values())
                if v.startswith("/run/secrets/")
            }
            assert named <= given
    assert not re.search(r"://[^/\s:$]+:(?!\$)[^/\s@]+@", "".join(files(name, mesh).values()))


@systems
def test_the_broker_reads_files_that_are_there(name: str) -> None:
    for text in files(name).values():
        for file in re.findall(r'file\("([^"]*)"\)', text):
            assert posixpath.normpath(f"platform/nomad/{file}") in files(name)


def test_text_with_dollars_and_quotes_stays_what_it_is() -> None:
    env = tasks(jobs("clashing")["orders"])["orders"]["env"]
    assert (env["MOTTO"], env["ON"]) == ("costs $5: yes, # no", "no")


def test_resources_are_as_the_blueprint_says() -> None:
    assert tasks(jobs("clashing")["orders"])["orders"]["resources"] == {"cpu": 250, "memory": 300}


def test_a_database_that_is_a_file_has_one_task_which_migrates_before_it_starts() -> None:
    people = jobs("minimal")["people"]
    assert tasks(people)["migrate"]["lifecycle"] == {"hook": "prestart", "sidecar": False}
    assert tasks(people)["migrate"]["config"]["entrypoint"] == ["python", "-m", "people.migrate"]
    assert group(people)["volume"]["data"] == {"type": "host", "source": "people-data"}
    assert [task["volume_mount"]["destination"] for task in tasks(people).values()] == ["/data", "/data"]


FAKE = """#!/bin/sh
[ "$1" = var ] || exit 0
shift 5
name=$1
shift
for item in "$@"; do [ -s "${item#*=@}" ] && echo "$name ${item%%=*}" >>"$MADE"; done
"""
"""A nomad that writes down which items of which variables it is given, those with nothing in them left out."""


@pytest.mark.parametrize("name", ["shop", "minimal", "little"])
def test_the_script_makes_every_item_that_a_job_reads(name: str, tmp_path: Path) -> None:
    for path, text in files(name).items():
        place = tmp_path / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    keys.make(tmp_path / ".svcforge" / "run" / "keys")
    nomad = tmp_path / "bin" / "nomad"
    nomad.parent.mkdir()
    nomad.write_text(FAKE)
    nomad.chmod(0o755)
    environment = {"PATH": f"{nomad.parent}:{os.environ['PATH']}", "MADE": str(tmp_path / "made")}
    command = ["sh", str(tmp_path / "platform/nomad/variables.sh")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    made = set((tmp_path / "made").read_text().splitlines()) if (tmp_path / "made").exists() else set()
    read = {
        " ".join(found)
        for path, text in files(name).items()
        if path.endswith(".hcl")
        for found in re.findall(r"nomadVar `([^`]*)` }}{{ \.(\w+) }}", text)
    }
    assert made == read


def test_one_small_system_as_a_whole(snapshot: Snapshot) -> None:
    snapshot.snapshot_dir = Path(__file__).parent / "golden"
    tree = {
        path.split("/")[-1]: text for path, text in files("little").items() if not path.endswith((".md", ".gitignore"))
    }
    snapshot.assert_match_dir(tree, "little")
