"""SF405, SF408, SF409: versions of events, flows of them, and their keys."""

from __future__ import annotations

import pytest
from tests.lint.judging import findings, messages, places, system

from svcforge.load import load_text
from svcforge.source.patch import Patch


def event(fields: str, body: str = "has: [], ", more: str = "") -> str:
    return system({"a": f"{{{body}events: {{E: {fields}}}}}", "b": "{subscribes: [a.E]}"}, more)


def test_an_event_of_an_existing_service_needs_a_version_or_a_contract() -> None:
    assert messages(event("{x: uuid}"), "SF405") == ['warning the event "a.E" has no version and no contract']
    assert messages(event("{versions: {1: {x: uuid}}}"), "SF405") == []
    assert messages(event("{x: uuid}", "has: [contract], "), "SF405") == []
    assert messages(event("{x: uuid}", "", "defaults: {has: [contract]}\n"), "SF405") == []
    assert messages(event("{x: uuid}", ""), "SF405") == []


FIELDS = (
    "{x: uuid}",
    "{x: uuid, t: optional text 1..20, n: int 0.. = 3, s: one | two = one, l: [text], r: ref T}",
    "{x: uuid, d: decimal ..9.5, o: {type: text, was: p}, g: {type: date, deprecated: nobody reads it}, v: [V]}",
)


@pytest.mark.parametrize("fields", FIELDS)
def test_the_fix_writes_the_fields_as_version_one_and_they_mean_the_same(fields: str) -> None:
    body = "has: [], owns: {T: {x: int}}, values: {V: {x: int}}, "
    before = load_text(event(fields, body))
    finding = findings(event(fields, body), "SF405")[0]
    done = Patch(before.root, before.sources, before.file).patched([finding.fix])
    after = load_text(done.texts[before.file])
    assert before.blueprint is not None
    assert after.blueprint is not None
    [old], [new] = before.blueprint.services["a"].events, after.blueprint.services["a"].events
    assert [(f.name, f.type, f.was, f.deprecated) for f in new.fields] == [
        (f.name, f.type, f.was, f.deprecated) for f in old.fields
    ]
    assert findings(done.texts[before.file], "SF405") == []


def test_the_fix_of_an_event_in_block_style_keeps_its_comments() -> None:
    text = event("X").replace(
        "      a: {has: [], events: {E: X}}\n",
        "      a:\n        has: []\n        events:\n          E:  # told\n            x: uuid\n            y: text  # why\n",
    )
    before = load_text(text)
    done = Patch(before.root, before.sources, before.file).patched([findings(text, "SF405")[0].fix])
    assert '          E:  # told\n            versions: {"1": {x: uuid, y: text}}\n' in done.texts[before.file]


def flow(length: int, last: str = "") -> dict[str, str]:
    """So many services in a row, each of which answers the event of the one before with its own; the last only hears."""
    found = {"s0": "{events: {E0: {x: uuid}}, operations: {go: {emits: [E0]}}}"}
    for i in range(1, length):
        emits = f"emits: [E{i}]" if i < length - 1 else last
        events = f"events: {{E{i}: {{x: uuid}}}}, " if i < length - 1 else ""
        found[f"s{i}"] = f"{{{events}operations: {{go: {{{emits}}}}}, subscribes: {{s{i - 1}.E{i - 1}: go}}}}"
    return found


def test_five_services_in_a_row_are_a_wide_flow_and_four_are_not() -> None:
    assert messages(system(flow(4)), "SF408") == []
    assert messages(system(flow(5)), "SF408") == [
        'info "s0.E0" sets off more than 4 services without a conductor: "s0", "s1", "s2", "s3" and "s4"'
    ]
    assert places(system(flow(5)), "SF408") == ["contexts.c.services.s0.events.E0"]


def test_many_who_only_listen_to_the_first_event_are_none() -> None:
    listeners = {f"l{i}": "{operations: {h: {}}, subscribes: {s0.E0: h}}" for i in range(9)}
    assert messages(system(flow(2) | listeners), "SF408") == []


def test_a_flow_that_a_saga_conducts_is_none() -> None:
    text = system(flow(5)) + "sagas: {s: {starts: s2.E2, steps: [s2.go]}}\n"
    assert messages(text, "SF408") == []


def test_a_flow_is_told_where_it_begins_and_once() -> None:
    assert len(findings(system(flow(9)), "SF408")) == 1


def test_a_flow_in_a_circle_comes_to_an_end() -> None:
    services = flow(3) | {
        "s0": "{events: {E0: {x: uuid}}, operations: {go: {emits: [E0]}, h: {emits: [E0]}}, subscribes: {s1.E1: h}}"
    }
    assert messages(system(services), "SF408") == []


def test_how_wide_is_an_option() -> None:
    text = system(flow(3), "lint: {options: {wide-choreography: {max_participants: 2}}}\n")
    assert len(findings(text, "SF408")) == 1


@pytest.mark.parametrize(
    ("fields", "found"),
    [
        ("{x: decimal, id_of: uuid}", 'of type decimal'), ("{x: datetime}", "of type datetime"),
        ("{x: a | b}", "of type a | b"), ("{x: [uuid]}", "of type [uuid]"), ("{x: optional uuid}", "which may be missing"),
        ("{x: uuid}", ""), ("{x: text}", ""), ("{x: ref T}", ""), ("{x: int}", ""), ("{x: email}", ""),
    ],
)  # fmt: skip
def test_the_key_of_an_event_on_kafka_is_an_identity(fields: str, found: str) -> None:
    text = event(fields, "owns: {T: {x: int}}, ", "platform: {broker: kafka}\n")
    told = f'warning the key of "a.E" is "x", {found}: it keeps no order of the events of one subject'
    assert messages(text, "SF409") == ([told] if found else [])


def test_the_hint_names_a_field_that_would_do() -> None:
    text = event("{x: decimal, y: optional uuid, z: uuid}", "", "platform: {broker: kafka}\n")
    assert findings(text, "SF409")[0].hint == 'put "z" first'


def test_other_brokers_and_events_that_nobody_hears_need_no_key() -> None:
    assert messages(event("{x: decimal}", "", "platform: {broker: rabbitmq}\n"), "SF409") == []
    alone = system({"a": "{events: {E: {x: decimal}}}"}, "platform: {broker: kafka}\n")
    assert messages(alone, "SF409") == []
