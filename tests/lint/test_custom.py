"""Rules that a blueprint makes for itself, without code."""

from __future__ import annotations

from datetime import date

import hypothesis
import pytest
from tests.lint.judging import HEAD, TODAY, verdict
from tests.strategies import Data, as_text, blueprints

from svcforge.lint.settings import Choices
from svcforge.lint.things import Things
from svcforge.load import load_text
from svcforge.model.custom import PROPERTIES
from svcforge.source.finding import dotted

SYSTEM = """
svcforge: 1
system: shop
defaults: {call: {timeout: 1s}}
stores: {crm: {engine: oracle}}
externals: {bank: {operations: {pay: {http: POST /pay}}}}
contexts:
  selling:
    subdomain: core
    team: checkout
    services:
      orders:
        tier: 1
        owns: {Order: {total: decimal}}
        events: {Placed: {order: uuid}}
        operations:
          place: {http: POST /orders, creates: Order, emits: [Placed], calls: [billing.charge], scopes: [a]}
          get: {http: "GET /orders/{id}", reads: Order, public: anyone may, about: Reads.}
      carts: {exposed: true, calls: [orders.get]}
  money:
    services:
      billing: {operations: {charge: {calls: [{to: bank.pay, timeout: 9s}]}}}
  reporting:
    services:
      reports: {operations: {count: {}}, subscribes: {orders.Placed: count}, calls: [{to: billing.charge, timeout: 3s}]}
sagas:
  refund: {starts: orders.Placed, steps: [billing.charge]}
gateway:
  auth: {jwt: {issuer: https://a.test, audience: a}}
  routes: {/api/orders: orders}
bffs:
  web: {endpoints: {GET /home: {order: "orders.get(id=path.id)"}}}
"""


def asked(rule: str, more: str = "", today: date = TODAY) -> list[str]:
    """What one rule finds in the system, as `path: message`."""
    text = f"{SYSTEM}lint: {{{more}custom: {{mine: {{{rule}}}}}}}\n"
    found = verdict(text, Choices(select=("custom", "SF001")), today).findings
    return [f"{dotted(f.path)}: {f.message}" for f in found]


def test_versions_of_an_operation_have_its_name_and_each_its_number() -> None:
    services = (
        f"{HEAD}contexts: {{c: {{services: {{a: {{operations: {{get: {{versions: {{1: {{}}, 2: {{about: x}}}}}}}}}},"
        " b: {operations: {ask: {calls: [a.get]}, find: {}}}}}}\n"
    )

    def told(rule: str) -> list[str]:
        found = verdict(f"{services}lint: {{custom: {{mine: {{assert: '{rule}'}}}}}}\n", Choices(select=("custom",)))
        return [f.message for f in found.findings]

    assert told("operations.that(name=get).all_have(about)") == ['operation "a.get.v1" has no "about"']
    assert told("operations.that(version=2).none_have(about)") == ['operation "a.get.v2" has "about"']
    assert told("operations.that(version=1, service=b).at_most(1)") == ["the number of operations is 2, not at most 1"]
    assert told("calls.that(operation=get).at_most(0)") == ["the number of calls is 1, not at most 0"]
    assert told("services.that(operations=get).all_have(team)") == ['service "a" has no "team"']


ORDERS = "contexts.selling.services.orders"
REPORTS = "contexts.reporting.services.reports"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        (
            "forbidden-edge: {from: reports, to: billing}, message: reports keep a copy",
            [f'{REPORTS}.calls[0]: "reports" calls "billing.charge", which is forbidden: reports keep a copy'],
        ),
        (
            "forbidden-edge: {from: {context: reporting}, to: {subdomain: core}}",
            [f'{REPORTS}.subscribes.orders.Placed: "reports" listens to "orders.Placed", which is forbidden'],
        ),
        ("forbidden-edge: {from: {context: reporting}, to: {subdomain: core}, by: call}", []),
        ("forbidden-edge: {from: {not: {context: selling}}, to: {role: external}, by: event}", []),
        (
            "forbidden-edge: {from: '*', to: {role: external}}",
            ['contexts.money.services.billing.operations.charge.calls[0]: "billing" calls "bank.pay", which is forbidden'],
        ),
        (
            "forbidden-edge: {from: [carts, rep*], to: [orders], by: call}",
            ['contexts.selling.services.carts.calls[0]: "carts" calls "orders.get", which is forbidden'],
        ),
        (
            "required-field: {of: services, field: [team, tier]}",
            [
                'contexts.selling.services.carts: service "carts" has no "tier"',
                'contexts.money.services.billing: service "billing" has no "team" and "tier"',
                f'{REPORTS}: service "reports" has no "team" and "tier"',
                'gateway: gateway "gateway" has no "team" and "tier"',
                'bffs.web: bff "web" has no "team" and "tier"',
            ],
        ),
        (
            "required-field: {of: operations, that: {service: orders}, field: about}",
            [f'{ORDERS}.operations.place: operation "orders.place" has no "about"'],
        ),
        (
            "layers: [reports, {context: money}, orders]",
            [
                f"{ORDERS}.operations.place.calls[0]: "
                '"orders" calls "billing.charge", up from the layer "orders" to "context=money"',
                'sagas.refund.steps[0]: "orders" calls "billing.charge", up from the layer "orders" to "context=money"',
            ],
        ),
        ("layers: {order: [orders, reports], by: call}", []),
        (
            "independence: [{context: money}, {context: [selling, reporting]}, bank]",
            [
                f'{ORDERS}.operations.place.calls[0]: "orders" calls "billing.charge", and the two are to know nothing of each other',
                'contexts.money.services.billing.operations.charge.calls[0]: "billing" calls "bank.pay", and the two are to know nothing of each other',
                f'{REPORTS}.calls[0]: "reports" calls "billing.charge", and the two are to know nothing of each other',
                'sagas.refund.steps[0]: "orders" calls "billing.charge", and the two are to know nothing of each other',
            ],
        ),
        (
            "independence: {of: [[orders, reports]], by: event}",
            [f'{REPORTS}.subscribes.orders.Placed: "reports" listens to "orders.Placed", and the two are to know nothing of each other'],
        ),
        (
            "max-degree: {of: {role: business}, in: 2, out: 2, by: call}",
            [f'{ORDERS}: service "orders": too many depend on it, 3 with at most 2: "carts", "web" and "gateway"'],
        ),
        (
            "max-degree: {out: 0, of: billing}",
            ['contexts.money.services.billing: service "billing": it depends on too many, 1 with at most 0: "bank"'],
        ),
        (
            'assert: "services.that(role=entry).all_have(authn)"',
            [
                f'{ORDERS}: service "orders" has no "authn"',
                'contexts.selling.services.carts: service "carts" has no "authn"',
            ],
        ),
        (
            'assert: "calls.that(target=bank).all_have(timeout=1s|2s, tls)"',
            [
                "contexts.money.services.billing.operations.charge.calls[0]: "
                'call "billing -> bank" has "timeout" "9s", not "1s or 2s" and has no "tls"'
            ],
        ),
        ('assert: "calls.none_have(timeout=9s)"', ['contexts.money.services.billing.operations.charge.calls[0]: call "billing -> bank" has "timeout"']),
        ('assert: "services.that(context!=money, role=business).at_most(2)"', ["lint.custom.mine: the number of services is 3, not at most 2"]),
        ('assert: "events.at_least(2)"', ["lint.custom.mine: the number of events is 1, not at least 2"]),
        ('assert: "operations.that(verb).some_have(rule)"', ['lint.custom.mine: none of 2 operations has "rule"']),
        ('assert: "sagas.all_have(undo)"', ['sagas.refund: saga "refund" has no "undo"']),
        ('assert: "events.all_have(subscribers=reports)"', []),
        ('assert: "stores.none_have(engine=ora*)"', ['stores.crm: store "crm" has "engine"']),
    ],
)  # fmt: skip
def test_a_template_finds_what_it_asks_for(rule: str, expected: list[str]) -> None:
    assert sorted(asked(rule)) == sorted(expected)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("forbidden-edge: {from: reprts, to: orders}", 'there is no service "reprts"'),
        ("forbidden-edge: {from: {context: seling}, to: orders}", 'there is no context "seling"'),
        ("layers: [orders, {team: [checkuot]}]", 'there is no team "checkuot"'),
        ('assert: "operations.that(service=ordrs).all_have(http)"', 'there is no service "ordrs"'),
        ("required-field: {of: calls, that: {target_context: mony}, field: timeout}", 'there is no context "mony"'),
    ],
)
def test_a_name_that_selects_nothing_is_told_with_the_nearest(rule: str, expected: str) -> None:
    text = f"{SYSTEM}lint: {{custom: {{mine: {{{rule}}}}}}}\n"
    [found] = verdict(text, Choices(select=("SF001",))).findings
    assert found.message == expected
    assert (found.hint or "").startswith('did you mean "')
    assert found.fix


def test_a_pattern_may_match_nothing() -> None:
    assert asked("forbidden-edge: {from: legacy-*, to: '*'}") == []


def test_a_rule_has_a_severity_of_its_own_and_may_be_given_another() -> None:
    rule = "custom: {mine: {forbidden-edge: {from: carts, to: orders}, severity: info}}"
    text = f"{SYSTEM}lint: {{{rule}}}\n"
    [found] = verdict(text, Choices(select=("custom",))).findings
    assert (found.code, found.name, found.severity) == ("custom/mine", "mine", "info")
    harder = f"{SYSTEM}lint: {{{rule}, severity: {{custom/mine: error}}}}\n"
    assert [f.severity for f in verdict(harder, Choices(select=("custom",))).findings] == ["error"]


@pytest.mark.parametrize(
    ("more", "number"),
    [
        ("", 1),
        ("ignore: [custom/mine], ", 0),
        ("ignore: [custom], ", 0),
        ("ignore: [{rule: custom/mine, at: carts -> orders}], ", 0),
        ("ignore: [{rule: custom/mine, at: reports}], ", 1),
    ],
)
def test_it_is_suppressed_like_any_other(more: str, number: int) -> None:
    found = asked("forbidden-edge: {from: carts, to: orders}", more)
    assert sum('"carts" calls "orders.get"' in line for line in found) == number


def test_a_comment_may_name_it() -> None:
    text = SYSTEM.replace("calls: [orders.get]}", "calls: [orders.get]} # svcforge: ignore[custom/mine]: known")
    text += "lint: {custom: {mine: {forbidden-edge: {from: carts, to: orders}}}}\n"
    found = verdict(text, Choices(select=("custom",)))
    assert (found.findings, found.suppressed) == ((), 1)


def test_it_runs_in_each_profile_and_not_where_others_are_selected() -> None:
    text = f"{SYSTEM}lint: {{custom: {{mine: {{forbidden-edge: {{from: carts, to: orders}}}}}}}}\n"
    codes = {
        words: [f.code for f in verdict(text, Choices(select=words)).findings if f.code == "custom/mine"]
        for words in (("minimal",), ("production",), ("custom/mine",), ("topology",))
    }
    assert [len(found) for found in codes.values()] == [1, 1, 1, 0]


@pytest.mark.parametrize(
    ("until", "expected"),
    [
        ("2026-06-15", ["contexts.selling.services.carts.calls[0]"]),
        ("2026-06-14", ["lint.custom.mine.until"]),
    ],
)
def test_it_holds_up_to_and_on_the_day_of_its_until_and_says_when_it_has_ended(until: str, expected: list[str]) -> None:
    found = asked(f"forbidden-edge: {{from: carts, to: orders}}, until: {until}")
    assert [line.partition(":")[0] for line in found] == expected


def test_all_that_may_be_said_can_be_asked_for() -> None:
    from svcforge.lint.context import Indexes

    blueprint = load_text(SYSTEM).blueprint
    assert blueprint is not None
    things = Things(Indexes(blueprint))
    said = {
        (kind, key) for kind, keys in PROPERTIES.items() for thing in things.of(kind) for key in keys if thing.say(key)
    }
    words = {
        (kind, key): thing.words(key) for kind, keys in PROPERTIES.items() for thing in things.of(kind) for key in keys
    }
    assert {kind for kind, _ in said} == set(PROPERTIES)
    assert all(isinstance(word, str) for found in words.values() for word in found)


EVERY = """
lint:
  custom:
    edge: {forbidden-edge: {from: {role: [business, entry]}, to: {not: {subdomain: core}}}}
    fields: {required-field: {of: operations, that: {authn: "true"}, field: [about, takes]}}
    layers: {layers: ["a*", {role: external}, "*"]}
    apart: {independence: ["a*", "b*"]}
    degree: {max-degree: {in: 1, out: 1}}
    assertion: {assert: "calls.that(timeout).all_have(tls=strict, retries!=0)"}
"""


@hypothesis.settings(max_examples=60, deadline=None, suppress_health_check=list(hypothesis.HealthCheck))
@hypothesis.given(blueprints())
def test_any_blueprint_is_judged_by_every_template(data: Data) -> None:
    text = as_text({key: value for key, value in data.items() if key != "lint"}) + EVERY
    found = verdict(text, Choices(select=("custom",))).findings
    assert all(finding.span and finding.hint for finding in found)
    assert found == verdict(text, Choices(select=("custom",))).findings
