"""Alertmanager: its own tool takes the configuration, every alert reaches its team, and nothing secret stands in it."""

from __future__ import annotations

from pathlib import Path

import yaml
from tests.packs.prometheus.watching import blueprint_of, made, rules, tool, watched, written

from svcforge.plan.naming import handle


@watched
def test_alertmanager_takes_its_configuration(name: str, tmp_path: Path) -> None:
    code, text = tool("amtool", "check-config", written(name, tmp_path) / "alertmanager.yaml")
    assert code == 0, text


@watched
def test_every_alert_reaches_its_team_as_loud_as_it_is(name: str, tmp_path: Path) -> None:
    config = written(name, tmp_path) / "alertmanager.yaml"
    told = {(rule["labels"].get("team"), rule["labels"]["severity"]) for rule in rules(name) if "alert" in rule}
    blueprint = blueprint_of(name)
    teams = {handle(team) for part in (*blueprint.services, *blueprint.bffs) if (team := blueprint.team_of(part))}
    assert {team for team, _ in told if team} == teams
    for team, severity in sorted(told, key=str):
        labels = [f"severity={severity}", "service=any", *([f"team={team}"] if team else [])]
        code, text = tool("amtool", "config", "routes", "test", f"--config.file={config}", *labels)
        assert (code, text.splitlines()[-1]) == (0, f"{team or 'on-call'}-{severity}")


@watched
def test_what_a_receiver_needs_is_in_a_file_that_the_manual_names(name: str) -> None:
    receivers = yaml.safe_load(made(name)["alertmanager.yaml"])["receivers"]
    assert len({receiver["name"] for receiver in receivers}) == len(receivers)
    for receiver in receivers:
        [[config]] = [configs for key, configs in receiver.items() if key != "name"]
        [file] = [value for key, value in config.items() if key.endswith("_file")]
        assert f"| `{file.removeprefix('/run/secrets/')}` |" in made(name)["README.md"]
        assert not {"routing_key", "api_url", "service_key", "url"} & set(config)


def test_a_team_may_be_called_as_those_who_have_none() -> None:
    from svcforge.plan.telemetry import telemetry_facts

    parts = [{"name": "one", "title": "One", "role": "api", "team": "On call", "port": 1, "slo": SILENT} | EMPTY]
    found = telemetry_facts(blueprint_of("little"), parts, ())
    assert (found["teams"], found["unowned"]) == (["on-call"], "on-call2")


SILENT = {"availability": None, "latency_ms": None}
EMPTY = {"has": {"emits": False, "api": True}, "sagas": [], "subscriptions": [], "copies": [], "dependencies": []}
