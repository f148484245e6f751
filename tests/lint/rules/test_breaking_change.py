"""SF504: what breaks those who rely on the version before, and what does not."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from tests.lint.judging import HEAD, system
from tests.strategies import Data, as_text, blueprints

from svcforge.lint.breaks import breaks as all_breaks
from svcforge.lint.earlier import Earlier
from svcforge.lint.promises import Versions
from svcforge.lint.run import Asked, Verdict, run
from svcforge.lint.settings import Choices, resolve
from svcforge.load import load_text
from svcforge.source.finding import dotted

ORDERS = (
    "{owns: {Order: {total: decimal, quantity: int 1..100, kind: a | b | c, note: optional text}},"
    " values: {Line: {price: decimal, gift: optional bool}},"
    " events: {Made: {order: uuid, total: decimal, lines: [Line]}},"
    " operations: {"
    "create: {http: POST /orders, creates: Order, public: x}, "
    'get: {http: "GET /orders/{id}", reads: Order, public: x}, '
    "quote: {in: {lines: [Line]}, out: {sum: decimal, of: text}}}}"
)


def compared(old: str, new: str) -> Verdict:
    """What the linter says of one text against another."""
    before, now = load_text(old, "old.yaml"), load_text(new)
    assert before.blueprint is not None, before.findings
    assert now.blueprint is not None, now.findings
    asked = Asked(earlier=Earlier("main", before.blueprint, before.locate))
    rules = resolve(now.blueprint.lint, Choices(select=("SF504",)))
    return run(now.blueprint, rules, today=date(2026, 1, 1), locate=now.locate, comments=now.comments(), asked=asked)


def breaks(old: str, new: str) -> list[str]:
    """The messages, each with what it was."""
    return [f"{f.message} | {f.related[0].message}" for f in compared(old, new).findings]


def of_orders(was: str, now: str) -> list[str]:
    """What breaks when one text in the orders gives way to another."""
    assert was in ORDERS
    return breaks(system({"orders": ORDERS}), system({"orders": ORDERS.replace(was, now)}))


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ("quote:", "cost:", ['operation "orders.quote" is gone | it stands']),
        ("quote: {", "cost: {was: quote, ", ['operation "orders.quote" is called "cost" now | it is "quote"']),
        ("total: decimal, quantity", "quantity", ['input "total" of "orders.create" is gone | it stands']),
        (
            "note: optional text",
            "remark: {type: optional text, was: note}",
            ['input "note" of "orders.create" is called "remark" now | it is "note"'],
        ),
        ("1..100", "1..50", ['input "quantity" of "orders.create" is "int 1..50" now | it is "int 1..100"']),
        ("1..100", "2..100", ['input "quantity" of "orders.create" is "int 2..100" now | it is "int 1..100"']),
        ("| c, note", ", note", ['input "kind" of "orders.create" is "a | b" now | it is "a | b | c"']),
        ("optional text", "text", ['input "note" of "orders.create" is required now | it may be left out']),
        (
            "optional text",
            "optional text, currency: text",
            ['input "currency" of "orders.create" is new and required | there is no "currency"'],
        ),
        (
            "quantity: int 1..100",
            "quantity: text",
            ['input "quantity" of "orders.create" is "text" now | it is "int 1..100"'],
        ),
        (
            "sum: decimal",
            "sum: optional decimal",
            ['"sum" that "orders.quote" answers may be empty now | it always has a value'],
        ),
        ("of: text", "of: int", ['"of" that "orders.quote" answers is "int" now | it is "text"']),
        ("sum: decimal, ", "", ['"sum" that "orders.quote" answers is gone | it stands']),
        (
            "price: decimal",
            "price: int",
            ['input "price" of "orders.quote" is "int" now | it is "decimal"'],
        ),
        (
            "POST /orders",
            "PUT /orders",
            ['"orders.create" is "PUT /orders" now | it is "POST /orders"'],
        ),
        (
            "http: POST /orders, creates: Order, public: x",
            "creates: Order",
            ['"orders.create" is no longer open to the gateway | it is "POST /orders"'],
        ),
        ("quote: {", "quote: {long_running: true, ", ['"orders.quote" takes a job now | it answers at once']),
        ("Made", "Placed", ['event "orders.Made" is called "Placed" now | it is "Made"']),
        ("events: {Made: {order: uuid, total: decimal, lines: [Line]}},", "", ['event "orders.Made" is gone | it stands']),
        ("order: uuid, total: decimal", "order: uuid", ['"total" of event "orders.Made" is gone | it stands']),
        ("order: uuid, total: decimal", "order: uuid, total: int", ['"total" of event "orders.Made" is "int" now | it is "decimal"']),
        (
            "order: uuid, total: decimal",
            "order: uuid, total: decimal, by: text",
            ['"by" of event "orders.Made" is new and required | there is no "by"'],
        ),
        (
            "order: uuid, total: decimal",
            "total: decimal, order: uuid",
            ['the subject of event "orders.Made" is "total" now: its messages have another key | it is "order"'],
        ),
    ],
)  # fmt: skip
def test_a_break_is_told_with_what_it_was(was: str, now: str, expected: list[str]) -> None:
    assert of_orders(was, now) == [f'{line} in "main"' for line in expected]


@pytest.mark.parametrize(
    ("was", "now"),
    [
        ("1..100", "0..200"),
        ("| c, note", "| c | d, note"),
        ("optional text", "optional text, currency: text = EUR"),
        ("of: text", "of: email"),
        ("of: text", "of: text, more: int"),
        ("gift: optional bool", "gift: optional bool, wrap: optional text"),
        ("order: uuid, total: decimal", "order: uuid, total: decimal, by: optional text"),
        ("order: uuid", "order: ref Order"),
        ("events: {Made", "events: {Paid: {order: uuid}, Made"),
        ("quote: {", "other: {}, quote: {"),
        ("Made: {order: uuid, total: decimal, lines: [Line]}", "Made: {versions: {2: {order: uuid}}}"),
    ],
)
def test_what_is_added_or_wider_breaks_nobody(was: str, now: str) -> None:
    assert of_orders(was, now) == []


@pytest.mark.parametrize(
    ("was", "now"), [("1..100", "1..50"), ("quote:", "cost:"), ("quote: {", "quote: {long_running: true, ")]
)
def test_a_higher_api_version_may_change_operations(was: str, now: str) -> None:
    old = system({"orders": ORDERS}, "defaults: {api_version: v1}\n")
    new = system({"orders": ORDERS.replace(was, now)}, "defaults: {api_version: v2}\n")
    assert breaks(old, new) == []
    assert len(breaks(new.replace("v2", "v1"), new)) == 0
    assert len(breaks(old, new.replace("v2", "v1"))) == 1


def test_a_path_that_bears_a_higher_version_may_change() -> None:
    services = {"a": '{operations: {get: {http: "GET /v1/things/{id}", in: {id: uuid}, out: {x: int}, public: x}}}'}
    now = {"a": services["a"].replace("/v1/", "/v2/").replace("x: int", "y: int")}
    assert breaks(system(services), system(now)) == []
    assert len(breaks(system(services), system({"a": services["a"].replace("/v1/things", "/things")}))) == 1


def test_a_version_of_an_event_stays_what_it_is_and_may_end_when_it_has_a_successor() -> None:
    one, two = "1: {order: uuid, total: decimal}", "2: {order: uuid}"
    first = system({"a": "{events: {E: {order: uuid, total: decimal}}}"})
    both = system({"a": f"{{events: {{E: {{versions: {{{one}, {two}}}}}}}}}"})
    second = system({"a": f"{{events: {{E: {{versions: {{{two}}}}}}}}}"})
    assert breaks(first, both) == breaks(both, second) == []
    assert breaks(both, first) == [
        'version 2 of event "a.E" is gone, and none comes after it | it stands in "main"',
    ]
    assert breaks(first, system({"a": "{defaults: {api_version: v9}, events: {E: {order: uuid}}}"})) == [
        '"total" of event "a.E" is gone | it stands in "main"'
    ]


ONE = "{http: POST /things, in: {x: int}, out: {n: int}, public: x}"
TWO = "{http: POST /things, in: {x: int, y: int}, out: {n: int}, public: x}"


def placing(place: str, api_version: str = "v1") -> str:
    return system({"a": f"{{operations: {{place: {place}}}}}"}, f"defaults: {{api_version: {api_version}}}\n")


def test_a_second_version_beside_the_first_breaks_nobody_and_the_first_stays_what_it_is() -> None:
    both = f"{{versions: {{1: {ONE}, 2: {TWO}}}}}"
    assert breaks(placing(ONE), placing(both)) == []
    assert breaks(placing(f"{{versions: {{1: {ONE}}}}}"), placing(ONE)) == []
    assert breaks(placing(both), placing(both.replace(f"1: {ONE}", f"1: {TWO}"))) == [
        'input "y" of "a.place" is new and required | there is no "y" in "main"'
    ]
    assert breaks(placing(both), placing(both.replace(f"2: {TWO}", f"2: {TWO.replace('n: int', 'n: text')}"))) == [
        '"n" that "a.place_v2" answers is "text" now | it is "int" in "main"'
    ]


def test_a_version_that_is_dropped_is_an_operation_that_is_gone() -> None:
    second = placing(f"{{versions: {{2: {TWO}}}}}")
    both = placing(f"{{versions: {{1: {ONE}, 2: {TWO}}}}}")
    for before, raised in ((placing(ONE), ', or raise the `api_version` of "a"'), (both, "")):
        [found] = compared(before, second).findings
        assert (found.message, found.hint) == (
            'operation "a.place" is gone',
            f"keep it as version 1 beside version 2 (`versions`) until nobody calls it{raised}; "
            'if it has another name, say "was: place" there',
        )
        assert compared(before, "lint: {ignore: [{rule: breaking-change, at: a.place.v1}]}\n" + second).suppressed == 1
    assert breaks(placing(f"{{versions: {{1: {ONE}, 2: {TWO}}}}}"), placing(ONE)) == [
        'operation "a.place_v2" is gone | it stands in "main"'
    ]


def test_a_higher_api_version_excuses_no_version_of_an_operation_that_has_a_number_of_its_own() -> None:
    both = f"{{versions: {{1: {ONE}, 2: {TWO}}}}}"
    assert breaks(placing(both), placing(f"{{versions: {{2: {TWO}}}}}", "v2")) == [
        'operation "a.place" is gone | it stands in "main"'
    ]
    assert breaks(placing(ONE), placing(f"{{versions: {{2: {TWO}}}}}", "v2")) == []


def test_versions_move_what_stood_under_another_number() -> None:
    both = f"{{versions: {{1: {ONE}, 2: {TWO}}}}}"
    assert breaks(placing(ONE, "v2"), placing(both, "v2")) == [
        '"a.place" is "POST /v1/things" now | it is "POST /v2/things" in "main"'
    ]
    assert breaks(placing(both, "v2"), placing(ONE, "v2")) == [
        'operation "a.place_v2" is gone | it stands in "main"',
        '"a.place" is "POST /v2/things" now | it is "POST /v1/things" in "main"',
    ]


@pytest.mark.parametrize(
    ("before", "after", "remedy"),
    [
        (placing(ONE), placing(TWO), "put what is new beside it (`versions: {1: ..., 2: ...}`)"),
        (placing(f"{{versions: {{1: {ONE}}}}}"), placing(f"{{versions: {{1: {TWO}}}}}"), "leave version 1 as it is, and put what is new beside it under a number of its own"),
        (placing(ONE, "v3"), placing(TWO, "v3"), "take and answer what the old version did as well"),
    ],
)  # fmt: skip
def test_the_remedy_is_a_version_beside_it_where_the_old_one_can_stay_where_it_is(
    before: str, after: str, remedy: str
) -> None:
    [found] = compared(before, after).findings
    assert remedy in (found.hint or "")
    assert ("versions" in (found.hint or "")) == ("versions" in remedy)


def test_a_route_that_leads_to_another_version_now_is_told() -> None:
    both = f"{{versions: {{1: {ONE}, 2: {TWO}}}}}"
    routes = "gateway: {auth: none, routes: {/api/things: a, /api/v2/things: a}}\n"
    turned = 'route "/api/v2/things" leads to v2 of "a" now | it leads to v1 in "main"'
    assert breaks(placing(ONE) + routes, placing(both) + routes) == [turned]
    assert breaks(placing(both) + routes, placing(both) + routes) == []
    assert breaks(placing(ONE) + routes.replace(", /api/v2/things: a", ""), placing(both) + routes) == []
    assert breaks(placing(ONE, "v2") + routes, placing(ONE, "v1") + routes) == []
    assert breaks(placing(both) + routes, placing(ONE) + routes) == [
        'operation "a.place_v2" is gone | it stands in "main"',
        'route "/api/v2/things" leads to v1 of "a" now | it leads to v2 in "main"',
    ]


def test_a_version_may_be_suppressed_by_its_number() -> None:
    both = f"{{versions: {{1: {ONE}, 2: {TWO}}}}}"
    changed = placing(both.replace("n: int", "n: text"))
    assert [f.message for f in compared(placing(both), changed).findings] == [
        '"n" that "a.place" answers is "text" now',
        '"n" that "a.place_v2" answers is "text" now',
    ]
    for at, left in (("a.place.v1", ["place_v2"]), ("a.place.v2", ["place"]), ("a.place", []), ("a", [])):
        found = compared(placing(both), f"lint: {{ignore: [{{rule: breaking-change, at: {at}}}]}}\n{changed}").findings
        assert [f.message.split('"a.')[1].split('"')[0] for f in found] == left, at


def test_what_belongs_to_another_service_now_has_moved_and_is_not_gone() -> None:
    inside = "owns: {T: {x: int}}, events: {E: {t: uuid}}, operations: {add: {creates: T}}"
    assert breaks(system({"a": f"{{{inside}}}", "b": "{}"}), system({"a": "{}", "b": f"{{{inside}}}"})) == [
        'entity "a.T" belongs to "b" now | it belongs to "a" in "main"',
        'event "a.E" belongs to "b" now | it belongs to "a" in "main"',
        'operation "a.add" belongs to "b" now | it belongs to "a" in "main"',
    ]


def test_a_name_that_the_other_service_had_before_is_no_move() -> None:
    both = {"a": "{operations: {ping: {}}}", "b": "{operations: {ping: {}}}"}
    assert breaks(system(both), system({**both, "a": "{}"})) == ['operation "a.ping" is gone | it stands in "main"']


def test_a_service_that_is_gone_is_told_once_and_a_renamed_one_as_such() -> None:
    old = system({"a": "{operations: {x: {}, y: {}}}", "b": "{}"})
    assert breaks(old, system({"b": "{}"})) == ['service "a" is gone, and with it "x", "y" | it stands in "main"']
    renamed = system({"c": "{was: a, operations: {x: {}, y: {}}}", "b": "{}"})
    assert breaks(old, renamed) == ['service "a" is called "c" now | it is "a" in "main"']


def test_a_publisher_in_another_context_has_other_names_on_the_wire() -> None:
    services = {"a": "{events: {E: {x: uuid}}}"}
    [found] = breaks(system(services), system(services, contexts={"a": "d"}))
    assert found == (
        'service "a" has moved to the context "d", whose name its events bear on the wire | it is in "c" in "main"'
    )


CALLED = {
    "a": "{events: {E: {x: uuid}}, operations: {go: {calls: [b.work], emits: [E]}}}",
    "b": "{operations: {work: {in: {x: uuid}}}}",
}
HEARD = {
    "a": "{events: {E: {x: uuid}}, operations: {go: {emits: [E]}}}",
    "b": "{operations: {work: {in: {x: uuid}}}, subscribes: {a.E: work}}",
}


def test_a_call_that_became_an_event_is_told_and_so_is_the_way_back() -> None:
    assert breaks(system(CALLED), system(HEARD)) == [
        '"b.work" follows an event of "a" now | it follows a call in "main"'
    ]
    assert breaks(system(HEARD), system(CALLED)) == [
        '"b.work" follows a call of "a" now | it follows an event in "main"'
    ]


def test_a_copy_instead_of_a_call_breaks_nobody() -> None:
    old = {"a": "{operations: {go: {calls: [b.read]}}}", "b": "{events: {E: {x: uuid}}, operations: {read: {}}}"}
    new = {**old, "a": "{copies: {C: {b.E: {}}}, operations: {go: {}}}"}
    assert breaks(system(old), system(new)) == []


def test_what_only_the_service_itself_uses_may_change() -> None:
    handler = {"a": "{events: {E: {x: uuid}}}", "b": "{operations: {on_e: {in: {x: uuid}}}, subscribes: {a.E: on_e}}"}
    scheduled = {"b": "{operations: {on_e: {schedule: daily}}}"}
    assert breaks(system(handler), system({**handler, "b": "{}"})) == []
    assert breaks(system(scheduled), system({"b": "{}"})) == []
    called = {**scheduled, "a": "{calls: [b.on_e]}"}
    assert breaks(system(called), system({"a": "{}", "b": "{}"})) == [
        'operation "b.on_e" is gone | it stands in "main"'
    ]


def test_each_of_several_inputs_is_told_though_they_stand_nowhere() -> None:
    old = {"a": '{owns: {T: {x: int}}, operations: {find: {http: "GET /t", lists: T, filter: [x], public: x}}}'}
    new = {"a": '{owns: {T: {x: int}}, operations: {find: {http: "GET /t", in: {y: int}, public: x}}}'}
    found = breaks(system(old), system(new))
    assert sorted(line.partition(" of ")[0] for line in found if line.startswith("input") and "is gone" in line) == [
        'input "cursor"', 'input "ids"', 'input "limit"', 'input "x"',
    ]  # fmt: skip


def test_values_that_hold_each_other_are_compared_to_an_end() -> None:
    text = "{values: {A: {b: optional B, x: int}, B: {a: [A]}}, operations: {go: {in: {a: A}}}}"
    assert breaks(system({"s": text}), system({"s": text})) == []
    assert breaks(system({"s": text}), system({"s": text.replace("x: int", "x: bool")})) == [
        'input "x" of "s.go" is "bool" now | it is "int" in "main"'
    ]


def test_a_finding_has_its_place_in_both_versions_and_can_be_suppressed_by_name() -> None:
    old, new = system({"a": "{operations: {x: {}, y: {}}}"}), system({"a": "{operations: {x: {}}}"})
    [found] = compared(old, new).findings
    assert (dotted(found.path), found.span and found.span.line) == ("contexts.c.services.a.operations", 6)
    assert [(r.span.file, r.span.line) for r in found.related if r.span] == [("old.yaml", 6)]
    assert compared(old, "lint: {ignore: [{rule: breaking-change, at: a.y}]}\n" + new).suppressed == 1


def test_without_an_older_version_nothing_is_compared() -> None:
    blueprint = load_text(system({"a": ORDERS})).blueprint
    assert blueprint is not None
    assert run(blueprint, resolve(blueprint.lint, Choices(select=("SF504",))), today=date(2026, 1, 1)).findings == ()


def test_an_empty_system_and_the_same_system_have_no_breaks() -> None:
    assert breaks(HEAD, system({"a": ORDERS})) == breaks(system({"a": ORDERS}), system({"a": ORDERS})) == []


OUTSIDE = """
bffs: {web: {endpoints: {"GET /home/{id}": {order: "orders.get(id=path.id)", again: "orders.get(id=path.id)"}}}}
gateway: {auth: {jwt: {issuer: https://a.test, audience: a}}, routes: {/api/orders: orders, /web: web}}
"""


@pytest.mark.parametrize(
    ("was", "now", "expected"),
    [
        ("/home/{id}", "/start/{id}", ['"web" GET /home/{id} is gone | it stands']),
        (', again: "orders.get(id=path.id)"', "", ['"again" that "web" GET /home/{id} answers is gone | it stands']),
        (", /web: web", "", ['no route leads to "/web" any more | one leads to "web"']),
        ("/api/orders: orders", "GET /api/orders: orders", ['no route leads to "/api/orders" any more | one leads to "orders"']),
        ("/api/orders: orders", "/api: orders", []),
        ("/home/{id}", "/home/{order}", []),
        ("bffs: {web: {", "bffs: {web: {defaults: {api_version: v2}, ", []),
    ],
)  # fmt: skip
def test_what_clients_reach_from_outside_is_kept(was: str, now: str, expected: list[str]) -> None:
    inside = system({"orders": ORDERS})
    after = OUTSIDE.replace(was, now).replace("path.id", "path.order" if "{order}" in now else "path.id")
    assert breaks(inside + OUTSIDE, inside + after) == [f'{line} in "main"' for line in expected]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(blueprints(), blueprints())
def test_any_two_versions_can_be_compared_and_one_with_itself_has_no_breaks(old: Data, new: Data) -> None:
    before, after = load_text(as_text(old)).blueprint, load_text(as_text(new)).blueprint
    assert before is not None
    assert after is not None
    found = [one.message for one in all_breaks(Versions(before, after))]
    assert found == [one.message for one in all_breaks(Versions(before, after))]
    assert list(all_breaks(Versions(before, load_text(as_text(old)).blueprint or before))) == []
