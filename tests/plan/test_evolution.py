"""A shipped migration is never edited: what changes is a new one, and what would lose data is an error."""

from __future__ import annotations

from typing import Any

import pytest
from tests.model.written import written

from svcforge.plan.lossy import lossy
from svcforge.plan.service import service_facts

Facts = dict[str, Any]


def facts(fields: str, shipped: Facts | None = None, operations: str = "") -> Facts:
    blueprint = written(f"a: {{owns: {{Doc: {{{fields}}}}}, operations: {{{operations}}}}}")
    models = shipped["schema"]["migrations"] if shipped else ()
    return service_facts(blueprint, blueprint.services["a"], models)


def told(fields: str, shipped: Facts) -> list[tuple[str, str]]:
    blueprint = written(f"a: {{owns: {{{fields}}}}}")
    service = blueprint.services["a"]
    models = shipped["schema"]["migrations"]
    return [(f.message, f.hint or "") for f in lossy(service, service_facts(blueprint, service, models), models)]


def done(found: Facts) -> list[tuple[str, Any]]:
    last = found["migrations"][-1]
    return [
        (step["do"], step["column"] if isinstance(step["column"], str) else step["column"]["name"])
        for step in last["steps"]
    ]


FIRST = facts("body: text, note: optional text, state: open | done = open")


def test_the_same_model_needs_no_migration() -> None:
    again = facts("body: text, note: optional text, state: open | done = open", FIRST)
    assert again["migrations"] == FIRST["migrations"]
    assert again["schema"] == FIRST["schema"]


def test_a_new_column_is_a_migration_of_its_own_and_the_first_stays_as_it_is() -> None:
    second = facts("body: text, note: optional text, state: open | done = open, stars: int = 3", FIRST)
    assert second["migrations"][0] == FIRST["migrations"][0]
    assert [m["number"] for m in second["migrations"]] == ["0001", "0002"]
    assert second["migrations"][1]["down"] == "0001"
    assert done(second) == [("add_column", "stars")]


def test_the_history_goes_on() -> None:
    second = facts("body: text, note: optional text, state: open | done = open, stars: int = 3", FIRST)
    third = facts("body: text, note: optional text, state: open | done = open, stars: int = 3, more: [text]", second)
    assert third["migrations"][:2] == second["migrations"]
    assert done(third) == [("add_column", "more")]


def test_what_becomes_optional_is_made_so() -> None:
    assert done(facts("body: optional text, note: optional text, state: open | done = open", FIRST)) == [
        ("make_optional", "body")
    ]


def test_a_renamed_field_keeps_its_values_also_when_the_word_on_it_is_gone() -> None:
    renamed = facts("text: {type: text, was: body}, note: optional text, state: open | done = open", FIRST)
    assert done(renamed) == [("rename_column", "text")]
    later = facts("text: text, note: optional text, state: open | done = open", renamed)
    assert later["migrations"] == renamed["migrations"]


def test_a_field_is_deprecated_before_it_is_dropped() -> None:
    deprecated = facts(
        "body: {type: text, deprecated: see note}, note: optional text, state: open | done = open", FIRST
    )
    assert done(deprecated) == [("make_optional", "body")]
    dropped = facts("note: optional text, state: open | done = open", deprecated)
    assert done(dropped) == [("drop_column", "body")]


def test_another_default_changes_no_shipped_migration() -> None:
    second = facts("body: text, note: optional text, state: open | done = open, stars: int = 3", FIRST)
    third = facts("body: text, note: optional text, state: open | done = open, stars: int = 4", second)
    assert third["migrations"] == second["migrations"]


def test_a_list_operation_brings_its_index() -> None:
    listing = "list_docs: {http: GET /docs, lists: Doc, public: demo}"
    second = facts("body: text, note: optional text, state: open | done = open", FIRST, listing)
    assert [(s["do"], s["columns"]) for s in second["migrations"][-1]["steps"]] == [
        ("create_index", ["created_at", "id"])
    ]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("Doc: {note: optional text, state: open | done = open}", '"Doc.body" is gone from the blueprint, and its values are not'),
        ("Doc: {body: int, note: optional text, state: open | done = open}", '"Doc.body" was "text" and cannot become "int"'),
        ("Doc: {body: text, note: text, state: open | done = open}", '"Doc.note" is empty in some rows, and may not be any more'),
        ("Doc: {body: text, note: optional text, state: open | new = open}", '"Doc.state" is "done" in some rows, and may not be any more'),
        ("Doc: {body: text, note: optional text, state: text = open}", '"Doc.state" was "enum" and cannot become "text"'),
        ("Doc: {body: email, note: optional text, state: open | done = open}", '"Doc.body" was "text" and cannot become "email"'),
        ("Doc: {body: text, note: optional text, state: open | done = open, at: date}", '"Doc.at" has no value in the rows there are'),
        ("Doc: {body: unique text, note: optional text, state: open | done = open}", '"Doc" may have rows that are alike in "body"'),
        ("Other: {body: text}", '"Doc" is gone from the blueprint, and its rows are not'),
    ],
)  # fmt: skip
def test_what_would_lose_data_is_an_error_with_a_remedy(change: str, message: str) -> None:
    [(told_message, hint)] = told(change, FIRST)
    assert told_message == message
    assert hint


def test_what_stands_on_a_renamed_column_moves_with_it() -> None:
    first = facts("code: unique text, note: optional text")
    renamed = facts("number: {type: unique text, was: code}, note: optional text", first)
    assert [step["do"] for step in renamed["migrations"][-1]["steps"]] == [
        "drop_unique", "rename_column", "create_unique",
    ]  # fmt: skip
    assert told("Doc: {number: {type: unique text, was: code}, note: optional text}", first) == []


@pytest.mark.parametrize(
    "change",
    [
        "Doc: {note: optional text, state: open | done = open}",
        "Doc: {body: int, note: optional text, state: open | done = open}",
        "Doc: {body: text, note: text, state: open | done = open}",
        "Doc: {body: text, note: optional text, state: open | new = open}",
        "Doc: {body: text, note: optional text, state: open | done = open, at: date}",
        "Doc: {body: unique text, note: optional text, state: open | done = open}",
        "Other: {body: text}",
    ],
)
def test_whoever_does_what_the_hint_says_in_a_migration_of_their_own_is_let_pass(change: str) -> None:
    [(_, hint)] = told(change, FIRST)
    about = hint.partition('settles = ["')[2].partition('"')[0]
    models = FIRST["schema"]["migrations"]
    settled = {"schema": {"migrations": [*models[:-1], models[-1] | {"heads": ["mine"], "following": [about]}]}}
    assert told(change, settled) == []


def test_a_new_version_of_an_event_stands_beside_the_old_one_until_that_is_dropped() -> None:
    def types(versions: str) -> list[str]:
        blueprint = written(
            f"a: {{owns: {{Doc: {{body: text}}}}, events: {{Made: {{versions: {{{versions}}}}}}},"
            " operations: {make: {creates: Doc, emits: [Made]}}}"
        )
        [make] = service_facts(blueprint, blueprint.services["a"])["operations"]
        return [f"{emitted['class']} {emitted['version']}" for emitted in make["emits"]]

    assert types("1: {doc: uuid}") == ["Made 1"]
    assert types("1: {doc: uuid}, 2: {doc: uuid, body: text}") == ["MadeV1 1", "Made 2"]
    assert types("2: {doc: uuid, body: text}") == ["Made 2"]
