"""Network policies for real: every pod tries every other on every port, and only what the blueprint declares connects."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
from tests.alive.network import Flow, Pod, network
from tests.packs.kubernetes.cluster import WORKLOADS, blueprint_of, cluster, of_kind, ports
from tests.servers import ServerMissing, skip_without

from svcforge.model.edges import SYNC, edges
from svcforge.packs.shelf import bundled
from svcforge.plan.plan import plan

SYSTEMS = [("shop", "dev"), ("shop", "prod"), ("healthcare", "dev"), ("healthcare", "prod")]

HTTP, POSTGRES, STATUS, POSTGRES_METRICS, AMQP, AMQP_METRICS = 8080, 5432, 8000, 9187, 5672, 15692
OTLP, DNS, HTTPS, API, UNKNOWN = 4318, 53, 443, 6443, 9999
CLUSTERED = (4369, 25672)
TRIED = {
    *(HTTP, POSTGRES, STATUS, POSTGRES_METRICS, AMQP, AMQP_METRICS, OTLP, DNS, HTTPS, API, UNKNOWN),
    *CLUSTERED,
}

FOREIGN = (
    ("prometheus", "observability", {"app.kubernetes.io/name": "prometheus"}),
    ("otel-collector", "observability", {"app.kubernetes.io/name": "otel-collector"}),
    ("kube-dns", "kube-system", {"k8s-app": "kube-dns"}),
    ("operator", "cnpg-system", {"app.kubernetes.io/name": "cloudnative-pg"}),
    # Calls itself what others are called, in a namespace of its own.
    ("stranger", "elsewhere", {"app.kubernetes.io/name": "orders", "app.kubernetes.io/instance": "orders"}),
    ("world", None, {}),
    ("machine", None, {}),
)
ADDRESSES = {"world": "203.0.113.10", "machine": "10.99.0.9"}
"""One address of the public world, and one of a private network that is not the cluster's."""

INSTANCES = ("1", "2")
"""Of what an operator runs, two pods each are laid out."""


@cache
def pods_of(name: str, overlay: str) -> tuple[Pod, ...]:
    """Every pod of a system, those that operators make among them, and who is around."""
    objects = cluster(name, overlay)
    found: list[tuple[str, str | None, dict[str, str], dict[str, int]]] = []
    for called, one in of_kind(objects, *WORKLOADS).items():
        template = one["spec"]["template"]
        found.append((called, one["metadata"]["namespace"], template["metadata"]["labels"], ports(template)))
    for called, one in of_kind(objects, "Cluster", "RabbitmqCluster").items():
        database = one["kind"] == "Cluster"
        labels = {"cnpg.io/cluster": called, **one["spec"]["inheritedMetadata"]["labels"]} if database else {}
        labels = labels or one["metadata"]["labels"]
        found += [(f"{called}-{i}", one["metadata"]["namespace"], labels, {}) for i in INSTANCES]
    found += [(called, namespace, dict(labels), {}) for called, namespace, labels in FOREIGN]
    return tuple(
        Pod(called, ADDRESSES.get(called, f"10.244.{i // 200}.{i % 200 + 1}"), namespace, labels, named)
        for i, (called, namespace, labels, named) in enumerate(found)
    )


@cache
def reached(name: str, overlay: str) -> frozenset[Flow]:
    """Who reached whom."""
    policies = list(of_kind(cluster(name, overlay), "NetworkPolicy").values())
    try:
        with network(pods_of(name, overlay), policies, TRIED) as laid:
            return frozenset(laid.flows())
    except ServerMissing as missing:
        skip_without(missing)


def declared(name: str, overlay: str) -> Iterator[Flow]:
    """What is to be reached, by the blueprint and not by any manifest."""
    blueprint, pods = blueprint_of(name), pods_of(name, overlay)
    facts = [
        unit.parts[0].facts["service"]
        for unit in plan(blueprint, bundled().packs).units
        if "service" in unit.parts[0].facts
    ]
    platform, door = blueprint.platform, blueprint.gateway.name if blueprint.gateway else None
    everybody, ours = (
        [pod.name for pod in pods],
        {pod.name for pod in pods if pod.namespace == blueprint_namespace(name)},
    )
    free = [pod.name for pod in pods if pod.name not in ours]

    def those(part: str) -> list[str]:
        """The pods of a part: all its releases, all instances of a database or broker."""
        service = blueprint.services.get(part)
        others = [f"{part}-{release.name}" for release in service.releases[1:]] if service else []
        return [one for one in (part, *others, *(f"{part}-{i}" for i in INSTANCES)) if one in ours]

    def all_of(sources: list[str], targets: list[str], *numbers: int) -> Iterator[Flow]:
        yield from ((a, b, number) for a in sources for b in targets if a != b for number in numbers)

    yield from all_of(free, free, *TRIED)
    for edge in edges(blueprint):
        if edge.kind in SYNC and edge.target in {fact["name"] for fact in facts} and edge.source != edge.target:
            yield from all_of(those(edge.source), those(edge.target), HTTP)
    if door:
        yield from all_of(free, those(door), HTTP)
    yield from all_of(sorted(ours - set(free)), ["kube-dns"], DNS)
    for fact in facts:
        part, store, broker = fact["name"], f"{fact['name']}-db", platform.broker or ""
        jobs = [one for one in ours if one.startswith(f"{part}-migrate-")]
        if fact["has"]["database"]:
            yield from all_of([*those(part), *jobs], those(store), POSTGRES)
        if fact["has"]["broker"]:
            yield from all_of(those(part), those(broker), AMQP)
        if platform.tracing:
            yield from all_of(those(part), ["otel-collector"], OTLP)
        if platform.metrics:
            yield from all_of(["prometheus"], those(part), HTTP)
        if any(dependency["external"] for dependency in fact["dependencies"]):
            yield from all_of(those(part), ["world"], HTTPS)
        if store not in everybody and fact["has"]["database"]:
            yield from _operated(those(store), ["world", "machine", *everybody], ours, platform.metrics)
    if platform.metrics and platform.broker:
        yield from all_of(["prometheus"], those(platform.broker), AMQP_METRICS)
    if platform.broker and platform.broker not in everybody:
        its = those(platform.broker)
        yield from all_of(its, its, *CLUSTERED)
        yield from all_of(its, [one for one in everybody if one not in ours], HTTPS, API)


def _operated(instances: list[str], everybody: list[str], ours: set[str], metrics: str | None) -> Iterator[Flow]:
    """Instances that an operator runs: they follow each other, it looks after them, and they ask the API, wherever it is."""
    for one in instances:
        for other in instances:
            if one != other:
                yield from ((one, other, number) for number in (POSTGRES, STATUS))
        yield from (("operator", one, number) for number in (POSTGRES, STATUS))
        if metrics:
            yield "prometheus", one, POSTGRES_METRICS
        yield from ((one, other, number) for other in everybody if other not in ours for number in (HTTPS, API))


def blueprint_namespace(name: str) -> str:
    """The namespace of a system."""
    [found] = of_kind(cluster(name, "dev"), "Namespace")
    return found


@pytest.mark.parametrize(("name", "overlay"), SYSTEMS)
def test_only_declared_edges_connect_and_every_one_of_them_does(name: str, overlay: str) -> None:
    found, wanted = reached(name, overlay), set(declared(name, overlay))
    assert sorted(found - wanted) == []
    assert sorted(wanted - found) == []


def test_without_a_policy_its_pods_would_be_open() -> None:
    """That closed pods are closed is the policies' doing and nobody else's."""
    pods = [pod for pod in pods_of("shop", "dev") if pod.name in ("orders-db", "catalog", "stranger")]
    policies: list[Any] = list(of_kind(cluster("shop", "dev"), "NetworkPolicy").values())
    without = [one for one in policies if one["metadata"]["name"] not in ("orders-db", "default-deny")]
    try:
        with network(pods, policies, {POSTGRES}) as closed, network(pods, without, {POSTGRES}) as opened:
            assert closed.flows() == set()
            assert opened.flows() == {("orders-db", "stranger", POSTGRES), ("stranger", "orders-db", POSTGRES)}
    except ServerMissing as missing:
        skip_without(missing)
