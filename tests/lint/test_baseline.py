"""Baselines as texts and counts: written, read, renewed, shrunk."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.lint.judging import system, verdict

from svcforge.lint.baseline import FILE, Baseline, NoBaseline, known, read, renewed, shrunk, stale, text_of
from svcforge.lint.run import Asked
from svcforge.lint.settings import Choices

COUNTS = st.dictionaries(st.tuples(st.sampled_from(["SF101", "SF104", "SF203"]), st.text()), st.integers(1, 9))
RULES = st.frozensets(st.sampled_from(["SF101", "SF104", "SF203"]))


@given(COUNTS)
def test_a_baseline_that_was_written_is_read_as_it_was(counts: dict[tuple[str, str], int]) -> None:
    assert read(text_of(counts), "f").counts == counts


def test_a_baseline_is_written_sorted_and_a_subject_a_line() -> None:
    assert text_of({("SF203", "b"): 1, ("SF101", "z"): 1, ("SF101", "a, b"): 2}) == (
        '{\n  "version": 1,\n  "findings": {\n    "SF101": {\n      "a, b": 2,\n      "z": 1\n    },\n'
        '    "SF203": {\n      "b": 1\n    }\n  }\n}\n'
    )


@pytest.mark.parametrize(
    "text",
    [
        "", "{", "[]", "[" * 100_000, '{"version": 2, "findings": {}}', '{"version": 1}', '{"version": 1, "findings": []}',
        '{"version": 1, "findings": {"SF101": 1}}', '{"version": 1, "findings": {"SF101": {"a": 0}}}',
        '{"version": 1, "findings": {"SF101": {"a": true}}}', '{"version": 1, "findings": {"SF101": {"a": "1"}}}',
    ],
)  # fmt: skip
def test_what_is_no_baseline_is_refused(text: str) -> None:
    with pytest.raises(NoBaseline):
        read(text, "f")


@given(COUNTS, COUNTS, RULES)
def test_shrinking_adds_nothing_and_raises_no_count(
    found: dict[tuple[str, str], int], old: dict[tuple[str, str], int], ran: frozenset[str]
) -> None:
    new = shrunk(found, old, ran)
    assert all(number <= old[key] for key, number in new.items())
    assert list(stale(found, Baseline("f", new), ran)) == []
    assert {key: n for key, n in new.items() if key[0] not in ran} == {
        key: n for key, n in old.items() if key[0] not in ran
    }


@given(COUNTS, COUNTS, RULES)
def test_a_renewed_baseline_knows_all_that_was_found(
    found: dict[tuple[str, str], int], old: dict[tuple[str, str], int], ran: frozenset[str]
) -> None:
    found = {key: number for key, number in found.items() if key[0] in ran}
    new = renewed(found, old, ran)
    assert known(found, new) == frozenset(found)
    assert list(stale(found, Baseline("f", new), ran)) == []


@pytest.mark.parametrize(
    ("services", "rule", "subject"),
    [
        ({"b": "{calls: [a]}", "a": "{calls: [b]}"}, "SF101", "a, b"),
        (
            {"a": "{operations: {go: {calls: [b.work]}}}", "b": "{operations: {work: {long_running: true}}}"},
            "SF306",
            "a->b#work",
        ),
        ({"a": "{}"}, "SF003", "a"),
        ({"a": "{operations: {go: {http: GET /go}}}"}, "SF601", "a.go"),
    ],
)
def test_a_subject_is_members_in_order_an_edge_or_an_element(services: dict[str, str], rule: str, subject: str) -> None:
    found = verdict(system(services), Choices(select=(rule,)), asked=Asked(subjects=True))
    assert [f.subject for f in found.findings] == [subject]


def test_a_subject_outlives_a_change_of_order() -> None:
    one = {"a": "{calls: [b]}", "b": "{calls: [a]}", "c": "{}"}
    other = dict(reversed(one.items()))
    asked = Asked(subjects=True)
    assert [verdict(system(services), Choices(select=("SF1",)), asked=asked).seen for services in (one, other)] == [
        {("SF101", "a, b"): 1}
    ] * 2


def test_what_keeps_a_system_from_being_generated_is_in_no_baseline() -> None:
    found = {("SF001", "a"): 1, ("SF004", "a"): 2, ("SF101", "a, b"): 1}
    assert renewed(found, {}, frozenset()) == {("SF101", "a, b"): 1}
    assert read(text_of(found), FILE).counts == {("SF101", "a, b"): 1}
