"""Kubernetes as facts: namespace, workloads, what each environment adds, and the Secrets that somebody has to make."""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.model.blueprint import Blueprint
from svcforge.packs.card import Card
from svcforge.plan.containers import own_secrets, served, shared_secrets
from svcforge.plan.edges import calls
from svcforge.plan.naming import free, title
from svcforge.plan.patches import patch_facts
from svcforge.plan.policies import OBSERVABILITY, TRACES, names, pods, policy, rule, scraped
from svcforge.plan.releases import release_facts
from svcforge.plan.sidecars import Known
from svcforge.plan.types import Fact
from svcforge.plan.workloads import Around, edge, owner, workload

VERSION = "0.1.0"
"""The version of what has not been released yet."""

REGISTRY = "registry.example.com"
"""Where images are: an overlay says where in truth."""

TAKEN_NAMESPACES = ("default", "kube")
"""Namespaces that are the cluster's own, and how those begin."""

BROKERS = {"rabbitmq": 5672}
"""Brokers that an overlay can bring, and where they listen."""

KAFKA = 9093
"""Where Kafka listens for users with a certificate; its pack brings its operator's resources by itself."""

STORES = ("postgres",)
"""Engines of which an overlay can bring a server."""

OPERATED = {"staging": 2, "prod": 3}
"""Environments in which operators run databases, with the instances of each."""

OPERATORS = "cnpg-system"
"""Where the operator of databases is, when it is installed as its makers say."""

POSTGRES, STATUS, EXPORTER = 5432, 8000, 9187
"""Where an instance listens: for its users, for the operator, for Prometheus."""

CLUSTERED = (4369, 25672)
"""Where instances of RabbitMQ speak to each other."""

API = (443, 6443)
"""Where the API of Kubernetes is, by its Service and behind it."""

SCRAPED = 15692
"""Where RabbitMQ shows its metrics."""


def kubernetes_facts(
    blueprint: Blueprint,
    parts: list[tuple[Card, Fact]],
    gateway: tuple[Card, Fact] | None,
    broker: Fact | None,
    store: str | None,
    sidecars: Known,
    scraper: str | None,
    entry: Fact | None = None,
) -> Fact:
    """The facts of a Kustomize base and its overlays.

    Args:
        parts: cards and facts of services and BFFs.
        gateway: the gateway's, where svcforge makes one.
        store: the engine behind the parts' databases, where it is a server.
        sidecars: those that packs know by name.
        scraper: who asks for metrics, if anybody does.
        entry: what the gateway's facts would be, where the cluster's ingress stands in its place.
    """
    about = [part for _, part in parts]
    system, door = blueprint.system, gateway[1] if gateway else None
    around = _around(blueprint, about, door, broker, store, sidecars, scraper, entry)
    workloads = [workload(blueprint, card, part, around) for card, part in parts]
    if gateway and door:
        workloads.append(edge(door, gateway[0].do.health or "/health", around))
    servers = [_store(part, around) for part in about if part["name"] in around.stores and store in STORES]
    return {
        "namespace": namespace(system),
        "version": VERSION,
        "registry": f"{REGISTRY}/{system}",
        "priority": f"{system}-service",
        "ingress": around.ingress,
        "workloads": workloads,
        "scraper": scraper,
        "released": any(one["releases"] for one in workloads),
        "beside": any(one["sidecars"] for one in workloads),
        "patches": patch_facts(blueprint),
        "collector": {"host": f"otel-collector.{OBSERVABILITY}", "port": TRACES},
        "overlays": list(_overlays(servers, broker, about, around)),
        "asked": [asked for one in workloads for asked in one["asked"]],
        "secrets": list(_secrets(about, around, broker)),
    }


def _around(
    blueprint: Blueprint,
    parts: list[Fact],
    door: Fact | None,
    broker: Fact | None,
    store: str | None,
    sidecars: Known,
    scraper: str | None,
    entry: Fact | None,
) -> Around:
    """What stands around the workloads, by names that none of them has."""
    taken = {part["name"] for part in parts} | ({door["name"]} if door else set())
    releases = release_facts(blueprint, taken)
    stores = {p["name"]: _named(f"{p['name']}-db", taken) for p in parts if served(p, store)}
    jobs = {p["name"]: _named(f"{p['name']}-migrate", taken) for p in parts}
    callers, called = _ends(parts, door)
    doors = [door["name"]] if door else [p["name"] for p in parts if p["has"]["api"] and not entry]
    return Around(
        store=store,
        stores=stores,
        jobs=jobs,
        broker=_at(broker, taken) if broker else None,
        ingress=_named(f"{blueprint.system}-ingress", taken),
        entered=frozenset(route["upstream"] for route in entry["routes"] if route["path"]) if entry else frozenset(),
        keys=f"{blueprint.system}-keys",
        callers=callers,
        called=called,
        doors=frozenset(doors),
        releases=releases,
        version=VERSION,
        sidecars=sidecars,
        system=blueprint.system,
        scraper=scraper,
        traces=blueprint.platform.tracing is not None,
    )


def _ends(parts: list[Fact], door: Fact | None) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Who calls each part, and whom it calls."""
    callers: dict[str, list[str]] = {}
    called: dict[str, list[str]] = {}
    for one, other in calls(parts, door):
        called.setdefault(one, []).append(other)
        callers.setdefault(other, []).append(one)
    return callers, called


def _overlays(servers: list[Fact], broker: Fact | None, parts: list[Fact], around: Around) -> Iterator[Fact]:
    """What each environment has besides the base: servers of its own, or what operators run, in how many instances."""
    overlay: Fact = {"stores": [], "clusters": [], "broker": None, "few": False}
    yield overlay | {"name": "dev", "stores": servers, "broker": _broker(broker, parts, around, 1), "few": True}
    for name, instances in OPERATED.items():
        clusters = [_cluster(server, around) | {"instances": instances} for server in servers]
        yield overlay | {"name": name, "clusters": clusters, "broker": _broker(broker, parts, around, 3)}


def namespace(system: str) -> str:
    """The namespace of a system: its own name, unless that is the cluster's."""
    return f"{system}-system" if system.split("-")[0] in TAKEN_NAMESPACES else system


def _named(name: str, taken: set[str]) -> str:
    """A name that no other object of the system has; it is taken from then on."""
    found = free(name, taken)
    taken.add(found)
    return found


def _at(broker: Fact, taken: set[str]) -> Fact | None:
    """Where the broker is: the port, and the label of its pods; None where nobody brings it into the cluster."""
    if broker["engine"] in BROKERS:
        return {"port": BROKERS[broker["engine"]], "label": "broker", "value": _named(broker["name"], taken)}
    if broker["wire"] == "kafka":
        return {"port": KAFKA, "label": "strimzi.io/cluster", "value": broker["cluster"]}
    return None


def _store(part: Fact, around: Around) -> Fact:
    """A database server for one service, as development has it."""
    name = around.stores[part["name"]]
    users = [pods(part["name"]), pods(around.jobs[part["name"]])]
    return {
        "name": name,
        "database": part["package"],
        "of": part["name"],
        "owner": owner(part["team"]),
        "policy": policy(
            name, [rule("its service, and that one's migrations", "tcp-postgres", peers=users)], [names()]
        ),
    }


def _cluster(server: Fact, around: Around) -> Fact:
    """The same as the operator of CloudNativePG has it: instances that follow each other, whom the operator looks after."""
    name, label = server["name"], "cnpg.io/cluster"
    its = pods(name, label)
    operator = pods("cloudnative-pg", namespace=OPERATORS)
    users = server["policy"]["ingress"][0]["peers"]
    ingress = [
        rule("its service, and that one's migrations", POSTGRES, peers=users),
        rule("the operator, and the other instances", POSTGRES, STATUS, peers=[its, operator]),
        *([scraped(EXPORTER, around.scraper)] if around.scraper else []),
    ]
    egress = [
        names(),
        rule("the other instances", POSTGRES, STATUS, peers=[its]),
        rule("the API of Kubernetes, wherever that is", *API),
    ]
    return server | {"policy": policy(name, ingress, egress, label)}


def _broker(broker: Fact | None, parts: list[Fact], around: Around, instances: int) -> Fact | None:
    """A broker: one for development, elsewhere several that its operator looks after."""
    if broker is None or around.broker is None or broker["engine"] not in BROKERS:
        return None
    name, label = around.broker["value"], around.broker["label"]
    users = [pods(part["name"]) for part in parts if part["has"]["broker"]]
    ingress = [rule("who publishes and consumes", BROKERS[broker["engine"]], peers=users)] if users else []
    egress = [names()]
    if instances > 1:
        together = rule("the other instances", *CLUSTERED, peers=[pods(name, label)])
        ingress.append(together)
        egress += [together, rule("the API of Kubernetes, wherever that is", *API)]
    if around.scraper:
        ingress.append(scraped(SCRAPED, around.scraper))
    return {
        "name": name,
        "instances": instances,
        "vhost": broker["vhost"],
        "definitions": broker["definitions"],
        "policy": policy(name, ingress, egress, label),
    }


def _secrets(parts: list[Fact], around: Around, broker: Fact | None) -> Iterator[Fact]:
    """Every Secret that something mounts, with what each key is; nothing of what svcforge makes holds a value."""
    for part in parts:
        name = part["name"]
        own = [secret for secret in own_secrets(part, around.store) if secret["kind"] != "database"]
        keys = [{"key": s["target"], "kind": s["kind"], "of": s["of"], "about": _meaning(s)} for s in own]
        if keys:
            yield {"name": f"{name}-secrets", "kind": "own", "of": name, "keys": keys}
        if name in around.stores:
            yield {
                "name": f"{around.stores[name]}-app",
                "kind": "database",
                "of": name,
                "host": around.stores[name],
                "database": part["package"],
                "keys": [
                    {"key": "username", "kind": "user", "about": "the role that owns the database"},
                    {"key": "password", "kind": "password", "about": "its password"},
                    {"key": "uri", "kind": "uri", "about": "postgresql://username:password@host:5432/database"},
                ],
            }
    shared = list(shared_secrets(parts, broker))
    about = {
        "jwks": "the public keys with which tokens are checked",
        "signing-key": "signs what services send each other",
    }
    keys = [{"key": s["file"], "kind": s["kind"], "about": about[s["kind"]]} for s in shared if s["kind"] in about]
    if keys:
        yield {"name": around.keys, "kind": "keys", "of": None, "keys": keys}


def _meaning(secret: Fact) -> str:
    if secret["kind"] == "amqp":
        return f"amqp://{secret['of']}:password@host:5672/vhost"
    if secret["kind"] == "token":
        return f"the token that {title(secret['of'])} wants; empty is none"
    return f"the value of {secret['of']}"
