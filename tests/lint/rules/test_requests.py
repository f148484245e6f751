"""SF303, SF304, SF307-SF310: what a request runs into on its way."""

from __future__ import annotations

import re

import pytest
from tests.lint.judging import findings, messages, places, system

from svcforge.source.edit import Edit, Put, Replace


def chain(*calls: str, more: str = "", last: str = "read_only: true", target: str = "read_only: true, ") -> str:
    """`a.go -> b.go -> c.go ...`, each call with what is said of it."""
    names = "abcdefgh"[: len(calls) + 1]
    bodies = {
        name: f"{{operations: {{go: {{{target}calls: [{{to: {names[i + 1]}.go, {call}}}]}}}}}}"
        for i, (name, call) in enumerate(zip(names, calls, strict=False))
    }
    return system({**bodies, names[-1]: f"{{operations: {{go: {{{last}}}}}}}"}, more)


@pytest.mark.parametrize(
    ("timeouts", "expected"),
    [
        (("1s", "1s"), []),
        (("2s", "1s"), []),
        (
            ("1s", "2s"),
            [
                'error "b.go" waits 2s for "c.go", of a request that has 1s: "a.go" -> "b.go" 1s, then "b.go" -> "c.go" 2s'
            ],
        ),
        (
            ("1s", "900ms", "1s"),
            [
                'error "c.go" waits 1s for "d.go", of a request that has 900ms: "b.go" -> "c.go" 900ms, then "c.go" -> "d.go" 1s'
            ],
        ),
    ],
)
def test_no_call_waits_longer_than_the_shortest_above_it(timeouts: tuple[str, ...], expected: list[str]) -> None:
    assert messages(chain(*(f"timeout: {t}" for t in timeouts)), "SF303") == expected


def test_the_way_leads_through_calls_without_a_timeout() -> None:
    found = messages(chain("timeout: 1s", "retries: 0", "timeout: 2s"), "SF303")
    assert found == [
        'error "c.go" waits 2s for "d.go", of a request that has 1s: '
        '"a.go" -> "b.go" 1s, then "b.go" -> "c.go" without a timeout, then "c.go" -> "d.go" 2s'
    ]


def test_all_that_is_too_long_below_one_call_is_reported_at_once() -> None:
    assert len(messages(chain("timeout: 500ms", "timeout: 2s", "timeout: 1s"), "SF303")) == 2


def test_the_inner_timeout_may_come_from_the_defaults_and_is_shown_there() -> None:
    [finding] = findings(chain("timeout: 500ms", "retries: 0", more="defaults: {call: {timeout: 1s}}\n"), "SF303")
    assert finding.related[-1].message == "the timeout is set here, in the system's defaults"


def test_operations_that_do_not_lead_to_each_other_do_not_wait_for_each_other() -> None:
    text = system(
        {
            "a": "{operations: {go: {calls: [{to: b.look, timeout: 1s}]}}}",
            "b": "{operations: {look: {}, work: {calls: [{to: c.go, timeout: 3s}]}}}",
            "c": "{operations: {go: {}}}",
        }
    )
    assert messages(text, "SF303") == []


@pytest.mark.parametrize("call", ["{to: b.work, timeout: 1s}", "{to: b, timeout: 1s}"])
def test_where_an_operation_is_not_named_it_may_be_any(call: str) -> None:
    text = system(
        {
            "a": f"{{calls: [{call}]}}",
            "b": "{operations: {work: {}}, calls: [{to: c.go, timeout: 3s}]}",
            "c": "{operations: {go: {}}}",
        }
    )
    assert len(messages(text, "SF303")) == 1


def test_a_call_that_is_not_waited_for_begins_nothing() -> None:
    assert messages(chain("timeout: 1s, wait: false", "timeout: 2s"), "SF303") == []


def test_a_sagas_step_begins_a_request() -> None:
    text = system({"a": "{operations: {go: {}}}", "b": "{operations: {work: {calls: [{to: c.go, timeout: 3s}]}}}", "c": "{operations: {go: {}}}"})  # fmt: skip
    assert len(messages(text + "sagas: {s: {starts: a.go, steps: [{do: b.work, timeout: 2s}, c.go]}}\n", "SF303")) == 1


def test_a_service_called_saga_is_none() -> None:
    services = {
        "a": "{operations: {go: {calls: [{to: saga.s, timeout: 1s}]}}}",
        "saga": "{operations: {s: {read_only: true}}}",
        "c": "{operations: {go: {read_only: true}}}",
    }
    text = system(services) + "sagas: {s: {starts: a.go, steps: [{do: c.go, timeout: 2s}]}}\n"
    assert messages(text, "SF303") == []


@pytest.mark.parametrize(("timeout", "expected"), [("2s", 1), ("3s", 0)])
def test_a_route_has_its_own_time_and_only_for_what_is_behind_it(timeout: str, expected: int) -> None:
    text = system(
        {"b": "{operations: {work: {http: POST /works, calls: [{to: c.go, timeout: 3s}]}, look: {http: GET /looks}}}", "c": "{operations: {go: {}}}"}
    )  # fmt: skip
    routes = f"gateway: {{routes: {{/api/works: {{to: b, timeout: {timeout}}}, /api/looks: {{to: b, timeout: 1s}}}}}}\n"
    assert len(messages(text + routes, "SF303")) == expected


def test_a_route_that_leads_to_nothing_limits_nothing() -> None:
    text = system({"b": "{operations: {work: {http: POST /works, calls: [{to: c.go, timeout: 3s}]}}}", "c": "{operations: {go: {}}}"})  # fmt: skip
    assert messages(text + "gateway: {routes: {/api/looks: {to: b, timeout: 1s}}}\n", "SF303") == []


def test_a_route_to_a_service_of_which_nothing_is_known_limits_all_that_it_calls() -> None:
    text = system({"b": "{calls: [{to: c.go, timeout: 3s}]}", "c": "{operations: {go: {}}}"})
    assert len(messages(text + "gateway: {routes: {/api/looks: {to: b, timeout: 1s}}}\n", "SF303")) == 1


def test_an_outer_timeout_says_where_it_was_set() -> None:
    text = chain("retries: 0", "timeout: 2s", more="defaults: {call: {timeout: 1s}}\n")
    [finding] = findings(text, "SF303")
    assert [related.message for related in finding.related] == ["waits 1s, set in the system's defaults"]


def test_attempts_say_where_they_were_set() -> None:
    [finding] = findings(chain("timeout: 1s", "retries: 9", more="defaults: {call: {retries: 2}}\n"), "SF304")
    assert [related.message for related in finding.related] == ["3 attempts, set in the system's defaults"]


def test_a_part_has_the_time_of_its_route() -> None:
    text = system({"b": "{operations: {work: {}}}"}, "defaults: {call: {timeout: 2s}}\n")
    more = "bffs: {web: {endpoints: {GET /home: {w: b.work()}}}}\ngateway: {routes: {/home: {to: web, timeout: 1s}}}\n"
    assert places(text + more, "SF303") == ["bffs.web.endpoints.GET /home.w"]


@pytest.mark.parametrize(
    ("defaults", "fix"),
    [
        ("defaults: {call: {timeout: 2s}}, ", Replace(("bffs", "web", "defaults", "call", "timeout"), "1s")),
        ("", Put(("bffs", "web", "defaults", "call"), "timeout", "1s")),
    ],
)
def test_a_part_is_shortened_in_the_defaults_of_its_bff(defaults: str, fix: Edit) -> None:
    text = system({"b": "{operations: {work: {}}}"}, "defaults: {call: {timeout: 3s}}\n")
    more = f"bffs: {{web: {{{defaults}endpoints: {{GET /home: {{w: b.work()}}}}}}}}\ngateway: {{routes: {{/home: {{to: web, timeout: 1s}}}}}}\n"
    [finding] = findings(text + more, "SF303")
    assert finding.fix == (fix,)


@pytest.mark.parametrize(
    ("retries", "expected"),
    [
        ((1, 1, 1), []),
        ((7, 0), []),
        ((8,), ['warning one request may ask "b.go" 9 times, more than 8: "a.go" -> "b.go" 9 times']),
        (
            (2, 0, 2),
            [
                'warning one request may ask "d.go" 9 times, more than 8: "a.go" -> "b.go" 3 times, then "c.go" -> "d.go" 3 times'
            ],
        ),
    ],
)
def test_attempts_multiply_along_the_way(retries: tuple[int, ...], expected: list[str]) -> None:
    assert messages(chain(*(f"retries: {n}" for n in retries)), "SF304") == expected


@pytest.mark.parametrize(("last", "expected"), [("read_only: true", 1), ("", 0)])
def test_retries_in_defaults_count_only_where_it_is_safe_to_repeat(last: str, expected: int) -> None:
    text = chain("timeout: 1s", "timeout: 1s", last=last, more="defaults: {call: {retries: 2}}\n")
    assert len(messages(text, "SF304")) == expected


def test_what_may_not_be_repeated_is_asked_once_even_where_a_call_says_otherwise() -> None:
    assert messages(chain("retries: 9", last=""), "SF304") == []


@pytest.mark.parametrize(
    ("pay", "expected"),
    [
        ("", []),
        (
            "read_only: true, ",
            [
                'warning one request may ask "bank.charge" 9 times, more than 8: '
                '"orders" -> "payments" 3 times, then "payments.pay" -> "bank.charge" 3 times'
            ],
        ),
    ],
)
def test_a_call_to_a_service_goes_on_through_an_operation_as_often_as_that_may_be_asked(
    pay: str, expected: list[str]
) -> None:
    services = {
        "orders": "{calls: [payments]}",
        "payments": f"{{operations: {{look: {{read_only: true}}, pay: {{{pay}calls: [bank.charge]}}}}}}",
        "bank": "{operations: {charge: {read_only: true}}}",
    }
    assert messages(system(services, "defaults: {call: {retries: 2}}\n"), "SF304") == expected


@pytest.mark.parametrize(
    ("operations", "expected"),
    [("", 1), ("operations: {look: {read_only: true}}, ", 1), ("operations: {pay: {}}, ", 0)],
)
def test_a_service_is_asked_again_unless_all_its_operations_are_known_and_none_may_be_repeated(
    operations: str, expected: int
) -> None:
    services = {
        "orders": "{calls: [payments]}",
        "payments": f"{{{operations}calls: [bank]}}",
        "bank": "{}",
    }
    assert len(messages(system(services, "defaults: {call: {retries: 2}}\n"), "SF304")) == expected


def test_the_worst_way_to_a_service_is_reported_once() -> None:
    text = system(
        {
            "a": "{operations: {go: {calls: [{to: b.go, retries: 4}]}, run: {calls: [{to: b.go, retries: 2}]}}}",
            "b": "{operations: {go: {read_only: true, calls: [{to: c.go, retries: 2}]}}}",
            "c": "{operations: {go: {read_only: true}}}",
        }
    )
    assert [m.partition(":")[0] for m in messages(text, "SF304")] == [
        'warning one request may ask "c.go" 15 times, more than 8'
    ]


def test_how_many_attempts_are_too_many_is_an_option() -> None:
    more = "lint: {options: {SF304: {max_attempts: 3}}}\n"
    assert len(messages(chain("retries: 3", more=more), "SF304")) == 1


def test_a_knot_counts_once() -> None:
    services = {
        "a": "{operations: {go: {read_only: true, calls: [{to: b.go, retries: 5}]}}}",
        "b": "{operations: {go: {read_only: true, calls: [{to: a.go, retries: 5}]}}}",
    }
    assert messages(system(services), "SF304") == []


def promising(a: str, calls: str, more: str = "", **others: str) -> str:
    """`a.go` with a promise, and services that promise something, each with an operation `go`."""
    bodies = {
        name: f"{{slo: {{availability: {share}}}, operations: {{go: {{out: [uuid]}}}}}}"
        for name, share in others.items()
    }
    return system({"a": f"{{slo: {{availability: {a}}}, operations: {{go: {{calls: [{calls}]}}}}}}", **bodies}, more)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (promising("99%", "b.go", b="99.9%"), []),
        (promising("99.9%", "b.go", b="99.99%"), []),
        (
            promising("99.9%", "b.go", b="99.9%"),
            [
                'info "a" promises 99.9% and cannot do without "b", which promises 99.9%: less than one nine more, 99.99%'
            ],
        ),
        (
            promising("99.9%", "b.go, c.go", b="99.9%", c="99.95%"),
            ['warning "a" promises 99.9%, and "a.go" reaches 99.85% at best: b 99.9% * c 99.95%'],
        ),
        (promising("99.9%", "{to: b.go, fallback: []}", b="99%"), []),
        (promising("99.9%", "{to: b.go, optional: true}", b="99%"), []),
        (promising("99.9%", "{to: b.go, wait: false}", b="99%"), []),
        (promising("99.9%", "b.go", "defaults: {slo: {availability: 99.99%}}\n", b="99.99%"), []),
    ],
)
def test_a_service_is_no_more_available_than_what_it_cannot_do_without(text: str, expected: list[str]) -> None:
    assert messages(text, "SF307") == expected


def test_a_dependency_counts_once_on_however_many_ways() -> None:
    text = system(
        {
            "a": "{slo: {availability: 99.5%}, operations: {go: {calls: [b.go, c.go]}}}",
            "b": "{operations: {go: {calls: [d.go]}}}",
            "c": "{operations: {go: {calls: [d.go]}}}",
            "d": "{slo: {availability: 99.7%}, operations: {go: {}}}",
        }
    )
    assert messages(text, "SF307") == []


def test_each_operation_has_dependencies_of_its_own() -> None:
    text = system(
        {
            "a": "{slo: {availability: 99.5%}, operations: {go: {calls: [b.go]}, run: {calls: [c.go]}}}",
            "b": "{slo: {availability: 99.7%}, operations: {go: {}}}",
            "c": "{slo: {availability: 99.7%}, operations: {go: {}}}",
        }
    )
    assert [m for m in messages(text, "SF307") if m.startswith("warning")] == []


def test_an_external_that_is_asked_further_down_counts() -> None:
    more = "externals: {bank: {slo: {availability: 99%}, operations: {pay: {}}}}\n"
    text = system(
        {
            "a": "{slo: {availability: 99.9%}, operations: {go: {calls: [b.go]}}}",
            "b": "{operations: {go: {calls: [bank.pay]}}}",
        },
        more,
    )
    assert messages(text, "SF307") == [
        'warning "a" promises 99.9%, and "a.go" reaches 99% at best: bank 99%',
    ]


def test_services_that_call_each_other_do_not_depend_on_themselves() -> None:
    text = system(
        {
            "a": "{slo: {availability: 99.9%}, operations: {go: {calls: [b.go]}}}",
            "b": "{operations: {go: {calls: [a.go]}}}",
        }
    )
    assert messages(text, "SF307") == []


REPLICA = "lint: {options: {SF307: {replica_availability: 0.99}}}\n"


@pytest.mark.parametrize(
    ("services", "expected"),
    [
        # a promise is one of the service: its replicas add nothing to it
        ({"a": "slo: {availability: 99.9%}, calls: [b]", "b": "replicas: 3, slo: {availability: 99%}"}, "b 99%"),
        ({"a": "slo: {availability: 99.9%}, calls: [b]", "b": "replicas: 1"}, "b 99% of one replica"),
        ({"a": "slo: {availability: 99.999%}, calls: [b]", "b": "scale: {min: 2}"}, "b 99.99% of 2 replicas"),
        ({"a": "slo: {availability: 99.99%}, calls: [b]", "b": "scale: {min: 2}"}, ""),
        ({"a": "slo: {availability: 99.9%}, calls: [b]", "b": ""}, ""),
        ({"a": "slo: {availability: 99.9%}, replicas: 1"}, "a 99% of one replica"),
        ({"a": "slo: {availability: 99%}, replicas: 1"}, ""),
        (
            {"a": "slo: {availability: 99.9%}, replicas: 1, calls: [b]", "b": "slo: {availability: 99.5%}"},
            "a 99% of one replica * b 99.5%",
        ),
    ],
)
def test_replicas_count_where_it_is_said_how_often_one_is_there(services: dict[str, str], expected: str) -> None:
    bodies = {name: f"{{{body}}}" for name, body in services.items()}
    warnings = [m for m in messages(system(bodies, REPLICA), "SF307") if m.startswith("warning")]
    assert [m.partition(" at best: ")[2] for m in warnings] == [expected] * bool(expected)


def test_of_a_single_replica_nothing_is_known_by_itself() -> None:
    assert messages(system({"a": "{slo: {availability: 99.9%}, calls: [b]}", "b": "{replicas: 1}"}), "SF307") == []


def slow(latency: str, of_a: str = "", of_b: str = "takes: 300ms") -> str:
    services = {
        "a": f"{{slo: {{latency: {latency}}}, operations: {{go: {{takes: 200ms, calls: [b.go]{of_a}}}}}}}",
        "b": f"{{operations: {{go: {{{of_b}}}}}}}",
    }
    return system(services)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (slow("400ms", ", http: POST /go"), 1),
        (slow("500ms", ", http: POST /go"), 0),
        (slow("400ms"), 0),
        (slow("400ms", ", http: POST /go, long_running: true"), 0),
        (slow("400ms", ", http: POST /go", ""), 0),
    ],
)
def test_percentiles_add_up_against_the_promise_of_what_is_asked(text: str, expected: int) -> None:
    assert len(messages(text, "SF308")) == expected


@pytest.mark.parametrize(
    ("own", "others", "witness"),
    [
        ("takes: 2s, ", 0, ""),
        ("", 1, " (s0.x 100ms)"),
        ("takes: 50ms, ", 1, " (a.go 50ms + s0.x 100ms)"),
        ("", 6, f" ({' + '.join(f's{i}.x 100ms' for i in range(6))})"),
        ("", 7, f" ({' + '.join(f's{i}.x 100ms' for i in range(6))} + ...)"),
    ],
)
def test_a_sum_names_what_it_consists_of_unless_all_is_the_operations_own(own: str, others: int, witness: str) -> None:
    calls = ", ".join(f"s{i}.x" for i in range(others))
    called = {f"s{i}": "{operations: {x: {takes: 100ms}}}" for i in range(others)}
    text = system(
        {"a": f"{{slo: {{latency: 10ms}}, operations: {{go: {{{own}http: POST /go, calls: [{calls}]}}}}}}", **called}
    )
    assert [
        re.sub(r"^.* may take [0-9]+m?s(.*), and 10ms are promised$", r"\1", m) for m in messages(text, "SF308")
    ] == [witness]


def test_an_endpoint_takes_as_long_as_its_slowest_part() -> None:
    text = system({"b": "{operations: {x: {takes: 300ms}, y: {takes: 400ms}}}"})
    web = "bffs: {web: {slo: {latency: LIMIT}, endpoints: {GET /home: {x: b.x(), y: b.y()}}}}\n"
    assert messages(text + web.replace("LIMIT", "500ms"), "SF308") == []
    assert messages(text + web.replace("LIMIT", "300ms"), "SF308") == [
        'warning "GET /home" may take 400ms (the slowest is b.y, 400ms), and 300ms are promised'
    ]


@pytest.mark.parametrize(
    ("above", "below", "call", "expected"),
    [
        ("tier: 1, ", "tier: 2, ", "b.go", 1),
        ("tier: 2, ", "tier: 2, ", "b.go", 0),
        ("tier: 2, ", "tier: 1, ", "b.go", 0),
        ("tier: 1, ", "", "b.go", 0),
        ("", "tier: 2, ", "b.go", 0),
        ("tier: 1, ", "tier: 2, ", "{to: b.go, fallback: []}", 0),
        ("tier: 1, ", "tier: 2, ", "{to: b.go, wait: false}", 0),
        ("tier: 1, ", "tier: 2, ", "{to: b.go, optional: true}", 0),
    ],
)
def test_what_matters_more_does_not_wait_for_what_matters_less(
    above: str, below: str, call: str, expected: int
) -> None:
    text = system(
        {
            "a": f"{{{above}operations: {{go: {{calls: [{call}]}}}}}}",
            "b": f"{{{below}operations: {{go: {{out: [uuid]}}}}}}",
        }
    )
    assert len(messages(text, "SF309")) == expected


@pytest.mark.parametrize(
    ("service", "more", "expected"),
    [
        ("{tier: 1, replicas: 1}", "", ["contexts.c.services.a.replicas"]),
        ("{tier: 1, scale: {min: 1}}", "", ["contexts.c.services.a.scale.min"]),
        ("{tier: 1, scale: {min: 2}}", "", []),
        ("{tier: 1}", "", []),
        ("{tier: 1}", "defaults: {scale: {min: 1}}\n", ["contexts.c.services.a"]),
        ("{tier: 2, replicas: 1}", "", []),
        ("{replicas: 1}", "", []),
    ],
)
def test_what_is_of_the_first_tier_does_not_run_once(service: str, more: str, expected: list[str]) -> None:
    assert places(system({"a": service}, more), "SF310") == expected


@pytest.mark.parametrize("service", ["replicas: 1", "scale: {min: 1}", "replicas: 1, scale: {min: 4}"])
def test_what_is_hinted_at_is_what_holds(service: str) -> None:
    (found,) = findings(system({"a": f"{{tier: 1, {service}}}"}), "SF310")
    said = str(found.hint).removeprefix('say "').removesuffix('"')
    others = [word for word in service.split(", ") if word.partition(":")[0] != said.partition(":")[0]]
    assert findings(system({"a": f"{{tier: 1, {', '.join([said, *others])}}}"}), "SF310") == []


@pytest.mark.parametrize(("callers", "expected"), [("bc", 0), ("bcd", 1)])
def test_what_many_call_does_not_run_once(callers: str, expected: int) -> None:
    services = {"a": "{replicas: 1}", **dict.fromkeys(callers, "{calls: [a]}")}
    assert len(messages(system(services), "SF310")) == expected
