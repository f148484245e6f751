"""SF602-SF606: what callers may do, who they are, who listens, and what everybody can read."""

from __future__ import annotations

import pytest
from tests.lint.judging import findings, messages, places, system, verdict

from svcforge.lint.secrets import given_away, is_secret
from svcforge.lint.settings import Choices
from svcforge.source.edit import Put, Replace

JWT = "gateway: {auth: {jwt: {issuer: i, audience: a}}, routes: {/api/a: a}}\n"


@pytest.mark.parametrize(
    ("operation", "of_a", "expected"),
    [
        ("http: GET /go, scopes: []", "", 1),
        ("http: GET /go, scopes: [x]", "", 0),
        ("http: GET /go, public: anyone may", "", 0),
        ("http: 'GET /go/{id}', reads: Note, scopes: [], where: {owner: token.sub}", "", 0),
        ("http: 'GET /go/{id}', reads: Note, scopes: []", "where: {owner: token.sub}, ", 0),
        ("http: 'GET /go/{id}', reads: Note, scopes: [], where: {owner: me}", "", 1),
        ("scopes: []", "", 0),
    ],
)
def test_a_token_must_allow_something(operation: str, of_a: str, expected: int) -> None:
    service = f"{{{of_a}owns: {{Note: {{owner: text}}}}, operations: {{go: {{{operation}}}}}}}"
    assert len(messages(system({"a": service}) + JWT, "SF602")) == expected


@pytest.mark.parametrize(
    ("services", "more", "expected"),
    [
        ({"a": "{has: [], exposed: true}"}, "", ["contexts.c.services.a.exposed"]),
        ({"a": "{has: []}"}, JWT, ["gateway.routes./api/a"]),
        ({"a": "{}"}, JWT, []),
        ({"a": "{has: [], role: frontend, exposed: true}"}, "", []),
        ({"a": "{has: [], exposed: true, operations: {go: {http: GET /go, scopes: [x]}}}"}, "", []),
        ({"a": "{has: []}", "u": "{role: client, calls: [a]}"}, "", ["contexts.c.services.u.calls[0]"]),
        ({"a": "{has: [], exposed: true}", "u": "{role: client, calls: [{to: a, auth: forward}]}"}, "", []),
    ],
)  # fmt: skip
def test_what_exists_and_is_reached_from_outside_says_what_callers_may_do(
    services: dict[str, str], more: str, expected: list[str]
) -> None:
    assert places(system(services) + more, "SF602") == expected


@pytest.mark.parametrize(
    ("call", "expected"), [("a", 1), ("{to: a, auth: none}", 1), ("{to: a, auth: forward}", 0), ("{to: a, auth: mesh}", 0)]
)  # fmt: skip
def test_a_client_that_sends_an_identity_is_known_at_the_door(call: str, expected: int) -> None:
    text = system({"a": "{has: [], exposed: true}", "u": f"{{role: client, calls: [{call}]}}"})
    assert len(messages(text, "SF601")) == expected
    assert messages(text, "SF603") == []


def test_a_frontend_that_sends_an_identity_vouches_for_those_who_come_through_it() -> None:
    services = {"a": "{has: [], exposed: true}", "page": "{role: frontend, calls: [{to: a, auth: forward}]}"}
    assert messages(system(services), "SF601") == []
    services["u"] = "{role: client, calls: [a]}"
    assert len(messages(system(services), "SF601")) == 1


ISTIO = "platform: {mesh: istio}\n"


@pytest.mark.parametrize(
    ("call", "more", "expected"),
    [
        ("{to: b, tls: strict}", "", []),
        ("{to: b, tls: permissive}", "", ["nothing says how"]),
        ("{to: b, auth: mesh}", "", ["auth is mesh, and the call may be plaintext"]),
        ("{to: b, auth: mesh, tls: strict}", "", []),
        ("b", ISTIO, []),
        ("{to: b, tls: permissive}", ISTIO, ["nothing says how"]),
        ("{to: b, tls: permissive, auth: service}", ISTIO, []),
        ("b", f"{ISTIO}defaults: {{call: {{tls: none}}}}\n", ["nothing says how"]),
    ],
)
def test_certificates_prove_who_calls_only_where_they_are_asked_for(call: str, more: str, expected: list[str]) -> None:
    text = system({"a": f"{{has: [], calls: [{call}]}}", "b": "{has: []}"}, more)
    assert messages(text, "SF603") == [f'warning "a" calls "b" without proving who it is: {why}' for why in expected]


@pytest.mark.parametrize(
    ("gateway", "target", "expected"),
    [
        ("routes: {/api/a: a}", "{}", 0),
        ("routes: {/api/a: a}", "{has: []}", 1),
        ("has: [], routes: {/api/a: a}", "{has: []}", 1),
        ("auth: {jwt: {issuer: i, audience: a}}, routes: {/api/a: a}", "{has: []}", 0),
    ],
)
def test_a_gateway_passes_on_the_tokens_that_it_verifies(gateway: str, target: str, expected: int) -> None:
    assert len(messages(system({"a": target}) + f"gateway: {{{gateway}}}\n", "SF603")) == expected


NO_ISSUER = 'warning "b.work" answers whoever reaches it: nobody issues tokens that services could prove themselves by'


@pytest.mark.parametrize(
    ("a", "b", "more", "expected"),
    [
        ("operations: {go: {calls: [b.work]}}", "work: {}", "", [NO_ISSUER]),
        ("operations: {go: {calls: [{to: b.work, auth: service}]}}", "work: {}", "", [NO_ISSUER]),
        ("operations: {go: {calls: [b.work]}}", "work: {}", "gateway: {routes: {/api/a: a}}\n", [NO_ISSUER]),
        ("operations: {go: {calls: [b.work]}}", "work: {}", JWT, []),
        ("operations: {go: {calls: [b.work]}}", "work: {}", ISTIO, []),
        ("operations: {go: {calls: [{to: b.work, tls: strict}]}}", "work: {}", "", []),
        ("operations: {go: {calls: [{to: b.work, over: broker}]}}", "work: {}", "", []),
        ("operations: {go: {calls: [b.work]}}", "work: {http: GET /work, public: anyone may}", "", []),
        (
            "operations: {go: {calls: [{to: b.work, auth: mesh}]}}",
            "work: {}",
            "",
            ['warning "a" calls "b" without proving who it is: auth is mesh, and the call may be plaintext'],
        ),
        ("operations: {go: {}}", "work: {}", "", []),
        ("has: [], operations: {go: {calls: [{to: b.work, auth: service}]}}", "work: {}", "", []),
        ("operations: {go: {}}", "work: {}", "sagas: {s: {starts: a.go, steps: [b.work]}}\n", [NO_ISSUER]),
    ],
)
def test_internal_operations_have_somebody_to_ask_for_a_token(a: str, b: str, more: str, expected: list[str]) -> None:
    services = {"a": f"{{{a}}}", "b": f"{{operations: {{{b}}}}}"}
    assert messages(system(services) + more, "SF603") == expected


def test_what_a_young_system_has_not_yet_is_asked_for_in_production_and_told_once() -> None:
    text = system(
        {
            "a": "{operations: {go: {calls: [b.work, c.work]}}}",
            "b": "{operations: {work: {}}}",
            "c": "{operations: {work: {}}}",
        }
    )
    assert verdict(text, Choices(select=("SF603",))).findings == ()
    [finding] = findings(text, "SF603")
    assert finding.message.startswith('"b.work" answers whoever reaches it, and so does "c.work": ')
    assert [related.message for related in finding.related] == ["c.work is called here"]


PLAIN = 'warning what "a" and "b" say to each other is not encrypted: '


@pytest.mark.parametrize(
    ("call", "more", "expected"),
    [
        ("b.work", "", [f"{PLAIN}nothing says so"]),
        ("b.work", ISTIO, []),
        ("b.work", "platform: {mesh: linkerd}\n", []),
        ("{to: b.work, tls: permissive}", ISTIO, [f"{PLAIN}tls is permissive"]),
        ("{to: b.work, tls: strict}", "", []),
        ("b.work", "defaults: {call: {tls: strict}}\n", []),
        ("b.work", f"{ISTIO}defaults: {{call: {{tls: none}}}}\n", [f"{PLAIN}tls is none"]),
    ],
)
def test_with_a_strict_mesh_nothing_is_plaintext_and_without_all_is(call: str, more: str, expected: list[str]) -> None:
    text = system({"a": f"{{operations: {{go: {{calls: [{call}]}}}}}}", "b": "{operations: {work: {}}}"}, more)
    assert messages(text, "SF604") == expected


def test_steps_parts_routes_and_clients_are_traffic_and_a_pair_is_told_once() -> None:
    text = system(
        {"a": "{operations: {go: {}}}", "b": "{operations: {work: {}}}", "u": "{role: client, calls: [a, a.go]}"}
    )
    text += "sagas: {s: {starts: a.go, steps: [{do: b.work, undo: b.work}]}}\n"
    text += "bffs: {web: {endpoints: {GET /home: {w: b.work()}}}}\ngateway: {routes: {/home: web}}\n"
    pairs = [message.partition(" say ")[0] for message in messages(text, "SF604")]
    assert sorted(pairs) == [
        f'warning what "{x}" and "{y}"' for x, y in (("a", "b"), ("gateway", "web"), ("u", "a"), ("web", "b"))
    ]


def test_what_nobody_says_is_said_once_for_all_and_what_somebody_says_where_it_stands() -> None:
    text = system(
        {
            "a": "{operations: {go: {calls: [b.work, c.work]}}}",
            "b": "{operations: {work: {calls: [{to: c.work, tls: none}]}}}",
            "c": "{operations: {work: {}}}",
        }
    )
    edits = {edit for finding in findings(text, "SF604") for edit in finding.fix}
    at = ("contexts", "c", "services", "b", "operations", "work", "calls", 0, "tls")
    assert edits == {Put(("defaults", "call"), "tls", "strict"), Replace(at, "strict")}


@pytest.mark.parametrize(("call", "expected"), [("bank.pay", 0), ("{to: bank.pay, tls: none}", 1)])
def test_an_external_has_the_encryption_of_its_address_unless_it_is_said(call: str, expected: int) -> None:
    text = system({"a": f"{{operations: {{go: {{calls: [{call}]}}}}}}"}, "externals: {bank: {operations: {pay: {}}}}\n")
    assert len(messages(text, "SF604")) == expected


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ("platform: {broker: rabbitmq, store: postgres}\n", ["platform.broker", "platform.store"]),
        ("platform: {broker: rabbitmq, store: postgres, mesh: istio}\n", []),
        ("platform: {broker: {engine: rabbitmq, tls: strict}, store: sqlite}\n", []),
        ("platform: {broker: {engine: rabbitmq, tls: none}, mesh: istio}\n", ["platform.broker.tls"]),
        ("stores: {crm: {engine: mysql}, old: {engine: mysql}}\n", ["stores.crm"]),
        ("stores: {crm: {engine: mysql, tls: strict}}\n", []),
    ],
)
def test_brokers_and_stores_are_traffic_too(more: str, expected: list[str]) -> None:
    assert places(system({"a": "{uses: [crm]}" if "crm" in more else "{}"}, more), "SF604") == expected


@pytest.mark.parametrize("name", ["password", "db_password", "API_KEY", "clientSecret", "relay-token", "apiKey", "PWD"])
def test_names_of_secrets(name: str) -> None:
    assert is_secret(name)


@pytest.mark.parametrize("name", ["token_url", "password_length", "key", "order_key", "secretary", "tokens", "", "42"])
def test_names_of_other_things(name: str) -> None:
    assert not is_secret(name)


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("password", "s3cr3t", "s3cr3t"),
        ("password", "${DB_PASSWORD}", None),
        ("password", "", None),
        ("password", ["x"], None),
        ("broker", "amqp://guest:guest@mq:5672", "guest"),
        ("broker", "amqp://mq:5672", None),
        ("broker", "amqp://app:${PASSWORD}@mq", None),
        ("contact", "mailto:someone@example.com", None),
    ],
)
def test_what_gives_a_secret_away(name: str, value: object, expected: str | None) -> None:
    assert given_away(name, value) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (system({"a": "{settings: {db_password: text = hunter2}}"}), ["contexts.c.services.a.settings.db_password"]),
        (system({"a": "{settings: {db_password: secret, db_user: text = app}}"}), []),
        (system({"a": "{settings: {mq: url = amqp://app:hunter2@mq}}"}), ["contexts.c.services.a.settings.mq"]),
        (system({"a": "{owns: {User: {password: text = hunter2}}}"}), ["contexts.c.services.a.owns.User.password"]),
        (system({"a": "{owns: {User: {password: text}}}"}), []),
        (
            system({"a": "{operations: {go: {calls: [{to: b.work, set: {api_key: hunter2}}]}}}", "b": "{operations: {work: {in: {api_key: text}}}}"}),
            ["contexts.c.services.a.operations.go.calls[0].set.api_key"],
        ),
        (
            system({"a": "{}"}) + "patches: [{target: {kind: Deployment}, merge: {spec: {env: [{name: DB_PASSWORD, value: hunter2}, {name: X, value: y}]}}}]\n",
            ["patches[0].merge.spec.env[0].value"],
        ),
        (system({"a": "{}"}) + "gateway: {routes: {/x: {url: 'http://app:hunter2@old/x'}}}\n", ["gateway.routes./x.url"]),
    ],
)  # fmt: skip
def test_secrets_are_found_wherever_literals_stand(text: str, expected: list[str]) -> None:
    assert places(text, "SF605") == expected


def test_what_everybody_tries_first_is_said_to_be_such() -> None:
    [finding] = findings(system({"a": "{settings: {password: text = guest}}"}), "SF605")
    assert finding.message == '"a.password" has a secret that everybody knows in the blueprint'


@pytest.mark.parametrize(
    ("more", "service", "expected"),
    [
        ("", "{}", []),
        ("platform: {broker: rabbitmq, store: postgres}\n", "{}", ['"broker" and "store"']),
        ("platform: {broker: rabbitmq, secrets: vault}\n", "{}", []),
        ("platform: {store: sqlite}\n", "{}", []),
        ("externals: {bank: {}}\n", "{settings: {pin: secret}}", ['"bank" and "a.pin"']),
    ],
)
def test_secrets_have_somebody_who_keeps_them(more: str, service: str, expected: list[str]) -> None:
    assert messages(system({"a": service}, more), "SF606") == [
        f"warning secrets are used by {who}, and no store is named that keeps them" for who in expected
    ]
