"""The gateway's files: two that differ in addresses only, and what goes round them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.packs.envoy.conftest import Start
from tests.packs.envoy.facts import of_example, of_lab
from tests.packs.envoy.running import ENVOY, Answer, ask, rendered
from tests.packs.envoy.stub import Stub, slow, stub
from tests.servers import free_port

from svcforge.run import keys

REMOTE = """
  auth: {jwt: {issuer: https://auth.test, audience: lab, jwks: "https://auth.test:8443/keys"}}
  rate_limit: 10/1s
  timeout: 10m
  routes:
    /: catalog
    GET /api/{tenant}/orders.v2/{id}/items: {to: orders, timeout: 250ms, rate_limit: 5/1m per client}
"""
SYSTEMS = {
    **{name: of_example(name) for name in ("shop", "healthcare", "online-boutique")},
    "remote keys": of_lab(REMOTE),
}

systems = pytest.mark.parametrize("name", SYSTEMS)


@systems
def test_the_containers_file_and_the_local_one_differ_in_addresses_only(name: str) -> None:
    files = rendered(SYSTEMS[name])
    container, local = (yaml.safe_load(files[file]) for file in ("envoy.yaml", "local.yaml"))
    differing = set(_differences(container, local, ()))
    assert {key for *_, key in differing} <= {"address", "port_value", "filename"}
    without_comments = [re.sub(r"^#.*\n", "", files[file]) for file in ("envoy.yaml", "local.yaml")]
    comments = [re.findall(r"^ *#.*$", text, re.MULTILINE) for text in without_comments]
    assert [one for one in comments[0] if "metrics" not in one and "watches" not in one] == comments[1]


ONLY_CONTAINED = ("issuer-keys", "metrics", "admin")
"""Listeners and clusters of the container alone: on this machine the admin port, and the keys, are at hand."""


def _differences(a: Any, b: Any, path: tuple[Any, ...]) -> Any:
    """The paths at which two documents differ; where keys are fetched from is an address too."""
    if isinstance(a, dict) and isinstance(b, dict):
        a, b = dict(a), dict(b)
        if "remote_jwks" in a:
            assert b.pop("local_jwks") == {"filename": "${keys}/jwks.json"}
            del a["remote_jwks"]
        assert a.keys() == b.keys(), path
        for key in a:
            yield from _differences(a[key], b[key], (*path, key))
    elif isinstance(a, list) and isinstance(b, list):
        a = [one for one in a if not (isinstance(one, dict) and one.get("name") in ONLY_CONTAINED)]
        assert len(a) == len(b), path
        for at, pair in enumerate(zip(a, b, strict=True)):
            yield from _differences(*pair, (*path, at))
    elif a != b:
        yield path


@systems
@pytest.mark.parametrize("file", ["envoy.yaml", "local.yaml"])
def test_envoy_reads_the_files_of_every_example(name: str, file: str, tmp_path: Path) -> None:
    keys.make(tmp_path)
    text = rendered(SYSTEMS[name])[file].replace("/run/secrets/jwks.json", f"{tmp_path}/jwks.json")
    text = text.replace("${keys}", str(tmp_path))
    config = tmp_path / file
    config.write_text(re.sub(r"\$\{[a-z]+(:[a-z-]+)?\}", "1234", text))
    done = subprocess.run(
        [ENVOY, "--mode", "validate", "--log-level", "warn", "-c", config], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr.strip()) == (0, "")


def test_the_containers_file_routes_by_the_names_of_services() -> None:
    clusters = yaml.safe_load(rendered(SYSTEMS["shop"])["envoy.yaml"])["static_resources"]["clusters"]
    endpoints = {
        (one["name"], *endpoint["endpoint"]["address"]["socket_address"].values())
        for one in clusters
        for endpoint in one["load_assignment"]["endpoints"][0]["lb_endpoints"]
    }
    services = ("users", "orders", "catalog", "inventory", "shipping", "web", "mobile")
    assert endpoints == {(name, name, 8080) for name in services} | {("admin", "127.0.0.1", 9901)}


def test_keys_are_fetched_from_their_issuer(start: Start, tmp_path: Path) -> None:
    facts = of_lab("""
  auth: {jwt: {issuer: https://auth.test, audience: lab, jwks: "http://keys.test:1/keys"}}
  routes: {/api/orders: orders}
""")
    keys.make(tmp_path)
    with stub() as issuer:
        issuer.answer = lambda _: (200, (tmp_path / keys.PUBLIC).read_bytes())
        remote = yaml.safe_load(rendered(facts)["envoy.yaml"])
        fetched, cluster = _provider(remote)["remote_jwks"], remote["static_resources"]["clusters"][-1]
        address = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]["address"]["socket_address"]
        assert address == {"address": "keys.test", "port_value": 1}
        address.update({"address": "127.0.0.1", "port_value": issuer.port})

        def with_remote_keys(text: str) -> str:
            local = yaml.safe_load(text)
            provider = _provider(local)
            del provider["local_jwks"]
            provider["remote_jwks"] = fetched
            local["static_resources"]["clusters"].append(cluster)
            return yaml.safe_dump(local)

        with start(facts, change=with_remote_keys) as it:
            assert it.ask("GET", "/api/orders", it.bearer()).status == 200
            assert it.ask("GET", "/api/orders").status == 401
        assert set(issuer.paths) == {"/keys"}


def _provider(config: dict[str, Any]) -> dict[str, Any]:
    manager = config["static_resources"]["listeners"][0]["filter_chains"][0]["filters"][0]["typed_config"]
    [filter_] = [one for one in manager["http_filters"] if one["name"].endswith("jwt_authn")]
    provider: dict[str, Any] = filter_["typed_config"]["providers"]["jwt"]
    return provider


@dataclass
class Container:
    """The gateway as its container starts it."""

    edge: int
    health: list[str]
    env: dict[str, str]
    process: subprocess.Popen[bytes]

    def healthy(self) -> bool:
        return subprocess.run(self.health, env=self.env, check=False).returncode == 0


@contextmanager
def container(folder: Path, orders: Stub, **env: str) -> Iterator[Container]:
    files = rendered(of_lab("  routes: {/api/orders: orders}\n"))
    edge, admin = free_port(), free_port()
    config = yaml.safe_load(files["envoy.yaml"])
    config["static_resources"]["listeners"][0]["address"]["socket_address"]["port_value"] = edge
    config["admin"]["address"]["socket_address"]["port_value"] = admin
    [cluster] = config["static_resources"]["clusters"]
    endpoint = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]
    endpoint["address"]["socket_address"] = {"address": "127.0.0.1", "port_value": orders.port}
    (folder / "envoy.yaml").write_text(yaml.safe_dump(config))
    script = files["start.sh"].replace("edge=8080 admin=9901", f"edge={edge} admin={admin}")
    script = script.replace("/tmp/envoy.yaml", str(folder / "changed.yaml")).replace("/etc/envoy", str(folder))
    (folder / "start.sh").write_text(script)
    env |= {"PATH": f"{ENVOY.parent}:{os.environ['PATH']}", "DRAIN_PAUSE": "0.5"}
    run = ["bash", str(folder / "start.sh")]
    found = Container(edge, [*run, "health"], env, subprocess.Popen(run, env=env))
    try:
        while not found.healthy():
            time.sleep(0.05)
        yield found
    finally:
        found.process.terminate()
        found.process.wait()


def test_the_container_lets_what_is_under_way_finish(tmp_path: Path) -> None:
    with stub() as orders, container(tmp_path, orders) as gateway:
        orders.answer = slow(1.5)
        answers: list[Answer] = []
        begun = threading.Thread(target=lambda: answers.append(ask(gateway.edge, "POST", "/api/orders")))
        begun.start()
        while not orders.asked:
            time.sleep(0.01)
        gateway.process.send_signal(signal.SIGTERM)
        time.sleep(0.25)
        assert not gateway.healthy()
        begun.join()
        assert [answer.status for answer in answers] == [200]
        assert gateway.process.wait(10) == 0


@pytest.mark.parametrize(("env", "client"), [({}, "127.0.0.1"), ({"TRUSTED_HOPS": "1"}, "10.1.2.3")])
def test_the_client_is_whom_the_trusted_proxies_saw(env: dict[str, str], client: str, tmp_path: Path) -> None:
    with stub() as orders, container(tmp_path, orders, **env) as gateway:
        ask(gateway.edge, "GET", "/api/orders", {"X-Forwarded-For": "10.9.9.9, 10.1.2.3"})
    assert orders.asked[0].headers["x-envoy-external-address"] == client


def test_in_one_repository_the_root_checks_the_gateway_and_in_many_it_does_so_itself() -> None:
    facts = of_example("shop")
    assert not [path for path in rendered(facts) if path.startswith(".github")]
    facts["system"]["repos"] = "many"
    workflow = yaml.safe_load(rendered(facts)[".github/workflows/check.yaml"])
    assert workflow["permissions"] == {}
    assert workflow["concurrency"]["group"] == "check-${{ github.ref }}"


@systems
def test_what_envoy_cannot_read_makes_no_image(name: str, tmp_path: Path) -> None:
    files = rendered(SYSTEMS[name])
    [check] = re.findall(r"^RUN ((?:.*\\\n)*.*)$", files["Dockerfile"], re.MULTILINE)
    check = check.replace("/run/secrets", f"{tmp_path}/secrets").replace("/etc/envoy", str(tmp_path))
    config = files["envoy.yaml"].replace("/run/secrets", f"{tmp_path}/secrets")
    env = {"PATH": f"{ENVOY.parent}:{os.environ['PATH']}"}
    for text, code in ((config, 0), (config.replace("max_request_bytes", "max_reqest_bytes"), 1)):
        (tmp_path / "envoy.yaml").write_text(text)
        done = subprocess.run(["sh", "-c", check], env=env, capture_output=True, text=True, check=False)
        assert (done.returncode, "max_reqest_bytes" in done.stderr) == (code, code == 1)
