"""Dataflow models: stereotypes say what a part is, flows whom it calls and what is promised on the way."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.adopt.importing import Folder, call, calls, uses

from svcforge.model.blueprint import Blueprint
from svcforge.model.policy import Breaker

Parts = dict[str, list[str]]


def model(
    folder: Path, services: Parts, flows: dict[str, Any], outside: Parts | None = None, **tags: dict[str, str]
) -> Blueprint:
    """The blueprint of a model; a flow is `a -> b` with its stereotypes."""
    parts = [{"name": n, "stereotypes": s, "tagged_values": tags.get(n, {})} for n, s in services.items()]
    entities = [{"name": n, "stereotypes": s, "tagged_values": {}} for n, s in (outside or {}).items()]
    links = [
        {"sender": f.split(" -> ")[0], "receiver": f.split(" -> ")[1], "stereotypes": s, "tagged_values": {}}
        for f, s in flows.items()
    ]
    text = json.dumps({"services": parts, "external_entities": entities, "information_flows": links}, indent=1)
    (folder / "shop.json").write_text(text, encoding="utf-8")
    return Folder(folder).blueprint()


def test_stereotypes_say_what_a_part_is_and_fill_the_platform(tmp_path: Path) -> None:
    found = model(
        tmp_path,
        {
            "shop": ["internal"], "gw": ["infrastructural", "gateway", "entrypoint"], "eureka": ["service_discovery"],
            "conf": ["configuration_server", "infrastructural"], "log": ["logging_server"], "db": ["database"],
            "prom": ["metrics_server"], "auth": ["authorization_server"], "odd": ["in_memory_data_store"],
        },
        {},
        {"user": ["user_stereotype"], "github": ["github_repository"], "crm": ["external_database"]},
        eureka={"Service Discovery": "Eureka"}, log={"Logging Server": "Logstash"}, prom={"Metrics Server": "Prometheus"},
        db={"Database": "MySQL"}, odd={"In-Memory Data Store": "H2"},
    )  # fmt: skip
    assert {n: str(s.role) for n, s in found.services.items()} == {
        "shop": "business", "gw": "gateway", "eureka": "registry", "conf": "infra", "log": "infra", "prom": "infra",
        "auth": "infra", "odd": "business", "user": "client",
    }  # fmt: skip
    platform = found.platform
    assert (platform.discovery, platform.logs, platform.metrics) == ("eureka", "logstash", "prometheus")
    assert (list(found.externals), found.stores["db"].engine, found.services["gw"].exposed) == (
        ["github"],
        "mysql",
        True,
    )


def test_what_only_answers_is_called_by_whom_it_sends_to(tmp_path: Path) -> None:
    found = model(
        tmp_path,
        {"a": ["internal"], "conf": ["configuration_server"], "eureka": ["service_discovery"], "db": ["database"], "log": ["logging_server"]},
        {"conf -> a": [], "eureka -> a": [], "db -> a": ["jdbc"], "github -> conf": [], "conf -> log": []},
        {"github": ["github_repository"]},
    )  # fmt: skip
    assert (calls(found.services["a"]), uses(found.services["a"])) == (["conf", "eureka"], ["db"])
    assert calls(found.services["conf"]) == ["github", "log"]
    assert found.services["conf"].has == ("logs",)


def test_promises_of_a_flow_are_policies_of_the_call(tmp_path: Path) -> None:
    found = model(
        tmp_path,
        {"a": ["internal", "circuit_breaker"], "b": ["internal"], "c": ["internal"], "eureka": ["service_discovery"]},
        {
            "a -> b": ["authenticated", "authorized", "encrypted", "load_balanced_link"],
            "a -> c": ["authenticated", "circuit_breaker_link"],
        },
        eureka={"Service Discovery": "Eureka"},
    )
    to_b, to_c = call(found, "a", "b").policy, call(found, "a", "c").policy
    assert (to_b.auth, to_b.tls, to_b.discovery) == ("forward", "strict", "eureka")
    assert (to_c.auth, to_c.tls, to_c.breaker) == ("service", None, Breaker())
    assert found.services["a"].defaults.call.breaker == Breaker()


def test_producers_and_consumers_of_a_topic_are_joined(tmp_path: Path) -> None:
    flows = {"a -> mq": "todo", "b -> mq": "news", "mq -> c": "todo"}
    links = [
        {"sender": f.split(" -> ")[0], "receiver": f.split(" -> ")[1],
         "stereotypes": [f"message_{'consumer' if f.startswith('mq') else 'producer'}_kafka"],
         "tagged_values": {"'Topic'": f'"{topic}"'}}
        for f, topic in flows.items()
    ]  # fmt: skip
    services = [{"name": n, "stereotypes": ["internal"], "tagged_values": {}} for n in "abc"]
    services.append({"name": "mq", "stereotypes": ["message_broker"], "tagged_values": {"Message Broker": "Kafka"}})
    (tmp_path / "shop.json").write_text(json.dumps({"services": services, "information_flows": links}))
    found = Folder(tmp_path).blueprint()
    assert [(s.source, s.publisher) for n in found.services.values() for s in n.subscriptions] == [("c", "a")]
    assert (calls(found.services["c"]), found.platform.broker) == (["mq"], "kafka")


def test_credentials_in_plain_text_are_secrets_that_are_told(tmp_path: Path) -> None:
    found = model(
        tmp_path,
        {"a": ["internal", "plaintext_credentials"], "b": ["internal"], "db": ["database"]},
        {"db -> b": ["jdbc", "plaintext_credentials_link"]},
    )
    assert {n: [s.name for s in found.services[n].settings] for n in "ab"} == {"a": ["password"], "b": ["db_password"]}


def test_names_become_names_of_the_language_and_are_kept_as_they_were(tmp_path: Path) -> None:
    found = model(tmp_path, {"User_WebService": ["internal"]}, {})
    assert {n: s.aka for n, s in found.services.items()} == {"user-webservice": ("User_WebService",)}
    assert found.system == "shop"


def test_flows_of_nobody_are_told(tmp_path: Path) -> None:
    model(tmp_path, {"a": ["internal"]}, {"a -> gone": []})
    assert [n.split(": ", 1)[1] for n in Folder(tmp_path).imported().notes] == [
        'a flow names "gone", which is declared nowhere'
    ]
