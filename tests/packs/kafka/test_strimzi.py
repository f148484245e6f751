"""Kafka by its operator: topics, users and rights are those of the blueprint, and every overlay takes them in."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from typing import Any

import jsonschema
import pytest
import yaml
from tests.packs.kubernetes.cluster import OVERLAYS, Object, beside, built, made, of_kind, read, text_of
from tests.packs.kubernetes.test_objects import CRDS, closed
from tests.plan.planned import complaints

from svcforge.model.blueprint import Blueprint
from svcforge.packs.shelf import bundled
from svcforge.plan.plan import plan

KINDS = ("Kafka", "KafkaNodePool", "KafkaTopic", "KafkaUser")

everywhere = pytest.mark.parametrize("overlay", OVERLAYS)


@cache
def shop() -> Blueprint:
    return read(text_of("shop").replace("broker: rabbitmq", "broker: kafka"))


@cache
def cluster(overlay: str) -> tuple[Object, ...]:
    files = {file.path: file.data.decode() for file in made(shop())}
    return tuple(built(files, f"overlays/{overlay}", beside(shop())))


@cache
def facts() -> Any:
    [unit] = [unit for unit in plan(shop(), bundled().packs).units if unit.name == "kafka"]
    return unit.parts[0].facts["broker"]


def test_a_stack_that_cannot_speak_kafka_is_told_and_one_that_can_is_not() -> None:
    packs = dict(bundled().packs)
    assert {one.split(":")[1] for one in complaints(plan(shop(), packs)) if " error " in one} == {
        ' the stack "python" cannot do "events.kafka"'
    }
    python = packs["stack", "python"]
    card = python.card.model_copy(update={"can": (*python.card.can, "events.kafka")})
    assert [
        one
        for one in complaints(plan(shop(), packs | {("stack", "python"): replace(python, card=card)}))
        if " error " in one
    ] == []


@everywhere
def test_the_operator_takes_what_is_its_own(overlay: str) -> None:
    if not CRDS.is_dir():
        pytest.skip("the operators' definitions are not beside this checkout")
    known = [d for path in (CRDS / "strimzi-1.2.0").rglob("*.yaml") for d in yaml.safe_load_all(path.read_text()) if d]
    definitions = {found["spec"]["names"]["kind"]: found for found in known}
    theirs = [one for one in cluster(overlay) if one["kind"] in KINDS]
    assert {one["kind"] for one in theirs} == set(KINDS)
    for one in theirs:
        versions = definitions[one["kind"]]["spec"]["versions"]
        [version] = [v for v in versions if one["apiVersion"] == f"kafka.strimzi.io/{v['name']}"]
        jsonschema.Draft7Validator(closed(version["schema"]["openAPIV3Schema"])).validate(one)
        assert one["metadata"]["namespace"] == "shop"
        assert all(len(value) <= 63 for value in one["metadata"]["labels"].values())


@everywhere
def test_there_is_a_topic_for_each_event_and_one_for_what_nobody_could_handle(overlay: str) -> None:
    topics = of_kind(cluster(overlay), "KafkaTopic")
    dead = {queue["dead"] for queue in facts()["queues"] if queue["dead"]}
    assert set(topics) == {*facts()["topics"], *dead}
    assert {"ordering.order-created.v1", "shipping.plan-shipment-on-order-confirmed.dead"} <= set(topics)
    [pool] = of_kind(cluster(overlay), "KafkaNodePool").values()
    nodes = pool["spec"]["replicas"]
    assert nodes == (1 if overlay == "dev" else 3)
    for name, topic in topics.items():
        spec = topic["spec"]
        assert (spec["topicName"], spec["replicas"]) == (name, nodes)
        assert spec["config"]["min.insync.replicas"] == max(1, nodes - 1)
    config = of_kind(cluster(overlay), "Kafka")["shop-kafka"]["spec"]["kafka"]["config"]
    assert config["auto.create.topics.enable"] is False
    assert config["offsets.topic.replication.factor"] == nodes


@everywhere
def test_each_user_has_the_least_that_it_needs(overlay: str) -> None:
    users = of_kind(cluster(overlay), "KafkaUser")
    assert set(users) == {user["name"] for user in facts()["users"]}

    def allowed(name: str) -> set[tuple[str, str, str]]:
        acls = users[name]["spec"]["authorization"]["acls"]
        assert {acl["resource"]["patternType"] for acl in acls} == {"literal"}
        return {(acl["resource"]["type"], acl["resource"]["name"], op) for acl in acls for op in acl["operations"]}

    assert allowed("shipping") == {
        ("topic", "fulfilment.shipment-planned.v1", "Describe"),
        ("topic", "fulfilment.shipment-planned.v1", "Write"),
        ("topic", "ordering.order-confirmed.v1", "Describe"),
        ("topic", "ordering.order-confirmed.v1", "Read"),
        ("group", "shipping.plan-shipment-on-order-confirmed", "Read"),
        ("topic", "shipping.plan-shipment-on-order-confirmed.dead", "Describe"),
        ("topic", "shipping.plan-shipment-on-order-confirmed.dead", "Write"),
    }
    writers = {topic: {u for u in users if ("topic", topic, "Write") in allowed(u)} for topic in facts()["topics"]}
    assert writers == {topic: {u["name"] for u in facts()["users"] if topic in u["publishes"]} for topic in writers}


@everywhere
def test_its_users_reach_it_and_nobody_else(overlay: str) -> None:
    policies = of_kind(cluster(overlay), "NetworkPolicy")
    entering = policies["shop-kafka"]["spec"]["ingress"][0]
    assert entering["ports"] == [{"protocol": "TCP", "port": 9093}]
    users = {peer["podSelector"]["matchLabels"]["app.kubernetes.io/name"] for peer in entering["from"]}
    label = {"podSelector": {"matchLabels": {"strimzi.io/cluster": "shop-kafka"}}}
    leaving = {
        name
        for name, policy in policies.items()
        for rule in policy["spec"].get("egress", ())
        if label in rule.get("to", ()) and rule["ports"] == [{"protocol": "TCP", "port": 9093}]
    }
    assert users == leaving == {user["name"] for user in facts()["users"]}


def test_nobody_is_given_an_address_of_another_kind_of_broker() -> None:
    """Neither a Secret for it, nor a container of it in a compose file."""
    for file in made(shop()):
        assert "amqp" not in file.data.decode().lower(), file.path
    compose = beside(shop())["platform/compose/compose.yaml"]
    assert ("rabbitmq" in compose, "kafka" in compose) == (False, False)
