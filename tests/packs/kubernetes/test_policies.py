"""Who can speak to whom: what the policies of both ends let through is what the blueprint declares, and no more."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from itertools import product
from typing import Any

from tests.packs.kubernetes.cluster import (
    Object,
    blueprint_of,
    cluster,
    everywhere,
    of_kind,
    pods,
    ports,
    selects,
    systems,
)

from svcforge.model.edges import SYNC, edges
from svcforge.packs.shelf import bundled
from svcforge.plan.plan import plan


def policies(objects: tuple[Object, ...], labels: dict[str, str]) -> list[Any]:
    """The policies that are about a pod."""
    specs = [found["spec"] for found in of_kind(objects, "NetworkPolicy").values()]
    return [spec for spec in specs if selects(spec["podSelector"], labels)]


def numbers(rule: Any, target: Object) -> set[int]:
    """The TCP ports of a pod that a rule is about."""
    named = ports(target)
    asked = {port["port"] for port in rule["ports"] if port["protocol"] == "TCP"}
    return {named.get(port, -1) if isinstance(port, str) else port for port in asked}


def near(peers: list[Any] | None, labels: dict[str, str]) -> bool:
    """Whether peers of a rule include a pod of the same namespace."""
    return peers is None or any(
        selects(peer["podSelector"], labels)
        for peer in peers
        if "podSelector" in peer and "namespaceSelector" not in peer
    )


def open_ports(objects: tuple[Object, ...], source: Object, target: Object) -> set[int]:
    """The ports of a pod that listens which another pod can reach."""
    here, there = source["metadata"]["labels"], target["metadata"]["labels"]
    out = [rule for spec in policies(objects, here) for rule in spec.get("egress", ()) if near(rule.get("to"), there)]
    into = [
        rule for spec in policies(objects, there) for rule in spec.get("ingress", ()) if near(rule.get("from"), here)
    ]
    leaving = {port for rule in out for port in numbers(rule, target)}
    entering = {port for rule in into for port in numbers(rule, target)}
    return leaving & entering & set(ports(target).values())


def reached(objects: tuple[Object, ...]) -> set[tuple[str, str, int]]:
    """Every pair of pods that can connect, with the port."""
    known = pods(objects)
    return {
        (a, b, port) for a, b in product(known, known) if a != b for port in open_ports(objects, known[a], known[b])
    }


def declared(name: str) -> Iterator[tuple[str, str]]:
    """The synchronous edges of a blueprint between what svcforge makes."""
    blueprint = blueprint_of(name)
    made = {*blueprint.services, *blueprint.bffs}
    for edge in edges(blueprint):
        if edge.kind in SYNC and edge.target in made and edge.source != edge.target:
            yield edge.source, edge.target


@systems
def test_only_declared_edges_connect(name: str) -> None:
    objects = cluster(name, "dev")
    found = reached(objects)
    calls = {(a, b) for a, b, port in found if port == 8080}
    assert calls == set(declared(name))
    labels = {called: pod["metadata"]["labels"] for called, pod in pods(objects).items()}
    stores = {called for called in labels if "store" in labels[called]}
    brokers = {called for called in labels if "broker" in labels[called]}
    assert {port for _, b, port in found if b in stores} <= {5432}
    assert {port for _, b, port in found if b in brokers} <= {5672}
    assert {b for _, b, _ in found} <= {*labels} - set(of_kind(objects, "Job"))


@systems
def test_compose_joins_the_same(name: str) -> None:
    units = {unit.name: unit for unit in plan(blueprint_of(name), bundled().packs).units}
    compose = units["root"].parts[0].facts["whole"]["compose"]
    if compose is None:
        return
    jobs = set(of_kind(cluster(name, "dev"), "Job"))
    labels = {called: pod["metadata"]["labels"] for called, pod in pods(cluster(name, "dev")).items()}
    ours = set()
    for a, b, _ in reached(cluster(name, "dev")):
        if a not in jobs:
            server = "postgres_server" if "store" in labels[b] else "rabbitmq_server" if "broker" in labels[b] else b
            ours.add(f"{a}_{server}")
    assert ours == {network["name"] for network in compose["networks"]} - {"edge", "outside"}


def test_a_database_is_for_its_service_and_that_ones_migrations_alone() -> None:
    found = reached(cluster("shop", "dev"))
    assert {a for a, b, _ in found if b == "orders-db"} == {"orders", "orders-migrate-0001"}
    assert {b for a, b, _ in found if a == "orders-migrate-0001"} == {"orders-db"}


def test_so_it_is_where_an_operator_runs_it() -> None:
    objects = cluster("shop", "prod")
    assert set(of_kind(objects, "Cluster")) == {
        called for called in of_kind(cluster("shop", "dev"), "Service") if called.endswith("-db")
    }
    for called, found in of_kind(objects, "Cluster").items():
        labels = {"cnpg.io/cluster": called, **found["spec"]["inheritedMetadata"]["labels"]}
        users = set()
        for pod in pods(objects).values():
            for spec in policies(objects, pod["metadata"]["labels"]):
                for rule in spec.get("egress", ()):
                    if rule.get("to") and near(rule["to"], labels):
                        assert rule["ports"] == [{"protocol": "TCP", "port": 5432}]
                        users.add(pod["metadata"]["labels"]["app"])
        service = called.removesuffix("-db")
        assert users == {service, f"{service}-migrate"}
        [own] = [spec for spec in policies(objects, labels) if spec["podSelector"]]
        known = {one: pod["metadata"]["labels"] for one, pod in pods(objects).items()}
        into = {pod["app"] for rule in own["ingress"] for pod in known.values() if near(rule["from"], pod)}
        assert into == users


def test_the_broker_is_for_its_users_wherever_it_runs() -> None:
    for overlay in ("dev", "prod"):
        objects = cluster("shop", overlay)
        spec = of_kind(objects, "NetworkPolicy")["rabbitmq"]["spec"]
        assert spec["podSelector"] == {"matchLabels": {"broker": "rabbitmq"}}
        entering = next(rule for rule in spec["ingress"] if {"protocol": "TCP", "port": 5672} in rule["ports"])
        leaving = {
            one
            for one, pod in pods(objects).items()
            for own in policies(objects, pod["metadata"]["labels"])
            for rule in own.get("egress", ())
            if rule.get("to") and near(rule["to"], {"broker": "rabbitmq"})
        }
        assert {
            one for one, pod in pods(objects).items() if near(entering["from"], pod["metadata"]["labels"])
        } == leaving
        beside = {"orders-v2"} if overlay == "prod" else set()
        assert leaving - beside == {
            "orders",
            "users",
            "inventory",
            "shipping",
            "payments",
            "notifications",
            "recommendations",
        }
        assert beside <= leaving


def test_the_shops_orders_reach_what_the_blueprint_says() -> None:
    found = reached(cluster("shop", "dev"))
    assert {(b, port) for a, b, port in found if a == "orders"} == {
        ("inventory", 8080), ("payments", 8080), ("orders-db", 5432), ("rabbitmq", 5672),
    }  # fmt: skip
    assert {a for a, b, _ in found if b == "orders"} == {"gateway", "web"}


@everywhere
def test_all_is_denied_first_and_each_pod_has_one_policy_of_its_own(name: str, overlay: str) -> None:
    objects = cluster(name, overlay)
    deny = of_kind(objects, "NetworkPolicy")["default-deny"]["spec"]
    assert deny == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}
    for called, pod in pods(objects).items():
        own = [spec for spec in policies(objects, pod["metadata"]["labels"]) if spec != deny]
        assert (called, len(own)) == (called, 1)
        assert len(own[0]["podSelector"]["matchLabels"]) == 1
        assert own[0]["policyTypes"] == ["Ingress", "Egress"]
    assert set(of_kind(objects, "NetworkPolicy")) == {"default-deny", *all_names(objects)}


def all_names(objects: tuple[Object, ...]) -> set[str]:
    """The names that pods go by, those of what operators run among them."""
    return set(of_kind(objects, "Cluster", "RabbitmqCluster")) | {
        pod["metadata"]["labels"]["app.kubernetes.io/name"] for pod in pods(objects).values()
    }


@everywhere
def test_every_port_that_a_policy_names_is_a_port_of_its_pods(name: str, overlay: str) -> None:
    objects = cluster(name, overlay)
    known = pods(objects)
    for pod in known.values():
        for spec in policies(objects, pod["metadata"]["labels"]):
            for rule in spec.get("ingress", ()):
                assert numbers(rule, pod) <= set(ports(pod).values())
            for rule in spec.get("egress", ()):
                for other in known.values():
                    if rule.get("to") and near(rule["to"], other["metadata"]["labels"]):
                        assert numbers(rule, other) <= set(ports(other).values())


def doors(name: str) -> set[str]:
    """Whom anybody may reach."""
    found = set()
    for called, pod in pods(cluster(name, "prod")).items():
        for spec in policies(cluster(name, "prod"), pod["metadata"]["labels"]):
            if any("from" not in rule for rule in spec.get("ingress", ())):
                found.add(called)
    return found


def test_anybody_may_reach_the_gateway_alone_or_without_one_what_offers_an_api() -> None:
    assert {name: doors(name) for name in ("shop", "clashing", "minimal", "little")} == {
        "shop": {"gateway"},
        "clashing": {"gateway"},
        "minimal": {"people", "greetings"},
        "little": {"notes"},
    }


def outside(name: str) -> dict[str, set[int]]:
    """Who may leave for the outside, and on which ports."""
    found: dict[str, set[int]] = {}
    for called, pod in pods(cluster(name, "prod")).items():
        for spec in policies(cluster(name, "prod"), pod["metadata"]["labels"]):
            for rule in spec.get("egress", ()):
                if any("ipBlock" in peer for peer in rule.get("to", ())):
                    found.setdefault(called, set()).update(numbers(rule, pod))
    return found


def test_only_those_reach_the_outside_who_use_something_there() -> None:
    assert outside("shop") == {"payments": {443}}
    assert outside("minimal") == {}
    assert outside("clashing") == {"gateway": {8443}, "orders": {443, 8443}, "orders-db": {443, 8443}}


@everywhere
def test_the_outside_has_no_private_address(name: str, overlay: str) -> None:
    for policy in of_kind(cluster(name, overlay), "NetworkPolicy").values():
        for rule in policy["spec"].get("egress", ()):
            for peer in rule.get("to", ()):
                if block := peer.get("ipBlock"):
                    but = [ipaddress.ip_network(cidr) for cidr in block["except"]]
                    private = (
                        "10.1.2.3",
                        "172.20.0.1",
                        "192.168.1.1",
                        "169.254.169.254",
                        "100.100.0.1",
                        "fd00::1",
                        "fe80::1",
                    )
                    inside = [ipaddress.ip_address(a) for a in private]
                    version = ipaddress.ip_network(block["cidr"]).version
                    assert all(any(a in net for net in but) for a in inside if a.version == version)


def test_what_watches_may_look_where_the_blueprint_has_it() -> None:
    def watchers(name: str) -> set[str]:
        return {
            peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"]
            for policy in of_kind(cluster(name, "dev"), "NetworkPolicy").values()
            for side, key in (("ingress", "from"), ("egress", "to"))
            for rule in policy["spec"].get(side) or ()
            for peer in rule.get(key) or ()
            if peer.get("namespaceSelector", {}).get("matchLabels") == {"kubernetes.io/metadata.name": "observability"}
        }

    assert watchers("shop") == {"prometheus", "otel-collector"}
    assert watchers("little") == set()
    assert watchers("healthcare") == set()
    environment = of_kind(cluster("shop", "prod"), "ConfigMap")["orders-config"]["data"]
    assert environment["OTEL_EXPORTER_OTLP_ENDPOINT"] == "http://otel-collector.observability:4318"
    assert "OTEL_EXPORTER_OTLP_ENDPOINT" not in of_kind(cluster("little", "prod"), "ConfigMap")["notes-config"]["data"]
