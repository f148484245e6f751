"""Rules: Prometheus takes them, their own tests pass and would not if they were wrong, and alerts say what to do."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from tests.packs.prometheus.watching import blueprint_of, made, rules, tool, watched, written

from svcforge.model.blueprint import Blueprint

AROUND = "around_services"
"""The rules of what is no service."""

OTHERS = ("envoy_", "rabbitmq_", "pg_", "cnpg_")
"""How metrics begin that no service has: test_shown.py asks those who have them."""

KIT = Path(__file__).parents[3] / "templates/stacks/python/template/src/{{ service.package }}/kit"


@watched
def test_prometheus_takes_every_rule_and_its_configuration(name: str, tmp_path: Path) -> None:
    folder = written(name, tmp_path)
    code, text = tool("promtool", "check", "rules", *sorted(folder.glob("rules/*.yaml")))
    assert code == 0, text
    code, text = tool("promtool", "check", "config", folder / "prometheus.yaml")
    assert code == 0, text


@watched
def test_the_rules_of_every_service_pass_their_own_test(name: str, tmp_path: Path) -> None:
    folder = written(name, tmp_path)
    tests = sorted(folder.glob("tests/*.yaml"))
    blueprint = blueprint_of(name)
    around = {test.stem for test in tests} - {*blueprint.services, *blueprint.bffs}
    assert around == ({AROUND} if blueprint.gateway or blueprint.platform.broker or served(blueprint) else set())
    code, text = tool("promtool", "test", "rules", *tests)
    assert code == 0, text


def served(blueprint: Blueprint) -> bool:
    """Whether the system's databases are in a server."""
    return blueprint.platform.store == "postgres" and any(
        service.entities or service.copies for service in blueprint.services.values()
    )


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        pytest.param('_class="5"', '_class="2"', id="what went well"),
        pytest.param("> 0.05", "> 0.5", id="another threshold"),
        pytest.param(', envoy_cluster_name!="admin"', "", id="the gateway's own cluster"),
        pytest.param('queue!~".*[.]dead"', 'queue=~".*[.]dead"', id="who takes dead letters"),
        pytest.param('queue=~".*[.]dead"', 'queue!~".*[.]dead"', id="letters that live"),
        pytest.param("free_disk_space_watermark", "file_descriptor_limit", id="another alarm"),
        pytest.param("sum by (job, service) (pg_", "max by (job, service) (pg_", id="one database"),
    ],
)
def test_a_rule_of_what_stands_around_services_that_is_wrong_does_not_pass(
    tmp_path: Path, right: str, wrong: str
) -> None:
    folder = written("shop", tmp_path)
    file = folder / "rules" / f"{AROUND}.yaml"
    text = file.read_text()
    assert right in text
    file.write_text(text.replace(right, wrong))
    code, said = tool("promtool", "test", "rules", folder / "tests" / f"{AROUND}.yaml")
    assert code == 1, said
    assert "FAILED" in said


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        pytest.param('http_response_status_code=~"5.."', 'http_response_status_code=~"4.."', id="other errors"),
        pytest.param("> 0.0144", "> 0.144", id="another threshold"),
        pytest.param("> 0.001\n", "> 0.1\n", id="another budget"),
        pytest.param('le="0.5"', 'le="+Inf"', id="another bucket"),
        pytest.param("severity: page", "severity: ticket", id="another severity"),
        pytest.param("outbox_oldest_seconds", "outbox_pending", id="another metric"),
        pytest.param("saga_stuck{", "saga_active{", id="all sagas"),
        pytest.param("== 1)", "== 0)", id="absent where it is there"),
    ],
)
def test_a_rule_that_is_wrong_does_not_pass(tmp_path: Path, right: str, wrong: str) -> None:
    folder = written("shop", tmp_path)
    file = folder / "rules" / "orders.yaml"
    text = file.read_text()
    assert right in text
    file.write_text(text.replace(right, wrong))
    code, said = tool("promtool", "test", "rules", folder / "tests" / "orders.yaml")
    assert code == 1, said
    assert "FAILED" in said


@watched
def test_every_alert_says_how_loud_it_is_what_is_wrong_and_where_help_is(name: str) -> None:
    alerts = [rule for rule in rules(name) if "alert" in rule]
    assert alerts
    readme = made(name)["README.md"]
    for alert in alerts:
        assert alert["labels"]["severity"] in ("page", "ticket")
        assert set(alert["annotations"]) == {"summary", "description", "runbook_url"}
        assert f"`{alert['alert']}`" in readme


@watched
def test_whose_service_it_is_stands_on_its_alerts(name: str) -> None:
    blueprint = blueprint_of(name)
    for path, text in made(name).items():
        if path.startswith("rules/"):
            service = path.removeprefix("rules/").removesuffix(".yaml")
            if service == AROUND:
                continue
            alerts = [rule for group in yaml.safe_load(text)["groups"] for rule in group["rules"] if "alert" in rule]
            teams = {alert["labels"].get("team") for alert in alerts}
            assert teams == {None} if blueprint.team_of(service) is None else len(teams) == 1 and None not in teams


def test_a_promise_is_watched_as_the_workbook_says() -> None:
    found = [rule for rule in rules("shop") if rule.get("alert") == "AvailabilityBudgetBurn"]
    burns = [(r["labels"]["window"], r["for"], r["labels"]["severity"], thresholds(r["expr"])) for r in found]
    assert burns == [
        ("1h", "2m", "page", {("1h", 0.0144), ("5m", 0.0144)}),
        ("6h", "15m", "page", {("6h", 0.006), ("30m", 0.006)}),
        ("1d", "1h", "ticket", {("1d", 0.003), ("2h", 0.003)}),
        ("3d", "3h", "ticket", {("3d", 0.001), ("6h", 0.001)}),
    ]


def thresholds(expression: str) -> set[tuple[str, float]]:
    """Windows of recorded ratios, with what they are compared to."""
    return {(w, float(t)) for w, t in re.findall(r"ratio:rate(\w+)\{[^}]*\} > ([0-9.e-]+)", expression)}


def test_what_defaults_promise_is_watched_too_and_what_nobody_promises_is_not() -> None:
    assert {rule["labels"]["slo"] for rule in rules("promising") if "record" in rule} == {"availability", "latency"}
    assert [r for r in rules("little") if r.get("record")] == []
    groups = {
        path.removeprefix("rules/").removesuffix(".yaml"): [group["name"] for group in yaml.safe_load(text)["groups"]]
        for path, text in made("promising").items()
        if path.startswith("rules/")
    }
    assert groups["always"] == ["always-state"]
    assert groups["usual"] == ["usual-availability", "usual-state"]
    assert groups["worker"] == ["worker-state"]


def test_more_than_all_requests_need_not_fail() -> None:
    text = made("promising")["rules/a-service-with-a-name-as-long-as-may-be.yaml"]
    [group] = [g for g in yaml.safe_load(text)["groups"] if g["name"].endswith("-availability")]
    assert [rule["labels"]["window"] for rule in group["rules"] if "alert" in rule] == ["1d", "3d"]


@watched
def test_no_rule_asks_for_a_metric_that_no_service_has(name: str) -> None:
    shown = {
        f"{metric}{suffix}"
        for kind, metric in re.findall(r'(Gauge|Counter|Histogram)\(\s*"(\w+)"', "".join(kit_sources()))
        for suffix in {"Gauge": ("",), "Counter": ("_total",), "Histogram": ("_bucket", "_count", "_sum")}[kind]
    }
    recorded = {rule["record"] for rule in rules(name) if "record" in rule}
    for rule in rules(name):
        assert {one for one in metrics(rule["expr"]) if not one.startswith(OTHERS)} <= shown | recorded | {"up"}


def kit_sources() -> list[str]:
    """What every service is built of."""
    return [file.read_text() for file in sorted(KIT.glob("*.py"))]


def metrics(expression: str) -> set[str]:
    """The metrics that an expression names."""
    return set(re.findall(r"([a-z_:][a-z0-9_:]*)\{", expression))


@watched
def test_the_operator_reads_the_very_same_rules(name: str) -> None:
    for path, text in made(name).items():
        if path.startswith("kubernetes/rules/"):
            custom: dict[str, Any] = yaml.safe_load(text)
            groups = yaml.safe_load(made(name)[path.removeprefix("kubernetes/")])["groups"]
            assert custom["spec"]["groups"] == [group for group in groups if group["name"] != "databases"]
