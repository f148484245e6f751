"""Nothing that is made is secret; what has to be is named, and development's is made by a script."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
from tests.packs.kubernetes.cluster import (
    blueprint_of,
    cluster,
    containers,
    everywhere,
    files_of,
    made,
    of_kind,
    pods,
    systems,
)

SENSITIVE = re.compile("password|token|secret|bearer", re.IGNORECASE)


def wanted(name: str, overlay: str) -> dict[str, set[str]]:
    """The keys of Secrets that pods mount."""
    found: dict[str, set[str]] = {}
    for pod in pods(cluster(name, overlay)).values():
        for volume in pod["spec"]["volumes"]:
            sources = [s["secret"] for s in volume.get("projected", {}).get("sources", ()) if "secret" in s]
            for secret in [*sources, *([volume["secret"]] if "secret" in volume else [])]:
                assert secret["optional"] is False
                called = secret.get("name") or secret["secretName"]
                found.setdefault(called, set()).update(item["key"] for item in secret["items"])
    return found


@everywhere
def test_nothing_is_secret(name: str, overlay: str) -> None:
    objects = cluster(name, overlay)
    assert of_kind(objects, "Secret") == {}
    for pod in pods(objects).values():
        for one in containers(pod):
            literal = [variable["name"] for variable in one.get("env", ()) if "value" in variable]
            assert [variable for variable in literal if SENSITIVE.search(variable)] == []
    for found in of_kind(objects, "ConfigMap").values():
        assert [key for key in found.get("data") or {} if SENSITIVE.search(key)] == []


@systems
def test_no_address_holds_a_password(name: str) -> None:
    for path, text in files_of(name).items():
        if not path.endswith((".md", ".sh")):
            assert not re.search(r"://[^/\s:$]+:[^/\s@]+@", text), path


@everywhere
def test_every_secret_that_is_mounted_is_in_the_readme(name: str, overlay: str) -> None:
    told = re.findall(r"^\| `([a-z0-9-]+)`[^|]*\| `([\w.-]+)` \|", files_of(name)["README.md"], re.MULTILINE)
    assert {(called, key) for called, keys in wanted(name, overlay).items() for key in keys} <= set(told)


def test_variables_that_sound_secret_keep_their_names_for_the_service() -> None:
    [one] = of_kind(cluster("clashing", "prod"), "Deployment")["orders"]["spec"]["template"]["spec"]["containers"]
    names = {v["name"]: v["valueFrom"]["configMapKeyRef"]["key"] for v in one["env"]}
    assert names["PASSWORD_FILE"] == "word-file"
    assert names["TOKEN_CLIENT_SECRET_FILE"] == "pass-client-hidden-file"
    data = of_kind(cluster("clashing", "prod"), "ConfigMap")
    assert data["orders-paths"]["data"]["word-file"] == "/run/secrets/password"
    assert data["orders-config"]["data"]["MOTTO"] == "costs $5: yes, # no"
    assert data["orders-config"]["data"]["ON"] == "no"


def script(tmp_path: Path, name: str) -> Path:
    """The script's folder in a copy of the system, with the keys that a laptop has."""
    from svcforge.run import keys

    folder = tmp_path / "platform/kubernetes/overlays/dev"
    folder.mkdir(parents=True)
    (folder / "secrets.sh").write_text(files_of(name)["overlays/dev/secrets.sh"])
    keys.make(tmp_path / ".svcforge/run/keys")
    return folder


def run(folder: Path, *arguments: str, path: str = "/usr/bin:/bin") -> subprocess.CompletedProcess[str]:
    """The script."""
    command = ["sh", str(folder / "secrets.sh"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={"PATH": path})


@pytest.mark.parametrize("name", ["shop", "healthcare", "minimal", "little"])
def test_the_script_makes_every_secret_once(tmp_path: Path, name: str) -> None:
    folder = script(tmp_path, name)
    done = run(folder, "make")
    assert (done.returncode, done.stderr) == (0, "")
    found = {path: path.read_text() for path in (folder / "secrets").glob("*/*")}
    keys: dict[str, set[str]] = {}
    for path in found:
        keys.setdefault(path.parent.name, set()).add(path.name)
    needed = wanted(name, "dev")
    assert {called: keys.get(called, set()) & needed[called] for called in needed} == needed
    assert set(keys) == set(needed)
    assert (folder / "secrets").stat().st_mode & 0o777 == 0o700
    assert run(folder, "make").stdout == ""
    assert {path: path.read_text() for path in (folder / "secrets").glob("*/*")} == found


def test_addresses_and_passwords_belong_together(tmp_path: Path) -> None:
    folder = script(tmp_path, "shop")
    run(folder, "make")
    secrets = folder / "secrets"
    password = (secrets / "orders-db-app/password").read_text()
    assert re.fullmatch("[A-Za-z0-9]{32}", password)
    assert (secrets / "orders-db-app/uri").read_text() == f"postgresql://orders:{password}@orders-db:5432/orders"
    users: list[dict[str, Any]] = json.loads((secrets / "rabbitmq-users/broker-users.json").read_text())["users"]
    for user in users:
        url = (secrets / f"{user['name']}-secrets/amqp_url").read_text()
        assert url == f"amqp://{user['name']}:{user['password']}@rabbitmq:5672/shop"
    assert len({user["password"] for user in users}) == len(users) == 7


def test_what_only_the_user_knows_the_script_asks_for_and_hands_nothing_over(tmp_path: Path) -> None:
    done = run(script(tmp_path, "clashing"))
    assert done.returncode == 1
    assert done.stderr == (
        "secrets/orders-secrets/token_client_secret is missing: the value of orders.token_client_secret\n"
        "secrets/orders-secrets/password is missing: the value of orders.password\n"
    )


def test_the_script_hands_all_of_them_to_the_cluster(tmp_path: Path) -> None:
    folder = script(tmp_path, "little")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "kubectl").write_text(f'#!/bin/sh\necho "$@" >> {tmp_path}/asked\n')
    (tools / "kubectl").chmod(0o755)
    done = run(folder, path=f"{tools}:/usr/bin:/bin")
    assert (done.returncode, done.stderr) == (0, "")
    asked = (tmp_path / "asked").read_text().splitlines()
    assert asked[0] == "apply --filename ../../base/namespace.yaml"
    created = sorted(line for line in asked if " create secret " in line)
    assert created == [
        f"--namespace little create secret generic {called} --from-file=secrets/{called}/ --dry-run=client --output=yaml"
        for called in ("notes-db-app", "notes-secrets")
    ]


def test_the_script_can_be_run_and_what_it_makes_is_ignored_by_git() -> None:
    assert [f.path for f in made(blueprint_of("shop")) if f.executable] == ["overlays/dev/secrets.sh"]
    assert "secrets/\n" in files_of("shop")["overlays/dev/.gitignore"]
