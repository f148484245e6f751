"""SF404: events that nobody publishes, or nobody hears."""

from __future__ import annotations

import pytest
from tests.lint.judging import findings, messages, system, verdict

from svcforge.lint.settings import Choices

SILENT = "{owns: {T: {x: int}}, events: {Done: {t: uuid}}, operations: {go: {creates: T}}}"
LOUD = SILENT.replace("creates: T", "creates: T, emits: [Done]")


@pytest.mark.parametrize(
    ("listener", "more", "subject"),
    [
        ("{operations: {h: {}}, subscribes: {a.Done: h}}", "", '"b"'),
        ("{subscribes: [a.Done]}", "", '"b"'),
        ("{copies: {T: {a.Done: {}}}}", "", '"b"'),
        ("{operations: {h: {}}}", "sagas: {s: {starts: a.Done, steps: [b.h]}}\n", 'saga "s"'),
    ],
)
def test_waiting_for_what_nothing_publishes_is_an_error(listener: str, more: str, subject: str) -> None:
    text = system({"a": SILENT, "b": listener})
    assert messages(text + more, "SF404") == [f'error {subject} waits for "a.Done", which nothing publishes']
    assert messages(system({"a": LOUD, "b": listener}) + more, "SF404") == []


def test_it_is_shown_at_the_events_name() -> None:
    text = system({"a": SILENT, "b": "{operations: {h: {}}, subscribes: {a.Done: h}}"})
    [finding] = findings(text, "SF404")
    assert finding.span is not None
    assert text.splitlines()[finding.span.line - 1][finding.span.column - 1 :].startswith("a.Done: h")


def test_an_existing_service_whose_operations_are_not_described_is_believed() -> None:
    existing = "{has: [], events: {Done: {t: uuid}}}"
    assert messages(system({"a": existing, "b": "{subscribes: [a.Done]}"}), "SF404") == []


def test_a_subscription_to_a_whole_service_waits_for_nothing_in_particular() -> None:
    assert messages(system({"a": SILENT, "b": "{subscribes: [a]}"}), "SF404") == []


def test_what_is_published_and_not_heard_is_information_in_production_only() -> None:
    text = system({"a": LOUD})
    assert messages(text, "SF404") == ['info nobody in the system subscribes to "a.Done"']
    assert [f.code for f in verdict(text, Choices(select=("SF404",), profile="recommended")).findings] == []


def test_the_events_of_an_event_sourced_entity_are_heard_by_its_fold() -> None:
    assert messages(system({"a": LOUD.replace("events:", "event_sourced: [T], events:")}), "SF404") == []


def test_two_versions_of_an_unheard_event_are_told_once() -> None:
    text = system({"a": LOUD.replace("{t: uuid}", "{versions: {1: {t: uuid}, 2: {t: uuid}}}")})
    assert len(findings(text, "SF404")) == 1
