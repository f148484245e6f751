"""All facts of one service or BFF: what its pack's templates see."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from types import MappingProxyType
from typing import Any

from svcforge.model.blueprint import Blueprint
from svcforge.model.effective import availability, latency
from svcforge.model.elements import Bff, Service, Setting
from svcforge.plan.abilities import needs_of
from svcforge.plan.asyncapi import asyncapi
from svcforge.plan.catalog import catalog_fact
from svcforge.plan.dependencies import Clients
from svcforge.plan.endpoints import endpoint_facts
from svcforge.plan.entities import entity_facts
from svcforge.plan.environment import environment, setting_env, url_env
from svcforge.plan.evolution import Renames
from svcforge.plan.examples import Fields, of_fields
from svcforge.plan.messages import copy_facts, event_fact, publishers, subscription_facts, with_example
from svcforge.plan.migrations import history, migrations, schema, tables
from svcforge.plan.naming import pascal, snake, title
from svcforge.plan.openapi import openapi
from svcforge.plan.operations import operation_example, operation_fact
from svcforge.plan.parts import engine_of
from svcforge.plan.routes import routes
from svcforge.plan.sagas import saga_fact
from svcforge.plan.subject import Subject, sagas_of, subject
from svcforge.plan.system import jwt_fact
from svcforge.plan.types import Fact

CONTAINER_PORT = 8080
"""Where a service listens in its container; under `up` each has a port of its own, which `run.json` says."""


def service_facts(blueprint: Blueprint, service: Service, shipped: Sequence[Fact] = ()) -> Fact:
    """The facts of a service.

    Args:
        shipped: the models of the migrations that it has already, in order.
    """
    about = subject(blueprint, service.name)
    clients = Clients(blueprint, service.name)
    local = _local(blueprint, service)
    entities = entity_facts(about, service)
    copies = copy_facts(about, service)
    events = [event_fact(about.types, blueprint, event) for event in service.events]
    operations = [operation_fact(about, clients, o, o.name in local) for o in service.operations.values()]
    sagas = [saga_fact(about, clients, saga) for saga in sagas_of(blueprint, service.name)]
    facts = _head(blueprint, service, "services") | {
        "role": service.role.value,
        "context": service.context,
        "subdomain": blueprint.contexts[service.context].subdomain,
        "api": list(service.api or ("rest",)),
        "store": engine_of(blueprint, service),
        "entities": entities,
        "events": events,
        "publishers": publishers(blueprint, service),
        "operations": operations,
        "subscriptions": subscription_facts(about, service),
        "copies": copies,
        "sagas": sagas,
        "endpoints": [],
        "settings": [_setting(about, setting) for setting in service.settings],
    }
    return _finished(about, clients, facts, shipped, renamed_columns(service, entities))


def bff_facts(blueprint: Blueprint, bff: Bff) -> Fact:
    """The facts of a BFF: the same keys as a service's, most of them empty."""
    about = subject(blueprint, bff.name)
    clients = Clients(blueprint, bff.name)
    none: list[Any] = []
    facts = _head(blueprint, bff, "bffs") | {
        "role": "bff",
        "context": None,
        "subdomain": None,
        "api": ["rest"],
        "store": None,
        "endpoints": endpoint_facts(about, clients, bff),
        **dict.fromkeys(("entities", "events", "publishers", "operations", "subscriptions", "copies"), none),
        **dict.fromkeys(("sagas", "settings"), none),
    }
    return _finished(about, clients, facts)


def renamed_columns(service: Service, entities: Iterable[Fact]) -> Renames:
    """What the blueprint says columns were called before (`was: old_name`), by table."""
    tables = {fact["name"]: fact["table"] for fact in entities}
    found = {tables[e.name]: {f.name: f.was for f in e.fields if f.was} for e in service.entities.values()}
    return {table: columns for table, columns in found.items() if columns}


def _local(blueprint: Blueprint, service: Service) -> set[str]:
    """The operations that the service's own sagas, handlers and schedules call."""
    names = {s.operation for s in service.subscriptions if s.operation}
    names |= {o.name for o in service.operations.values() if o.schedule}
    for saga in sagas_of(blueprint, service.name):
        for call in (*(c for step in saga.steps for c in (step.do, step.undo)), saga.undo):
            if call and call.target == service.name and call.operation:
                names.add(call.operation)
    return names


def _head(blueprint: Blueprint, element: Service | Bff, folder: str) -> Fact:
    """What a service and a BFF have in common."""
    name = element.name
    scale = element.scale
    return {
        "name": name,
        "package": snake(name),
        "class": pascal(name),
        "title": title(name),
        "folder": f"{folder}/{name}",
        "about": element.about or None,
        "team": blueprint.team_of(name),
        "tier": element.tier,
        "slo": {"availability": availability(blueprint, name).value, "latency_ms": latency(blueprint, name).value},
        "scale": {"min": scale.min, "max": scale.max, "cpu": scale.cpu},
        "resources": {key: element.resources.get(key) for key in ("cpu", "memory")},
        "stack": blueprint.stack_of(name),
        "api_version": blueprint.api_version_of(name) or "v1",
        "port": CONTAINER_PORT,
        "source": f"/{name}",
        "auth": jwt_fact(blueprint.gateway),
        "abilities": sorted({need.ability for need in needs_of(blueprint, element)}),
    }


def _setting(about: Subject, setting: Setting) -> Fact:
    field = about.types.field(setting.name, setting.type)
    others = {url_env(name) for name in (*about.blueprint.services, *about.blueprint.externals)}
    return field | {"env": setting_env(about.name, setting.name, others), "secret": setting.type.secret}


def _finished(
    about: Subject, clients: Clients, facts: Fact, shipped: Sequence[Fact] = (), renames: Renames = MappingProxyType({})
) -> Fact:
    """What follows from the rest: classes met, examples, what the service has, its tables, variables and documents."""
    dependencies = clients.facts()
    values = about.types.values()
    shapes: dict[str, list[Fact]] = {}
    for publisher in facts["publishers"]:
        shapes |= {value["name"]: value["fields"] for value in publisher["values"]}
    for dependency in dependencies if facts["endpoints"] else ():
        shapes |= {value["name"]: value["fields"] for value in dependency["values"]}
    shapes |= {f["name"]: f["fields"] for f in (*values, *about.views.values(), *about.records.values())}
    facts |= {
        "values": values,
        "enums": about.types.enums(),
        "views": list(about.views.values()),
        "records": list(about.records.values()),
        "dependencies": dependencies,
        "events": [with_example(event, shapes) for event in facts["events"]],
        "operations": [o | {"example": operation_example(o, shapes)} for o in facts["operations"]],
        "endpoints": [e | {"example": _endpoint_example(e, dependencies, shapes)} for e in facts["endpoints"]],
    }
    facts["routes"] = routes(facts["operations"] or facts["endpoints"])
    facts["has"] = _has(facts)
    facts["database"] = facts["has"]["database"]
    facts["logic"] = [
        {"operation": o["name"], "file": o["logic"], "rule": o["rule"]} for o in facts["operations"] if o["logic"]
    ]
    facts["schedules"] = [{"operation": o["name"], **o["schedule"]} for o in facts["operations"] if o["schedule"]]
    models = history(shipped, tables(facts, kit_tables(facts["has"])), renames)
    facts["schema"] = schema(models) if facts["database"] else None
    facts["migrations"] = migrations(models) if facts["database"] else []
    facts["environment"] = environment(facts)
    facts["openapi"] = openapi(facts) if facts["has"]["api"] else None
    facts["asyncapi"] = asyncapi(facts) if facts["has"]["broker"] else None
    facts["catalog"] = catalog_fact(about.blueprint, facts)
    return facts


def _endpoint_example(endpoint: Fact, dependencies: list[Fact], shapes: Fields) -> Fact:
    """A request to an endpoint, and the answer when no part fails."""
    answers: Fact = {}
    for part in endpoint["parts"]:
        dependency = next(d for d in dependencies if d["name"] == part["dependency"])
        operation = next(o for o in dependency["operations"] if o["method"] == part["method"])
        answers[part["name"]] = operation["example"]["answer"]
    places = {
        place: of_fields((i for i in endpoint["inputs"] if i["in"] == place), shapes)
        for place in ("path", "query", "body")
    }
    body = places["body"] if any(i["in"] == "body" for i in endpoint["inputs"]) else None
    return {**places, "body": body, "answer": answers | {"degraded": []}}


def _has(facts: Fact) -> Fact:
    """What there is of everything, as yes or no: which modules a repository needs."""
    operations, dependencies, endpoints = facts["operations"], facts["dependencies"], facts["endpoints"]
    internal = any(o["internal"] for o in operations)
    emits = any(o["emits"] for o in operations)
    consumes = bool(facts["subscriptions"] or any(copy["feeds"] for copy in facts["copies"]))
    guarded = any(_guarded(o) for o in operations) or any(e["access"]["kind"] != "public" for e in endpoints)
    jobs = any(o["long_running"] for o in operations)
    schedules = any(o["schedule"] for o in operations)
    keys = any(o["accepts_key"] and (o["http"] or o["internal"]) for o in operations)
    rows = bool(facts["entities"] or facts["copies"])
    return {
        "database": rows or emits or consumes or bool(facts["sagas"]) or keys or jobs or schedules,
        "domain": rows or bool(facts["enums"] or facts["values"]),
        "broker": emits or consumes,
        "emits": emits,
        "consumes": consumes,
        "copies": bool(facts["copies"]),
        "sagas": bool(facts["sagas"]),
        "calls": bool(dependencies),
        "auth": facts["auth"] is not None and (internal or guarded),
        "internal": internal,
        "service_tokens": facts["auth"] is not None and any(not d["external"] for d in dependencies),
        "idempotency": keys,
        "lists": any(o["verb"] == "lists" for o in operations),
        "logic": any(o["logic"] for o in operations),
        "api": bool(endpoints) or any(o["http"] or o["internal"] for o in operations),
        "http_keys": any(o["http"] and o["idempotent"] and o["idempotent"]["by"] == "key" for o in operations),
        "schedules": schedules,
        "jobs": jobs,
        "signed": any(o["access"]["signed"] for o in operations),
        "settings": bool(facts["settings"]),
        "store_events": any(e["event_sourced"] for e in facts["entities"]),
    }


def _guarded(operation: Fact) -> bool:
    """Whether a token is looked at: demanded, or taken a claim from if there is one."""
    claims = any(i["source"] and i["source"]["from"] == "token" for i in operation["inputs"])
    return operation["access"]["kind"] in ("token", "scopes", "service") or (operation["http"] is not None and claims)


def kit_tables(has: Fact) -> Iterable[str]:
    """The tables that the stack keeps for itself, by what they are for."""
    wanted = {"outbox": "emits", "inbox": "consumes", "idempotency": "idempotency", "saga": "sagas", "jobs": "jobs"}
    return [table for table, key in wanted.items() if has[key]] + (["schedules"] if has["schedules"] else [])
