"""SF701-SF704: health, traces, logs and metrics of what exists, and what is deployed together."""

from __future__ import annotations

import pytest
from tests.lint.judging import findings, messages, places, system

from svcforge.source.edit import Replace

BARE = "defaults: {has: []}\n"


@pytest.mark.parametrize(
    ("service", "more", "expected"),
    [
        ("{}", "", []),
        ("{has: [health]}", "", []),
        ("{has: []}", "", ["contexts.c.services.a.has"]),
        ("{}", BARE, ["contexts.c.services.a"]),
        ("{has: [health]}", BARE, []),
        ("{has: [], role: infra}", "", []),
        ("{has: [], role: worker}", "", ["contexts.c.services.a.has"]),
    ],
)
def test_a_service_that_exists_says_whether_it_is_well(service: str, more: str, expected: list[str]) -> None:
    assert places(system({"a": service}, more), "SF701") == expected


def test_the_ability_is_added_where_the_list_stands() -> None:
    [own] = findings(system({"a": "{has: [logs]}"}), "SF701")
    assert own.fix == (Replace(("contexts", "c", "services", "a", "has"), ["logs", "health"]),)
    [shared] = findings(system({"a": "{}"}, BARE), "SF701")
    assert shared.fix == (Replace(("defaults", "has"), ["health"]),)


@pytest.mark.parametrize(
    ("services", "more", "expected"),
    [
        ({"a": "{calls: [b]}", "b": "{}"}, "", []),
        (
            {"a": "{calls: [b]}", "b": "{calls: [d]}", "d": "{}"},
            "",
            [f'warning "{name}" passes no traces on, in the row "a -> b -> d"' for name in "abd"],
        ),
        ({"a": "{calls: [{to: b, wait: false}]}", "b": "{calls: [d]}", "d": "{}"}, "", []),
        ({"a": "{calls: [b, a]}", "b": "{}"}, "", []),
        (
            {"a": "{calls: [b]}", "b": "{}"},
            "gateway: {routes: {/api/a: a}}\n",
            [f'warning "{name}" passes no traces on, in the row "gateway -> a -> b"' for name in "ab"],
        ),
    ],
)
def test_whoever_is_in_a_row_of_calls_passes_traces_on(
    services: dict[str, str], more: str, expected: list[str]
) -> None:
    assert messages(system(services, BARE + more), "SF702") == expected


def test_whoever_takes_part_in_a_saga_passes_traces_on() -> None:
    services = {"a": "{has: [], operations: {go: {}}}", "b": "{has: [tracing], operations: {work: {}}}"}
    text = system(services) + "sagas: {s: {starts: a.go, steps: [b.work]}}\n"
    assert messages(text, "SF702") == ['warning "a" passes no traces on, in the saga "s"']


def test_a_generated_service_passes_traces_on() -> None:
    assert messages(system({"a": "{calls: [b]}", "b": "{calls: [d]}", "d": "{}"}), "SF702") == []


LOGS = 'warning no log sink: nobody collects the logs of "a"'
METRICS = 'warning no metrics backend: nobody collects the metrics of "a"'


@pytest.mark.parametrize(
    ("service", "platform", "expected"),
    [
        ("{}", "", []),
        ("{has: []}", "", [LOGS, METRICS]),
        ("{has: [logs]}", "", [METRICS]),
        ("{has: [logs, metrics]}", "", []),
        ("{has: []}", "platform: {logs: loki}\n", [METRICS]),
        ("{has: []}", "platform: {logs: loki, metrics: prometheus}\n", []),
        ("{has: [], role: registry}", "", []),
    ],
)
def test_what_exists_tells_somewhere_what_it_does(service: str, platform: str, expected: list[str]) -> None:
    assert messages(system({"a": service}, platform), "SF703") == expected


APART = 'warning "loki" gets no logs of "b": they lie where they arise'


@pytest.mark.parametrize(
    ("services", "expected"),
    [
        ({"a": "{has: [logs]}", "b": "{has: []}"}, [APART]),
        ({"a": "{}", "b": "{has: [tracing]}"}, [APART]),
        ({"a": "{has: [logs]}", "b": "{has: [logs]}"}, []),
        ({"a": "{has: []}", "b": "{has: []}"}, []),
        ({"a": "{has: [logs]}", "b": "{has: [], role: infra}"}, []),
    ],
)
def test_who_sends_no_logs_where_others_do_is_told(services: dict[str, str], expected: list[str]) -> None:
    assert messages(system(services, "platform: {logs: loki, metrics: prometheus}\n"), "SF703") == expected


def test_all_services_without_logs_are_one_finding() -> None:
    [logs, _] = findings(system({"a": "{}", "b": "{}"}, BARE), "SF703")
    assert logs.message == 'no log sink: nobody collects the logs of "a" and "b"'
    assert [related.message for related in logs.related] == ["b has no logs"]


@pytest.mark.parametrize(
    ("services", "expected"),
    [
        ({"a": "{unit: one}", "b": "{unit: one}"}, ['warning "a" and "b" are deployed as one: "one"']),
        ({"a": "{unit: one}", "b": "{unit: two}"}, []),
        ({"a": "{unit: one}", "b": "{}"}, []),
        ({"a": "{unit: one}", "proxy": "{unit: one, role: infra}"}, []),
        ({"a": "{unit: one, sidecars: [fluentd]}"}, []),
        ({"a": "{unit: one}", "web": "{unit: one, role: frontend}"}, ['warning "a" and "web" are deployed as one: "one"']),
    ],
)  # fmt: skip
def test_services_have_units_of_their_own_and_sidecars_are_none(services: dict[str, str], expected: list[str]) -> None:
    assert messages(system(services), "SF704") == expected
