"""The facts of Kubernetes: names, scale, variables by where they come from, and rules of policies."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.model.written import written
from tests.plan.planned import PACKS, complaints, example, named, pack, shelf, whole

from svcforge.errors import SvcforgeError
from svcforge.plan.plan import plan
from svcforge.plan.policies import port_of, rule
from svcforge.plan.workloads import SENSITIVE, owner

DEPLOYED = PACKS | shelf(pack("platform", "kubernetes", "system", "platform/kubernetes"))

NOTES = "notes: {owns: {Note: {text: text}}, operations: {add: {http: POST /notes, creates: Note, public: x}}%s}"


def facts(
    services: str, more: str = "platform: {store: postgres, deploy: [kubernetes]}\ndefaults: {stack: python}\n"
) -> Any:
    return whole(written(services, more), DEPLOYED)["kubernetes"]


def notes(more: str = "") -> Any:
    return facts(NOTES % more)["workloads"][0]


def test_a_section_is_there_for_the_pack_whose_card_reads_it() -> None:
    deaf = DEPLOYED | shelf(pack("platform", "root", "system", ".", sections=("compose",)))
    found = whole(example("shop"), deaf)
    assert (found["kubernetes"], found["compose"] is None) == (None, False)


def test_a_section_that_there_is_not_is_refused() -> None:
    with pytest.raises(SvcforgeError, match='pack "root": there is no section "swarm"'):
        whole(example("shop"), DEPLOYED | shelf(pack("platform", "root", "system", ".", sections=("swarm",))))


def test_compose_and_kubernetes_both_come_and_what_there_is_no_pack_for_is_named() -> None:
    more = "platform: {deploy: [compose, kubernetes, helm]}\ndefaults: {stack: python}\n"
    found = plan(written(NOTES % "", more), DEPLOYED)
    assert [unit.folder for unit in found.units if unit.folder.startswith("platform/")] == [
        "platform/compose",
        "platform/kubernetes",
    ]
    assert complaints(found) == ['SF020 warning platform.deploy[2]: there is no pack for "helm" yet']


@pytest.mark.parametrize(
    ("said", "scale"),
    [
        ("", {"min": 2, "max": 6, "cpu": 70}),
        (", scale: {min: 3, max: 9, cpu: 55%}", {"min": 3, "max": 9, "cpu": 55}),
        (", scale: {min: 8}", {"min": 8, "max": 8, "cpu": 70}),
        (", replicas: 4", {"min": 4, "max": 6, "cpu": 70}),
    ],
)
def test_replicas_are_what_the_blueprint_says_or_a_few(said: str, scale: Any) -> None:
    assert notes(said)["scale"] == scale


def test_defaults_of_the_system_count_too() -> None:
    more = (
        "platform: {deploy: [kubernetes], store: postgres}\n"
        "defaults: {stack: python, scale: {min: 3, max: 4, cpu: 80%}, resources: {memory: 1Gi}}\n"
    )
    [found] = facts(NOTES % ", resources: {cpu: 200m}", more)["workloads"]
    assert found["scale"] == {"min": 3, "max": 4, "cpu": 80}
    assert found["resources"] == {
        "requests": {"cpu": "200m", "memory": "1Gi"},
        "limits": {"cpu": "200m", "memory": "1Gi"},
    }


def test_variables_are_kept_asked_or_called_otherwise() -> None:
    found = notes(
        ", settings: {motto: text = hi, size: int, tone: optional text, reset_token: text = x, api_key: secret}"
    )
    assert [one["key"] for one in found["config"]] == ["PORT", "HOST", "MOTTO", "DATABASE_URL_FILE", "API_KEY_FILE"]
    assert found["paths"] == [{"key": "reset-pass", "value": "x"}]
    assert [(one["name"], one["map"], one["key"], one["optional"]) for one in found["env"]] == [
        ("SIZE", "notes-config", "SIZE", False),
        ("TONE", "notes-config", "TONE", True),
        ("RESET_TOKEN", "notes-paths", "reset-pass", False),
    ]
    assert [(asked["map"], [key["key"] for key in asked["keys"]]) for asked in found["asked"]] == [
        ("notes-config", ["SIZE", "TONE"])
    ]


def test_another_configuration_has_another_digest() -> None:
    assert notes()["digest"] == notes()["digest"]
    assert notes()["digest"] != notes(", settings: {motto: text = hi}")["digest"]


def test_secrets_are_files_of_the_service_of_its_database_and_of_all() -> None:
    assert [(s["secret"], [i["path"] for i in s["items"]]) for s in notes(", settings: {key: secret}")["sources"]] == [
        ("notes-secrets", ["key"]),
        ("notes-db-app", ["database_url"]),
    ]


def test_what_stands_around_a_service_takes_no_name_of_another() -> None:
    found = facts(NOTES % "" + "\nnotes-db: {owns: {Doc: {text: text}}}\nnotes-migrate: {}")
    assert [one["name"] for one in found["overlays"][0]["stores"]] == ["notes-db2", "notes-db-db"]
    migrations = [one["migrate"]["name"] for one in found["workloads"] if one["migrate"]]
    assert migrations == ["notes-migrate2", "notes-db-migrate"]


@pytest.mark.parametrize(
    ("system", "namespace"), [("shop", "shop"), ("default", "default-system"), ("kube-shop", "kube-shop-system")]
)
def test_a_namespace_is_never_the_clusters_own(system: str, namespace: str) -> None:
    from svcforge.load import load_text

    head = f"svcforge: 1\nsystem: {system}\nplatform: {{deploy: [kubernetes]}}\ndefaults: {{stack: python}}\n"
    loaded = load_text(f"{head}contexts: {{c: {{services: {{{NOTES % ''}}}}}}}")
    assert loaded.blueprint is not None, loaded.findings
    assert whole(loaded.blueprint, DEPLOYED)["kubernetes"]["namespace"] == namespace


def test_the_gateway_is_a_workload_that_reaches_what_it_routes_to() -> None:
    more = "platform: {gateway: envoy, deploy: [kubernetes]}\ndefaults: {stack: python}\ngateway: {routes: {/api/notes: notes}}\n"
    found = named(facts(NOTES % "", more)["workloads"], "gateway")
    assert found["probes"] == {"live": None, "ready": "/health"}
    assert [[peer["value"] for peer in rule["peers"]] for rule in found["policy"]["egress"]] == [
        ["kube-dns"],
        ["notes"],
    ]
    assert [rule["peers"] for rule in found["policy"]["ingress"]] == [[]]


@pytest.mark.parametrize(
    ("url", "port"),
    [
        ("https://a.test/keys", 443),
        ("http://a.test", 80),
        ("https://a.test:8443/keys", 8443),
        ("http://[::1]:81/", 81),
        ("file:///x", 443),
    ],
)
def test_the_port_of_a_url(url: str, port: int) -> None:
    assert port_of(url) == port


def test_a_rule_without_peers_is_for_anybody_and_one_for_the_outside_is_not() -> None:
    assert rule("x", "http") == {
        "about": "x", "peers": [], "blocks": [], "ports": [{"protocol": "TCP", "port": "http"}],
    }  # fmt: skip
    assert [block["cidr"] for block in rule("x", 443, outside=True)["blocks"]] == ["0.0.0.0/0", "::/0"]


@given(st.text())
def test_an_owner_is_a_label(team: str) -> None:
    import re

    found = owner(team)
    assert found is None if not team else re.fullmatch(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?", found or "")


def test_no_key_sounds_secret() -> None:
    settings = "password: text = a, token: text = b, secret: text = c, pass_password: text = d, token_word: text = e"
    found = notes(f", settings: {{{settings}}}")
    keys = [one["key"] for one in found["paths"]]
    assert len(set(keys)) == len(keys) == 5
    assert [key for key in keys if SENSITIVE.search(key)] == []


def test_releases_of_a_service_whose_database_is_a_file_are_told() -> None:
    able = PACKS | shelf(pack("platform", "kubernetes", "system", "platform/kubernetes", ("releases",)))
    both = NOTES % ", releases: {v1: {weight: 90}, v2: {weight: 10}}"
    for store in ("", ", store: sqlite"):
        more = f"platform: {{deploy: [kubernetes]{store}}}\ndefaults: {{stack: python}}\n"
        assert complaints(plan(written(both, more), able)) == [
            "SF021 warning contexts.c.services.notes.releases: "
            'the database of "notes" is a file, which only one release can have'
        ]
    more = "platform: {deploy: [kubernetes], store: postgres}\ndefaults: {stack: python}\n"
    assert complaints(plan(written(both, more), able)) == []
