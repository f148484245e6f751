"""Services, BFFs and the gateway as workloads of a cluster: what each is given, how many there are, whom it may reach."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from svcforge.model.blueprint import Blueprint
from svcforge.model.effective import replicas
from svcforge.packs.card import Card
from svcforge.plan.commands import filled
from svcforge.plan.containers import asks_issuer, environment, mounted, own_secrets, served, traced
from svcforge.plan.gateway import CONTAINER_PORT
from svcforge.plan.naming import free, handle
from svcforge.plan.policies import (
    COLLECTOR,
    HTTP,
    OBSERVABILITY,
    TRACES,
    collected,
    names,
    pods,
    policy,
    port_of,
    rule,
    scraped,
)
from svcforge.plan.releases import runs
from svcforge.plan.sidecars import Known, sidecar_facts
from svcforge.plan.types import Fact

MIN, MAX, CPU = 2, 6, 70
"""Replicas and percent of the requested processor, where the blueprint does not say."""

REQUESTS = {"cpu": "100m", "memory": "128Mi"}
LIMITS = {"cpu": "500m", "memory": "256Mi"}

SENSITIVE = re.compile("password|token|secret|bearer", re.IGNORECASE)
"""What checkers take for a secret by its name, whatever it holds."""

NEUTRAL = {"password": "word", "token": "pass", "secret": "hidden", "bearer": "holder"}

LONGEST_LABEL = 63

VOLUMES = ("tmp", "logs", "data", "secrets")
"""Volumes of a pod; a sidecar's own has the sidecar's name."""

GATEWAY = "gateway.networking.k8s.io/gateway-name"
"""The label of the pods that a Gateway of the cluster has."""

METRICS = "/metrics"
"""Where every stack shows its metrics, on the port that it serves on, and the gateway on one of their own."""

LIVE = "/health/live"
"""Where every stack says that its process is alive."""


@dataclass(frozen=True, slots=True)
class Around:
    """What stands around the workloads.

    Args:
        store: the engine of the database servers; None where each part keeps a file.
        stores: the database server of each part that has one.
        jobs: what the migration of each part is called where it is a job.
        broker: the broker's port in the cluster, and the label by which its pods are known.
        keys: the Secret with the keys of tokens.
        callers: who calls each part.
        called: whom each part calls.
        doors: whom anybody may reach.
        ingress: what the cluster's ingress is called, where there is one for the system.
        entered: whom it reaches, where it stands in a gateway's place.
        releases: the versions that run side by side, of each service that has any.
        version: the image's tag of all others.
        sidecars: those that packs know by name.
        system: what the system is called.
        scraper: who asks for metrics, if anybody does.
    """

    store: str | None
    stores: Mapping[str, str]
    jobs: Mapping[str, str]
    broker: Fact | None
    keys: str
    callers: Mapping[str, list[str]]
    called: Mapping[str, list[str]]
    doors: frozenset[str]
    ingress: str
    entered: frozenset[str]
    releases: Mapping[str, list[Fact]]
    version: str
    sidecars: Known
    system: str
    scraper: str | None
    traces: bool


def owner(team: str | None) -> str | None:
    """A team as the value of a label."""
    return handle(team)[:LONGEST_LABEL].strip("-") if team else None


def workload(blueprint: Blueprint, card: Card, part: Fact, around: Around) -> Fact:
    """A service or BFF."""
    name, job = part["name"], around.jobs[part["name"]]
    file = part["database"] and not served(part, around.store)
    variables = [*environment(part, around.store), *_telemetry(around)]
    config = _config(name, variables)
    migrate = filled(card.do.migrate, {"service": part}) if card.do.migrate and part["database"] else None
    scale = None if file else _scale(blueprint, name)
    sidecars = sidecar_facts(blueprint, name, around.sidecars, {name, job, *VOLUMES})
    ships = [one for one in sidecars if one["ships"]]
    own, beside = runs(name, around.releases.get(name, []), scale, around.version)
    return config | {
        "name": name,
        "component": "bff" if part["role"] == "bff" else "service",
        "owner": owner(part["team"]),
        "scale": scale,
        "run": own,
        "releases": beside,
        "sidecars": sidecars,
        "ships": ships,
        "volume": f"{name}-data" if file else None,
        "probes": {"live": LIVE, "ready": card.do.health or "/health/ready"},
        "resources": _resources(blueprint, name, part["resources"]),
        "metrics": {"name": HTTP, "port": CONTAINER_PORT, "path": METRICS} if around.scraper else None,
        "sources": list(_sources(part, around)),
        "migrate": {"name": job, "object": f"{job}-{_version(part)}", "command": migrate, "job": not file}
        if migrate
        else None,
        "policy": policy(name, _ingress(name, around), [*_egress(name, around), *_beyond(part, around, bool(ships))]),
        "migrations": policy(job, (), [names(), _database(around.stores[name])]) if migrate and not file else None,
    }


def edge(gateway: Fact, health: str, around: Around) -> Fact:
    """The gateway: nothing but its image and the issuer's keys."""
    name, jwt = gateway["name"], gateway["jwt"]
    remote = jwt["jwks"] if jwt else None
    items = [{"key": "jwks.json", "path": "jwks.json"}] if jwt and not remote else []
    outside = [rule("the issuer's keys are fetched", remote["port"], outside=True)] if remote else []
    shown = [scraped("metrics", around.scraper)] if around.scraper else []
    scale = {"min": MIN, "max": MAX, "cpu": CPU}
    own, _ = runs(name, [], scale, around.version)
    return _config(name, ()) | {
        "name": name,
        "component": "gateway",
        "owner": None,
        "scale": scale,
        "run": own,
        "releases": [],
        "sidecars": [],
        "ships": [],
        "volume": None,
        "probes": {"live": None, "ready": health},
        # Envoy refuses what is too much by its heap, 256 MiB: the limit has to leave room for the rest of it.
        "resources": {"requests": REQUESTS, "limits": LIMITS | {"cpu": "1", "memory": "384Mi"}},
        "metrics": {"name": "metrics", "port": gateway["metrics"], "path": METRICS} if around.scraper else None,
        "sources": [{"secret": around.keys, "items": items}] if items else [],
        "migrate": None,
        "policy": policy(name, [*_ingress(name, around), *shown], [*_egress(name, around), *outside]),
        "migrations": None,
    }


def _telemetry(around: Around) -> Iterator[Fact]:
    if around.traces:
        yield from traced(around.system, f"http://{COLLECTOR}.{OBSERVABILITY}:{TRACES}")


def _config(name: str, variables: Iterable[Fact]) -> Fact:
    """Variables by where they come from: `config` as they are; `paths` under other names, for checkers; some are asked."""
    config: list[Fact] = []
    paths: list[Fact] = []
    env: list[Fact] = []
    asked: dict[str, list[Fact]] = {}
    taken: set[str] = set()
    for variable in variables:
        sensitive = SENSITIVE.search(variable["name"]) is not None
        key = free(_neutral(variable["name"]), taken, "-") if sensitive else variable["name"]
        taken.add(key)
        into = f"{name}-{'paths' if sensitive else 'config'}"
        user = variable["from"]
        needed = user is None or user["required"]
        if sensitive or user:
            env.append({"name": variable["name"], "map": into, "key": key, "optional": not needed})
        if user:
            asked.setdefault(into, []).append({"name": variable["name"], "key": key, "required": needed})
        else:
            (paths if sensitive else config).append({"key": key, "value": variable["value"]})
    return {
        "config": config,
        "paths": paths,
        "has_paths": bool(paths) or f"{name}-paths" in asked,
        "env": env,
        "asked": [{"map": called, "keys": keys} for called, keys in asked.items()],
        "digest": hashlib.sha256(json.dumps([config, paths]).encode()).hexdigest()[:16],
    }


def _neutral(variable: str) -> str:
    """A key that checkers do not take for a secret: `card-network-pass-file` for CARD_NETWORK_TOKEN_FILE."""
    key = SENSITIVE.sub(lambda found: NEUTRAL[found[0].lower()], variable)
    return key.lower().replace("_", "-")


def _sources(part: Fact, around: Around) -> Iterator[Fact]:
    """The Secrets whose keys a part finds as files."""
    name = part["name"]
    own = [
        {"key": s["target"], "path": s["target"]} for s in own_secrets(part, around.store) if s["kind"] != "database"
    ]
    if own:
        yield {"secret": f"{name}-secrets", "items": own}
    if name in around.stores:
        yield {"secret": f"{around.stores[name]}-app", "items": [{"key": "uri", "path": "database_url"}]}
    known = {s["name"] for s in own_secrets(part, around.store)}
    shared = [s["target"] for s in mounted(part, around.store) if s["name"] not in known]
    if shared:
        yield {"secret": around.keys, "items": [{"key": target, "path": target} for target in shared]}


def _scale(blueprint: Blueprint, name: str) -> Fact:
    element = blueprint.services.get(name) or blueprint.bffs[name]
    blocks = [element.scale, *(defaults.scale for defaults, _ in blueprint.defaults_of(name))]
    top = next((s.max for s in blocks if s.max is not None), None)
    cpu = next((s.cpu for s in blocks if s.cpu is not None), None)
    least = replicas(blueprint, name).value or MIN
    return {"min": least, "max": max(top or MAX, least), "cpu": round(cpu * 100) if cpu else CPU}


def _resources(blueprint: Blueprint, name: str, own: Fact) -> Fact:
    """What one replica may use: what the blueprint says is kept for it as well."""
    said = {key: value for key, value in own.items() if value}
    for defaults, _ in blueprint.defaults_of(name):
        said = dict(defaults.resources) | said
    return {"requests": REQUESTS | said, "limits": LIMITS | said}


def _version(part: Fact) -> str:
    """The last migration, which a job's name carries: a job cannot be changed."""
    return str(part["migrations"][-1]["number"]) if part["migrations"] else "0"


def _ingress(name: str, around: Around) -> Iterator[Fact]:
    callers = around.callers.get(name)
    if name in around.doors:
        yield rule("anybody may knock at this door", HTTP)
    elif callers:
        yield rule("those who call it", HTTP, peers=[pods(caller) for caller in callers])
    if name in around.entered:
        yield rule("what comes in from outside", HTTP, peers=[pods(around.ingress, GATEWAY)])
    if around.scraper and name not in around.doors:
        yield scraped(HTTP, around.scraper)


def _egress(name: str, around: Around) -> Iterator[Fact]:
    called = around.called.get(name)
    yield names()
    if called:
        yield rule("what it calls", HTTP, peers=[pods(other) for other in called])


def _beyond(part: Fact, around: Around, ships: bool) -> Iterator[Fact]:
    """What a part reaches besides other parts; `ships` is whether a sidecar sends its logs."""
    if part["name"] in around.stores:
        yield _database(around.stores[part["name"]])
    if around.broker and part["has"]["broker"]:
        yield rule("the broker", around.broker["port"], peers=[pods(around.broker["value"], around.broker["label"])])
    if around.traces or ships:
        yield collected(*["traces"] * around.traces, *["logs"] * ships)
    externals = [d["name"] for d in part["dependencies"] if d["external"]]
    if externals:
        yield rule(f"outside: {', '.join(externals)}", 443, outside=True)
    if asks_issuer(part):
        ports = sorted({443, port_of(part["auth"]["jwks"])})
        yield rule("the issuer of tokens", *ports, outside=True)


def _database(store: str) -> Fact:
    return rule("its database", 5432, peers=[pods(store, "store")])
