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


HOLDING = {
    "size": "text 1..100", "count": "int 0..9", "tags": "'[text 1..9]'", "free": "text",
    "price": "Money", "parts": "'[Part]'",
}  # fmt: skip
MONEY = {"amount": "decimal 0..", "currency": "eur | usd", "note": "optional text"}
"""What is looked into: ranges, and what stands in documents: a value object, and a list of others that hold one."""


def holding(
    fields: dict[str, str], money: dict[str, str], shipped: Facts | None = None
) -> tuple[Facts, list[tuple[str, str]]]:
    """The facts of a service that keeps documents, and what is told of them."""
    flow = ["{" + ", ".join(f"{name}: {type_}" for name, type_ in found.items()) + "}" for found in (fields, money)]
    blueprint = written(f"a: {{owns: {{Doc: {flow[0]}}}, values: {{Money: {flow[1]}, Part: {{price: Money}}}}}}")
    models = shipped["schema"]["migrations"] if shipped else ()
    made = service_facts(blueprint, blueprint.services["a"], models)
    return made, [(f.message, f.hint or "") for f in lossy(blueprint.services["a"], made, models)]


HELD, _ = holding(HOLDING, MONEY)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"size": "text 1..50"}, '"Doc.size" was "text 1..100" and cannot become "text 1..50": some rows may be outside'),
        ({"size": "text 2..100"}, '"Doc.size" was "text 1..100" and cannot become "text 2..100": some rows may be outside'),
        ({"free": "text ..9"}, '"Doc.free" was "text" and cannot become "text ..9": some rows may be outside'),
        ({"count": "int 1..9"}, '"Doc.count" was "int 0..9" and cannot become "int 1..9": some rows may be outside'),
        ({"count": "int -1..8"}, '"Doc.count" was "int 0..9" and cannot become "int -1..8": some rows may be outside'),
        ({"tags": "'[text 1..8]'"}, '"Doc.tags" was "text 1..9" and cannot become "text 1..8": some rows may be outside'),
    ],
)  # fmt: skip
def test_a_narrower_range_is_an_error_with_a_remedy(change: dict[str, str], message: str) -> None:
    [(said, hint)] = holding(HOLDING | change, MONEY, HELD)[1]
    assert said == message
    assert f'settles = ["Doc.{next(iter(change))}"]' in hint


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"amount": "decimal 1.."}, 'holds a "amount" that was "decimal 0.." and cannot become "decimal 1..": some rows may be outside'),
        ({"amount": "text"}, 'holds a "amount" that was "decimal" and cannot become "text"'),
        ({"currency": "eur | gbp"}, 'holds a "currency" that is "usd" in some rows, and may not be any more'),
        ({"currency": ""}, 'has a "currency" in its rows that "Money" has no more'),
        ({"note": "text"}, 'has an empty "note" in some rows, and may not any more'),
        ({"memo": "text"}, 'has no "memo" in the rows there are'),
    ],
)  # fmt: skip
def test_a_value_object_that_rows_do_not_fit_is_an_error_wherever_it_is_held(change: dict[str, str], what: str) -> None:
    money = {name: type_ for name, type_ in (MONEY | change).items() if type_}
    told = holding(HOLDING, money, HELD)[1]
    assert [said for said, _ in told] == [f'"Doc.price" {what}', f'"Doc.parts" holds a "price" that {what}']
    for about, (_, hint) in zip(("price", "parts"), told, strict=True):
        assert "optional or give it a default" in hint
        assert f'settles = ["Doc.{about}"]' in hint


@pytest.mark.parametrize(
    "change",
    [
        {"memo": "optional text"}, {"memo": "text = none"}, {"memo": "'[text]'"}, {"amount": "decimal"},
        {"amount": "optional decimal 0.."}, {"currency": "eur | usd | gbp"},
        {"note": "{type: optional text, deprecated: nobody reads it}"},
    ],
)  # fmt: skip
def test_what_rows_fit_needs_no_migration_and_is_what_the_next_change_is_held_against(change: dict[str, str]) -> None:
    grown, told = holding(HOLDING, MONEY | change, HELD)
    assert told == []
    assert [m["number"] for m in grown["migrations"]] == ["0001"]
    back = holding(HOLDING, MONEY, grown)[1]
    assert (back == []) == (change.keys() <= {"note"})


def test_a_deprecated_field_of_a_value_object_may_go() -> None:
    deprecated, _ = holding(HOLDING, MONEY | {"note": "{type: optional text, deprecated: nobody reads it}"}, HELD)
    assert holding(HOLDING, {name: MONEY[name] for name in ("amount", "currency")}, deprecated)[1] == []


def test_what_was_shipped_before_value_objects_were_recorded_is_read_and_recorded() -> None:
    models = HELD["schema"]["migrations"]
    columns = [
        c | {"type": {k: v for k, v in c["type"].items() if k != "fields"}}
        for c in models[0]["tables"]["docs"]["columns"]
    ]
    old = {
        "schema": {"migrations": [models[0] | {"tables": {"docs": models[0]["tables"]["docs"] | {"columns": columns}}}]}
    }
    again, told = holding(HOLDING, MONEY, old)
    assert told == []
    assert again["schema"]["migrations"][0]["tables"]["docs"]["columns"][5] == models[0]["tables"]["docs"]["columns"][5]


def test_a_settled_range_is_a_migration_with_nothing_to_do() -> None:
    models = HELD["schema"]["migrations"]
    settled = {"schema": {"migrations": [*models[:-1], models[-1] | {"heads": ["mine"], "following": ["Doc.size"]}]}}
    narrowed, told = holding(HOLDING | {"size": "text 1..50"}, MONEY, settled)
    assert told == []
    assert narrowed["migrations"][-1] == {"number": "0002", "slug": "change", "down": "mine", "steps": []}
    assert holding(HOLDING | {"size": "text 1..50"}, MONEY, narrowed)[1] == []
