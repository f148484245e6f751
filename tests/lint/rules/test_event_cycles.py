"""SF102, SF113: services that come round to each other by events."""

from __future__ import annotations

from tests.lint.judging import findings, messages, places, system

A = "{calls: [b], events: {E: {x: uuid}}}"


def loud(name: str, hears: str) -> str:
    """A service whose operation handles one event and emits another."""
    return f"{{events: {{{name}: {{x: uuid}}}}, operations: {{go: {{emits: [{name}]}}}}, subscribes: {{{hears}: go}}}}"


def test_a_call_and_an_event_close_a_circle() -> None:
    text = system({"a": "{calls: [b], subscribes: [b.E]}", "b": "{events: {E: {x: uuid}}}"})
    assert messages(text, "SF102") == ['info calls and events go round in a circle "a -> b -> a"']
    assert places(text, "SF102") == ["contexts.c.services.a.subscribes[0]"]


def test_who_hears_of_what_it_is_called_by_goes_one_way() -> None:
    assert messages(system({"a": A, "b": "{subscribes: [a.E]}"}), "SF102") == []


def test_what_calls_alone_close_is_left_to_sf101() -> None:
    text = system({"a": A, "b": "{calls: [a], subscribes: [a.E]}"})
    assert messages(text, "SF102") == []
    assert len(findings(text, "SF101")) == 1


def test_the_circle_that_is_shown_has_an_event_even_where_calls_close_a_shorter_one() -> None:
    services = {
        "a": "{calls: [b], subscribes: [d.D]}", "b": "{calls: [a, c]}", "c": "{calls: [d]}", "d": "{events: {D: {x: uuid}}}",
    }  # fmt: skip
    text = system(services)
    [message] = messages(text, "SF102")
    assert message == 'info calls and events go round in a circle "d -> a -> b -> c -> d"'


def test_operations_that_do_not_reach_themselves_are_told() -> None:
    text = system(
        {
            "a": "{events: {Begun: {x: uuid}}, operations: {begin: {emits: [Begun]}, end: {}}, subscribes: {b.Done: end}}",
            "b": "{events: {Done: {x: uuid}}, operations: {work: {emits: [Done]}}, subscribes: {a.Begun: work}}",
        }
    )
    expected = 'info calls and events go round in a circle "a -> b -> a", though no operation reaches itself'
    assert messages(text, "SF102") == [expected]


def test_operations_that_answer_each_other_for_ever_are_told_without_that() -> None:
    text = system({"a": loud("Ping", "b.Pong"), "b": loud("Pong", "a.Ping")})
    assert messages(text, "SF102") == ['info calls and events go round in a circle "a -> b -> a"']


def test_a_copy_leads_nowhere_and_a_service_that_hears_itself_is_no_circle() -> None:
    text = system({"a": "{calls: [b], copies: {T: {b.E: {}}}}", "b": "{events: {E: {x: uuid}}, subscribes: [b.E]}"})
    assert messages(text, "SF102") == []


def test_two_that_hear_each_other_are_a_pair_once() -> None:
    text = system(
        {"a": "{events: {E: {x: uuid}}, subscribes: [b]}", "b": "{events: {F: {x: uuid}}, subscribes: [a, a.E]}"}
    )
    assert messages(text, "SF113") == ['info "a" and "b" listen to each other']
    assert places(text, "SF113") == ["contexts.c.services.b.subscribes[0]"]


def test_a_copy_listens_too_and_one_side_alone_is_no_pair() -> None:
    a, b = "{events: {E: {x: uuid}}, subscribes: [b]}", "{events: {F: {x: uuid}}, copies: {T: {a.E: {}}}}"
    assert len(findings(system({"a": a, "b": b}), "SF113")) == 1
    assert findings(system({"a": a, "b": "{events: {F: {x: uuid}}, calls: [a]}"}), "SF113") == []
    assert findings(system({"a": "{events: {E: {x: uuid}}, subscribes: [a.E]}"}), "SF113") == []
