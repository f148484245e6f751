"""What the gateway, the broker and databases are asked for, the real ones show."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.packs.envoy.facts import of_lab
from tests.packs.envoy.running import ENVOY, ask, rendered
from tests.packs.envoy.stub import stub
from tests.packs.prometheus.test_cluster import objects
from tests.packs.prometheus.test_dashboards import dashboards, expressions
from tests.packs.prometheus.test_rules import metrics
from tests.packs.prometheus.watching import made, rules
from tests.servers import ServerMissing, free_port, postgres, rabbitmq, skip_without

START_LIMIT_S = 30.0


def asked(prefix: str) -> set[str]:
    """The metrics of one kind that the shop's rules and dashboards name."""
    expressions_ = [rule["expr"] for rule in rules("shop")]
    expressions_ += [e for board in dashboards("shop").values() for e in expressions(board)]
    operated = [one for one in objects("shop") if one["kind"] == "PrometheusRule"]
    expressions_ += [rule["expr"] for one in operated for group in one["spec"]["groups"] for rule in group["rules"]]
    return {metric for e in expressions_ for metric in metrics(e) if metric.startswith(prefix)}


def shown(text: str) -> set[str]:
    """The metrics that a page shows."""
    return {line.partition("{")[0].partition(" ")[0] for line in text.splitlines() if not line.startswith("#")}


def page(url: str) -> str:
    """A page, as soon as there is one."""
    give_up = time.monotonic() + START_LIMIT_S
    while True:
        try:
            with urllib.request.urlopen(url, timeout=5) as answer:
                return str(answer.read().decode())
        except OSError:
            if time.monotonic() > give_up:
                raise
            time.sleep(0.1)


def job(name: str) -> dict[str, Any]:
    """What Prometheus is told of a job outside Kubernetes."""
    found = {one["job_name"]: one for one in yaml.safe_load(made("shop")["prometheus.yaml"])["scrape_configs"]}
    return dict(found[name])


def path_of(name: str) -> str:
    """What a job asks for."""
    parameters = urllib.parse.urlencode(job(name).get("params", {}), doseq=True)
    return f"{job(name).get('metrics_path', '/metrics')}?{parameters}"


@contextmanager
def started(*command: str | Path, **env: str) -> Iterator[None]:
    """A process for as long as it is needed."""
    told = {"PATH": os.environ["PATH"]} | env
    quiet = subprocess.DEVNULL
    process = subprocess.Popen([str(one) for one in command], env=told, stdin=quiet, stdout=quiet, stderr=quiet)
    try:
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def test_the_gateway_shows_what_is_asked_and_nothing_else_of_its_admin_port(tmp_path: Path) -> None:
    facts = of_lab("  routes: {/api/orders: orders}\n")
    facts["gateway"]["metrics"] = 9902
    config = yaml.safe_load(rendered(facts)["envoy.yaml"])
    edge, watched = config["static_resources"]["listeners"]
    assert (
        job("shop-gateway")["dns_sd_configs"][0]["port"] == watched["address"]["socket_address"]["port_value"] == 9902
    )
    [orders, admin] = config["static_resources"]["clusters"]
    ports = {name: free_port() for name in ("edge", "watched", "admin")}
    with stub() as behind:
        for cluster, port in ((orders, behind.port), (admin, ports["admin"])):
            [endpoint] = cluster["load_assignment"]["endpoints"][0]["lb_endpoints"]
            endpoint["endpoint"]["address"]["socket_address"] = {"address": "127.0.0.1", "port_value": port}
        for one, port in ((edge, ports["edge"]), (watched, ports["watched"]), (config["admin"], ports["admin"])):
            one["address"]["socket_address"] = {"address": "127.0.0.1", "port_value": port}
        (tmp_path / "envoy.yaml").write_text(yaml.safe_dump(config))
        with started(ENVOY, "--disable-hot-restart", "--concurrency", "1", "-c", tmp_path / "envoy.yaml"):
            page(f"http://127.0.0.1:{ports['edge']}/health")
            assert ask(ports["edge"], "GET", "/api/orders").status == 200
            text = page(f"http://127.0.0.1:{ports['watched']}/metrics")
            assert asked("envoy_") <= shown(text)
            assert (
                'envoy_http_downstream_rq_xx{envoy_response_code_class="2",envoy_http_conn_manager_prefix="edge"} '
                in text
            )
            assert 'envoy_cluster_membership_healthy{envoy_cluster_name="orders"} 1' in text
            refused = [("POST", "/quitquitquit"), ("GET", "/config_dump"), ("POST", "/metrics"), ("GET", "/metrics/x")]
            assert {ask(ports["watched"], method, path).status for method, path in refused} == {404}
            assert ask(ports["edge"], "GET", "/metrics").status == 404


def test_the_broker_shows_what_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    port, configure = free_port(), rabbitmq._configure
    queue = {"name": "a.b.dead", "vhost": "shop", "durable": True, "auto_delete": False, "arguments": {}}

    def watched(home: Path, at: int, definitions: dict[str, Any]) -> None:
        configure(home, at, definitions)
        (home / "plugins").write_text("[rabbitmq_prometheus].")
        with (home / "rabbitmq.conf").open("a") as file:
            file.write(f"prometheus.tcp.port = {port}\nprometheus.tcp.ip = 127.0.0.1\n")

    monkeypatch.setattr(rabbitmq, "_configure", watched)
    try:
        with rabbitmq.rabbitmq({"vhosts": [{"name": "shop"}], "queues": [queue]}):
            text, give_up = "", time.monotonic() + START_LIMIT_S
            while "a.b.dead" not in text and time.monotonic() < give_up:
                time.sleep(0.5)  # queues are counted every few seconds
                text = page(f"http://127.0.0.1:{port}{path_of('shop-queues')}")
            queues = {one for one in asked("rabbitmq_") if one.startswith("rabbitmq_detailed_")}
            assert queues <= shown(text)
            assert 'rabbitmq_detailed_queue_consumers{vhost="shop",queue="a.b.dead"} 0' in text
            assert asked("rabbitmq_") - queues <= shown(page(f"http://127.0.0.1:{port}{path_of('shop-broker')}"))
    except ServerMissing as missing:
        skip_without(missing)


def test_databases_show_what_is_asked_to_whom_may_see_no_row_of_anybody() -> None:
    exporter, port = shutil.which("prometheus-postgres-exporter"), free_port()
    if exporter is None:
        skip_without(ServerMissing("prometheus-postgres-exporter is not installed (Debian: apt-get install it)"))
    try:
        with postgres.postgres() as url:
            role = "CREATE ROLE reader LOGIN; GRANT pg_monitor TO reader"
            psql = [str(postgres._programs() / "psql"), "-X", url]
            for statement in (role, "CREATE DATABASE orders", "REVOKE ALL ON DATABASE orders FROM PUBLIC"):
                subprocess.run([*psql, "-c", statement], check=True, capture_output=True)
            at = f"{url.rpartition('@')[2]}?sslmode=disable"
            listen = f"--web.listen-address=127.0.0.1:{port}"
            with started(exporter, listen, DATA_SOURCE_URI=at, DATA_SOURCE_USER="reader", DATA_SOURCE_PASS="any"):
                text = page(f"http://127.0.0.1:{port}{path_of('shop-databases')}")
            assert asked("pg_") <= shown(text)
            assert "\npg_up 1" in text
            assert 'pg_database_size_bytes{datname="orders"' in text
    except ServerMissing as missing:
        skip_without(missing)


OPERATED = {
    "cnpg_backends_total",
    "cnpg_collector_up",
    "cnpg_pg_database_size_bytes",
    "cnpg_pg_replication_lag",
    "cnpg_pg_settings_setting",
    "cnpg_pg_stat_database_deadlocks",
    "cnpg_pg_stat_database_xact_commit",
    "cnpg_pg_stat_database_xact_rollback",
}
"""What CloudNativePG 1.30 shows without being told to: its own, and of the queries of its `default-monitoring`."""


def test_databases_that_the_operator_runs_are_asked_for_what_it_shows() -> None:
    assert asked("cnpg_") == OPERATED
