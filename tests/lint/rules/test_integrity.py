"""SF001 to SF004: names that stand for something, once, connected, and fed."""

from __future__ import annotations

import pytest
from tests.lint.judging import HEAD, findings, messages, places, system


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            system({"a": "{operations: {go: {calls: [b.rest]}}}", "b": "{operations: {reset: {}}}"}),
            'there is no operation "b.rest" | did you mean "b.reset"?',
        ),
        (
            system({"orders": "{operations: {go: {}}}", "b": "{operations: {o: {calls: [ordrs.go]}}}"}),
            'there is no operation "ordrs.go" | did you mean "orders.go"?',
        ),
        (system({"a": "{calls: [billing]}", "bililng": "{}"}), 'there is no service "billing" | did you mean "bililng"?'),
        (
            system({"a": "{subscribes: [b.Done]}", "b": "{}"}),
            'there is no event "b.Done" | write service.Event of a service that is declared',
        ),
        (
            system({"a": "{}"}) + "sagas: {s: {starts: a.go, steps: [a.go]}}\n",
            'there is no operation "a.go" | write service.operation of a service or an external that is declared',
        ),
        (
            system({"users": "{}"}) + "gateway: {routes: {/api/users: user}}\n",
            'there is no service "user" | did you mean "users"?',
        ),
        (system({"a": "{uses: [crm]}"}), 'there is no store or library "crm" | write the name of one that is declared, or declare this store or library'),
        (system({"a": "{owns: {Order: {total: Mony}}}"}, "values: {Money: {amount: decimal}}\n"), 'there is no value object "Mony" | did you mean "Money"?'),
    ],
)  # fmt: skip
def test_a_name_that_stands_for_nothing_is_named_with_the_nearest_that_does(text: str, expected: str) -> None:
    assert f"{findings(text, 'SF001')[0].message} | {findings(text, 'SF001')[0].hint}" == expected


def test_an_event_that_is_not_there_is_shown_where_its_name_stands() -> None:
    text = system({"a": "{operations: {go: {}}, subscribes: {b.Done: go}}", "b": "{}"})
    [finding] = findings(text, "SF001")
    assert finding.span is not None
    line = text.splitlines()[finding.span.line - 1]
    assert line[finding.span.column - 1 : finding.span.end_column - 1] == "b.Done"


def test_two_services_of_one_name_are_shown_with_the_first() -> None:
    text = f"{HEAD}contexts:\n  a: {{services: {{orders: {{}}}}}}\n  b: {{services: {{orders: {{}}}}}}\n"
    [finding] = findings(text, "SF002")
    assert finding.message == 'service "orders" is declared twice'
    assert [(r.message, r.span.line) for r in finding.related if r.span] == [("first here", 4)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (system({"order-items": "{}", "orderitems": "{}"}), 'name "orderitems" differs from "order-items" in dashes, underscores or case only'),
        (
            system({"a": "{operations: {get_it: {}, getit: {}}}"}),
            'operation "getit" differs from "get_it" in dashes, underscores or case only',
        ),
        (
            system({"a": '{operations: {one: {http: "GET /x/{id}", public: yes}, two: {http: "GET /x/{key}", public: yes}}}'}),
            '"two" answers the same request as "one": GET /x/{key}',
        ),
        (
            system({"a": "{}"}) + 'gateway: {routes: {"/x/{a}": a, "/x/{b}": a}}\n',
            'route "/x/{b}" takes the same requests as another',
        ),
        (system({"a": "{calls: [b, b]}", "b": "{}"}), '"a" calls "b" twice in the same way'),
        (system({"a": "{subscribes: [b.E, b.E]}", "b": "{events: {E: {x: uuid}}}"}), '"a" subscribes to "b.E" twice in the same way'),
        (
            system({"a": "{operations: {go: {}}}", "b": "{operations: {do_it: {}}}"})
            + "sagas: {s: {starts: a.go, steps: [b.do_it, b.do_it]}}\n",
            '"a" calls "b.do_it" twice in the same way',
        ),
    ],
)  # fmt: skip
def test_what_is_there_twice_is_reported(text: str, expected: str) -> None:
    assert messages(text, "SF002") == [f"error {expected}"]


@pytest.mark.parametrize(
    "text",
    [
        system({"a": "{operations: {one: {calls: [b.go]}, two: {calls: [b.go]}}}", "b": "{operations: {go: {}}}"}),
        system({"a": "{operations: {one: {calls: [{to: b.go, set: {x: 1}}, {to: b.go, set: {x: 2}}]}}}", "b": "{operations: {go: {in: {x: int}}}}"}),
        system({"a": "{operations: {one: {http: GET /x, public: yes}, two: {http: POST /x, public: yes}}}"}),
        f"{HEAD}contexts: {{catalog: {{services: {{catalog: {{}}}}}}}}\n",
    ],
)  # fmt: skip
def test_what_differs_is_no_duplicate(text: str) -> None:
    assert messages(text, "SF002") == []


BROKER = "platform: {broker: rabbitmq}\n"


@pytest.mark.parametrize(
    ("services", "more", "place"),
    [
        ({"rabbitmq": "{}"}, BROKER, ["contexts.c.services.rabbitmq"]),
        ({"a": "{}"}, BROKER + "externals: {rabbitmq: {}}\n", ["externals.rabbitmq"]),
        ({"a": "{}"}, BROKER + "bffs: {rabbitmq: {}}\n", ["bffs.rabbitmq"]),
        ({"a": "{}"}, BROKER + "gateway: {name: rabbitmq, routes: {}}\n", ["gateway"]),
        ({"rabbitmq": "{}"}, "", []),
        ({"a": "{}", "rabbitmq": "{role: infra}"}, BROKER, []),
        ({"a": "{has: []}", "rabbitmq": "{has: []}"}, BROKER + "externals: {nats: {}}\n", []),
        ({"a": "{has: []}"}, BROKER + "externals: {rabbitmq: {}}\n", []),
    ],
)
def test_what_runs_beside_the_broker_has_another_name(services: dict[str, str], more: str, place: list[str]) -> None:
    assert places(system(services, more), "SF002") == place


def test_a_service_without_any_edge_is_isolated() -> None:
    assert places(system({"a": "{calls: [b]}", "b": "{}", "c": "{}"}), "SF003") == ["contexts.c.services.c"]


@pytest.mark.parametrize(
    "body",
    [
        "{operations: {tidy: {schedule: daily 03:00}}}",
        "{exposed: true}",
        "{operations: {go: {http: GET /go, public: anyone}}}",
        "{calls: [nobody]}",
        "{role: registry}",
        "{subscribes: [b.Done]}",
    ],
)
def test_a_service_with_an_entry_is_not_isolated(body: str) -> None:
    text = system({"a": body, "b": "{events: {Done: {x: uuid}}, exposed: true}"})
    assert places(text, "SF003") == []


def test_an_http_operation_that_no_route_leads_to_is_no_entry_where_there_is_a_gateway() -> None:
    text = (
        system({"a": "{operations: {go: {http: GET /go, public: anyone}}}", "b": "{}"}) + "gateway: {routes: {/b: b}}\n"
    )
    assert places(text, "SF003") == ["contexts.c.services.a"]


def test_a_call_to_the_registry_alone_leaves_a_service_isolated() -> None:
    assert places(system({"a": "{calls: [eureka]}", "eureka": "{role: registry}"}), "SF003") == [
        "contexts.c.services.a"
    ]


def test_a_required_input_without_a_source_is_an_error_where_it_is_needed() -> None:
    services = {
        "a": "{owns: {Order: {total: int}}, operations: {go: {creates: Order, calls: [b.take]}}}",
        "b": "{operations: {take: {in: {amount: int}}}}",
    }
    text = system(services)
    assert messages(text, "SF004") == ['error nothing gives "amount" of "b.take"']
    assert places(text, "SF004") == ["contexts.c.services.a.operations.go.calls[0]"]


def test_a_filter_is_not_called_as_what_every_list_takes() -> None:
    text = system(
        {"a": "{owns: {Card: {limit: int, kind: text}}, operations: {show: {lists: Card, filter: [kind, limit]}}}"}
    )
    assert places(text, "SF025") == ["contexts.c.services.a.operations.show.filter[1]"]
    assert messages(text, "SF025") == [
        'error "a.show" has an input "limit" already, as every list does',
    ]


def test_a_part_is_not_called_as_what_names_the_parts_that_failed() -> None:
    more = "bffs: {web: {endpoints: {GET /x: {degraded: a.show(), limit: a.show()}}}}\n"
    text = system({"a": "{operations: {show: {out: text, read_only: true}}}"}) + more
    assert messages(text, "SF025") == [
        'error every endpoint of "web" answers "degraded" already: the parts that failed',
    ]
