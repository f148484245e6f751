"""Telemetry as facts: what each part promises and shows of itself, who is told when it fails, where the collector sends."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from svcforge.model.blueprint import Blueprint
from svcforge.packs.card import Card, Signal
from svcforge.plan.broker import heard
from svcforge.plan.containers import server
from svcforge.plan.kubernetes import EXPORTER, SCRAPED
from svcforge.plan.naming import free, handle, title
from svcforge.plan.objectives import objectives
from svcforge.plan.policies import HTTP, OBSERVABILITY, TRACES
from svcforge.plan.types import Fact
from svcforge.plan.workloads import METRICS

SIGNALS: Mapping[str, Signal] = {"tracing": "traces", "logs": "logs", "metrics": "metrics"}
"""What a collector sends on, by the place of `platform` that says where to."""

HOSTS = ("prometheus", "alertmanager", "grafana", "collector")
"""What stands beside the services in one Compose project, to watch them."""

LONGEST_UID = 40
"""Grafana's limit."""

UNOWNED = "on-call"
"""Who is told of what belongs to no team."""

OVERLAYS, CHART, COMPOSE = "kubernetes", "helm", "compose"
"""Platforms on which a collector runs: in the first two the cluster is asked who shows metrics, in the last names are."""

SETTING = re.compile(r"\$\{env:([A-Z][A-Z0-9_]*)(?::-([^}]*))?\}")
"""What an exporter leaves to the environment, as the collector writes it: a name, and what holds without it."""


@dataclass(frozen=True, slots=True)
class Beyond:
    """What shows metrics besides services and BFFs: the facts of the gateway and the broker, the databases' engine."""

    gateway: Fact | None = None
    broker: Fact | None = None
    store: str | None = None


def telemetry_facts(
    blueprint: Blueprint, parts: list[Fact], backends: Iterable[Card], beyond: Beyond = Beyond()
) -> Fact:
    """The facts of what watches a system.

    Args:
        parts: the facts of services and BFFs.
        backends: the cards of what `platform` names for traces, logs and metrics, where a collector sends to those.
    """
    watched = [_part(part) for part in parts]
    teams = list(dict.fromkeys(part["team"] for part in watched if part["team"]))
    unowned = free(UNOWNED, teams)
    cards = {card.pack: card for card in backends}
    exporters = list(_exporters(blueprint, cards))
    pipelines = [
        {"signal": signal, "exporters": [one["name"] for one in exporters if signal in one["signals"]]}
        for signal in SIGNALS.values()
        if any(signal in one["signals"] for one in exporters)
    ]
    signals = {pipeline["signal"] for pipeline in pipelines}
    overlaid, chart, compose = (name in blueprint.platform.deploy for name in (OVERLAYS, CHART, COMPOSE))
    cluster = overlaid or chart
    return {
        "system": blueprint.system,
        "namespace": OBSERVABILITY,
        "cluster": cluster,
        # Whether there are overlays, which take in what watches the system.
        "overlaid": overlaid,
        "scrape": {"port": HTTP, "path": METRICS},
        "otlp": TRACES,
        "parts": watched,
        **_beyond(blueprint.system, beyond),
        "dashboards": list(_dashboards(blueprint.system, watched, around=beyond != Beyond())),
        "teams": teams,
        "unowned": unowned,
        "hosts": {name: server(name) for name in HOSTS},
        "sources": [
            {"name": name, "title": title(name), "host": server(name)} | one.source
            for card in cards.values()
            for name, one in card.servers.items()
            if one.source
        ],
        "exporters": exporters,
        "pipelines": pipelines,
        "settings": list(_settings(exporters)),
        "secrets": [{"name": name, "about": about} for card in cards.values() for name, about in card.secrets.items()],
        "outside": any(not card.servers for card in cards.values()),
        "scraped": "metrics" in signals,
        "found": cluster and "metrics" in signals,
        "ships": compose and "logs" in signals,
        "compose": compose,
        "receivers": [f"{team}.{how}" for team in [*teams, unowned] for how in ("page", "ticket")],
    }


def _settings(exporters: list[Fact]) -> Iterator[Fact]:
    """What exporters leave to the environment, each once; it has to be said where there is no default."""
    found: dict[str, str | None] = {}
    for name, default in SETTING.findall(json.dumps([one["config"] for one in exporters])):
        found.setdefault(name, default or None)
    yield from ({"name": name, "default": default} for name, default in found.items())


def _beyond(system: str, beyond: Beyond) -> Fact:
    """Where the gateway, the broker and the databases show their metrics, and which job asks them."""
    gateway, broker, store = beyond.gateway, beyond.broker, beyond.store
    return {
        "gateway": {"name": gateway["name"], "job": f"{system}-gateway", "port": gateway["metrics"]}
        if gateway
        else None,
        "broker": {
            "name": broker["name"],
            "engine": broker["engine"],
            "job": f"{system}-broker",
            "queues": f"{system}-queues",
            "host": server(broker["name"]),
            "port": SCRAPED,
            "vhost": broker["vhost"],
        }
        if broker
        else None,
        "databases": {
            "engine": store,
            "job": f"{system}-databases",
            "host": server(f"{store}-exporter"),
            "port": EXPORTER,
        }
        if store
        else None,
    }


def _dashboards(system: str, parts: list[Fact], *, around: bool) -> Iterator[Fact]:
    """One of the system, one of what stands around the services, one of each part."""
    taken = [part["name"] for part in parts]
    name = free(system, taken, "-system")
    yield {
        "name": name,
        "uid": _uid(name),
        "title": system,
        "about": f"{title(system)}: all of its services",
        "part": None,
        "around": False,
    }
    if around:
        other = free(f"{system}-around", [*taken, name])
        yield {
            "name": other,
            "uid": _uid(other),
            "title": f"{system} / gateway, broker, databases",
            "about": f"{title(system)}: what stands around its services",
            "part": None,
            "around": True,
        }
    for part in parts:
        yield {
            "name": part["name"],
            "uid": _uid(f"{name}-{part['name']}"),
            "title": f"{system} / {part['name']}",
            "about": f"{part['title']}: requests, errors, durations, and what it waits for",
            "part": part,
            "around": False,
        }


def _uid(name: str) -> str:
    """How Grafana knows a dashboard: the name, cut short where it is too long."""
    digest = hashlib.sha256(name.encode()).hexdigest()[:8]
    return name if len(name) <= LONGEST_UID else f"{name[: LONGEST_UID - 9]}-{digest}"


def _part(part: Fact) -> Fact:
    """What a part shows, by the names that stand in the labels of its metrics."""
    return {
        "name": part["name"],
        "title": part["title"],
        "kind": "bff" if part["role"] == "bff" else "service",
        "team": handle(part["team"]) if part["team"] else None,
        "port": part["port"],
        "serves": part["has"]["api"],
        # What answers no requests cannot fail one.
        "objectives": list(objectives(part["slo"])) if part["has"]["api"] else [],
        "emits": part["has"]["emits"],
        "sagas": [saga["name"] for saga in part["sagas"]],
        "queues": sorted(hearing["queue"] for hearing in heard(part)),
        "breakers": sorted(_breakers(part)),
    }


def _breakers(part: Fact) -> Iterator[str]:
    for dependency in part["dependencies"]:
        for operation in dependency["operations"]:
            if operation["policy"]["breaker"]:
                yield f"{dependency['name']}.{operation['name']}"


def _exporters(blueprint: Blueprint, backends: dict[str, Card]) -> Iterator[Fact]:
    """The exporters of a collector, each once: what it is told, and which signals go there."""
    found: dict[str, Fact] = {}
    for place, signal in SIGNALS.items():
        backend = backends.get(getattr(blueprint.platform, place) or "")
        for name, config in (backend.exporters.get(signal, {}) if backend else {}).items():
            kept = found.setdefault(name, {"name": name, "config": config, "signals": []})
            kept["signals"].append(signal)
    yield from found.values()
