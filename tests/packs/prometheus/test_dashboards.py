"""Dashboards: Grafana's own types read them and lose nothing, and every expression is one that Prometheus can work out."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard
from tests.packs.prometheus.test_rules import OTHERS, kit_sources, metrics, served
from tests.packs.prometheus.watching import blueprint_of, made, rules, tool, watched

FOLDER = "grafana/dashboards/"


def dashboards(name: str) -> dict[str, dict[str, Any]]:
    """Every dashboard of a system, by its name."""
    found = {path: text for path, text in made(name).items() if path.startswith(FOLDER)}
    return {path.removeprefix(FOLDER).removesuffix(".json"): json.loads(text) for path, text in found.items()}


def expressions(dashboard: dict[str, Any]) -> Iterator[str]:
    """What its panels ask."""
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            yield target["expr"]


@watched
def test_there_is_one_of_the_system_and_one_of_each_service(name: str) -> None:
    blueprint = blueprint_of(name)
    parts = {*blueprint.services, *blueprint.bffs}
    found = dashboards(name)
    assert parts < set(found)
    others = {board["description"].partition(": ")[2] for called, board in found.items() if called not in parts}
    around = bool(blueprint.gateway or blueprint.platform.broker or served(blueprint))
    assert others == {"all of its services"} | ({"what stands around its services"} if around else set())
    uids = [dashboard["uid"] for dashboard in found.values()]
    assert len(set(uids)) == len(uids)
    assert max(map(len, uids)) <= 40
    for dashboard in found.values():
        assert [panel["id"] for panel in dashboard["panels"]] == list(range(1, len(dashboard["panels"]) + 1))
        places = [(p["gridPos"]["x"], p["gridPos"]["y"]) for p in dashboard["panels"]]
        assert len(set(places)) == len(places)


@watched
def test_grafanas_own_types_lose_nothing_of_it(name: str) -> None:
    for dashboard in dashboards(name).values():
        again = json.loads(JSONEncoder().encode(Dashboard.from_json(dashboard)))
        assert list(lost(dashboard, again)) == []


def lost(one: object, other: object, at: str = "") -> Iterator[str]:
    """Where the other does not have what the one has."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key, value in one.items():
            yield from lost(value, other[key], f"{at}/{key}") if key in other else (f"{at}/{key}",)
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for i, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from lost(left, right, f"{at}/{i}")
    elif one != other:
        yield at


def test_a_key_that_grafana_does_not_know_would_be_seen() -> None:
    [dashboard] = [board for called, board in dashboards("little").items() if called == "notes"]
    dashboard["panels"][0]["titel"] = "Requests"
    again = json.loads(JSONEncoder().encode(Dashboard.from_json(dashboard)))
    assert list(lost(dashboard, again)) == ["/panels/0/titel"]


@watched
def test_prometheus_can_work_out_every_expression(name: str, tmp_path: Path) -> None:
    asked = {e.replace("$__rate_interval", "1m") for board in dashboards(name).values() for e in expressions(board)}
    found = [{"record": f"asked:{i}", "expr": expression} for i, expression in enumerate(sorted(asked))]
    file = tmp_path / "asked.yaml"
    file.write_text(yaml.safe_dump({"groups": [{"name": "asked", "rules": found}]}))
    code, text = tool("promtool", "check", "rules", file)
    assert code == 0, text


@watched
def test_no_panel_asks_for_a_metric_that_nobody_has(name: str) -> None:
    kit, recorded = "".join(kit_sources()), {rule["record"] for rule in rules(name) if "record" in rule}
    for dashboard in dashboards(name).values():
        for metric in {m for expression in expressions(dashboard) for m in metrics(expression)} - {"up"} - recorded:
            if metric.startswith(OTHERS):
                continue
            stem = metric.removesuffix("_total").removesuffix("_count").removesuffix("_bucket")
            assert f'"{stem}"' in kit


@pytest.mark.parametrize(
    ("service", "shown"),
    [
        ("orders", {"Requests", "Errors", "Duration", "Outbox", "Sagas", "Breakers", "Budget: 99.9% availability"}),
        ("notifications", {"Instances", "Events taken", "Consumer lag"}),
        (
            "shop-around",
            {"Gateway: answers", "Queues: waiting", "Dead letters", "Databases: size", "Databases: replicas"},
        ),
        ("shop", {"Requests", "Errors", "Duration, 99 %", "Outboxes", "Sagas", "Breakers", "Consumer lag", "Alerts"}),
    ],
)
def test_what_a_service_has_is_shown(service: str, shown: set[str]) -> None:
    titles = {panel["title"] for panel in dashboards("shop")[service]["panels"]}
    assert shown <= titles
    for title in ("Sagas", "Requests", "Outbox"):
        assert (title in titles) == (title in shown)


@watched
def test_grafana_finds_them_and_what_it_asks(name: str) -> None:
    [provider] = yaml.safe_load(made(name)["grafana/provisioning/dashboards/dashboards.yaml"])["providers"]
    assert (provider["type"], provider["options"]) == ("file", {"path": "/etc/grafana/dashboards"})
    sources = yaml.safe_load(made(name)["grafana/provisioning/datasources/datasources.yaml"])["datasources"]
    assert [source["type"] for source in sources if source.get("isDefault")] == ["prometheus"]
    if name == "shop":
        assert [source["type"] for source in sources] == ["prometheus", "jaeger", "loki"]
