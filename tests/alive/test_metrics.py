"""A real Prometheus scrapes the running shop: every panel has something to show, and a promise that is broken is noticed."""

from __future__ import annotations

import json
import urllib.parse
import urllib.request
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.alive.conftest import Generate
from tests.alive.shop import Shop
from tests.driving import eventually
from tests.servers import ServerMissing, skip_without
from tests.servers.prometheus import prometheus

WINDOW = "20s"
"""What Grafana makes of `$__rate_interval` where metrics are read every second."""

AT_ONCE = 10


@pytest.fixture
def server(generated: Generate, shop: Shop, tmp_path: Path) -> Iterator[str]:
    """Prometheus with the generated configuration, but where services are, and in how much of a hurry it is."""
    folder = generated("shop") / "platform" / "prometheus"
    config = yaml.safe_load((folder / "prometheus.yaml").read_text())
    config["global"] = {"scrape_interval": "1s", "scrape_timeout": "1s", "evaluation_interval": "1s"}
    del config["alerting"]
    config["rule_files"] = [str(rules(folder, tmp_path))]
    # What stands around the services is asked for what is scraped there in tests/packs/prometheus/test_shown.py.
    config["scrape_configs"] = [job] = [one for one in config["scrape_configs"] if one["job_name"] == "shop"]
    names = [name for found in job.pop("dns_sd_configs") for name in found["names"]]
    job["static_configs"] = [
        {"targets": [shop.system.url(name).removeprefix("http://")], "labels": {"__meta_dns_name": name}}
        for name in names
    ]
    file = tmp_path / "prometheus.yaml"
    file.write_text(yaml.safe_dump(config))
    with ExitStack() as stack:
        try:
            yield stack.enter_context(prometheus(file))
        except ServerMissing as missing:
            skip_without(missing)


def rules(folder: Path, into: Path) -> Path:
    """The generated rules, worked out every second."""
    groups = [
        group for file in sorted(folder.glob("rules/*.yaml")) for group in yaml.safe_load(file.read_text())["groups"]
    ]
    for group in groups:
        group.pop("interval", None)
    found = into / "rules.yaml"
    found.write_text(yaml.safe_dump({"groups": groups}))
    return found


def asked(server: str, expression: str) -> list[dict[str, Any]]:
    """What an expression comes to."""
    with urllib.request.urlopen(f"{server}/api/v1/query?{urllib.parse.urlencode({'query': expression})}") as answer:
        found: list[dict[str, Any]] = json.load(answer)["data"]["result"]
        return found


def test_every_panel_shows_something_and_a_broken_promise_is_noticed(
    generated: Generate, shop: Shop, server: str
) -> None:
    folder = generated("shop") / "platform" / "prometheus" / "grafana" / "dashboards"
    boards = sorted(file for file in folder.glob("*.json") if file.stem != "shop-around")
    assert len(boards) == 11
    wanted = {
        target["expr"].replace("$__rate_interval", WINDOW)
        for board in boards
        for panel in json.loads(board.read_text())["panels"]
        for target in panel["targets"]
    }
    customer, product = shop.customer(), shop.product(1000)

    def busy() -> None:
        for board in boards:
            if board.stem != "shop":
                shop.system.at(board.stem).ask("GET", "/nowhere")
        assert shop.order(customer, product).status == 201

    def shown() -> bool | None:
        busy()
        wanted.difference_update({expression for expression in wanted if asked(server, expression)})
        return not wanted or None

    eventually(shown, "something to show in every panel")
    alert = 'ALERTS{alertname="AvailabilityBudgetBurn", service="orders", severity="page"}'
    assert asked(server, alert) == []
    with shop.system.frozen("inventory"), ThreadPoolExecutor(AT_ONCE) as pool:

        def noticed() -> list[dict[str, Any]] | None:
            # Again and again: of a series that is new, Prometheus counts what comes after its first sample.
            failed = set(pool.map(lambda _: shop.order(customer, product).status, range(AT_ONCE)))
            # Whoever fails that fast soon meets the limit of the route.
            assert failed <= {429, 503}
            return asked(server, alert) or None

        [pending, *_] = eventually(noticed, "an alert")
    assert (pending["metric"]["alertstate"], pending["metric"]["team"]) == ("pending", "checkout")
