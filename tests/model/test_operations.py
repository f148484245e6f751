"""What operations take and answer: each sentence of blueprint.md, "Operations", is a test."""

from __future__ import annotations

import pytest
from tests.model.written import complaints, fields, inputs, operation, shown, sig, written

from svcforge.model.bindings import of_operation
from svcforge.model.inputs import Meaning, Stand
from svcforge.model.signature import Shape

ORDER = "Order: {customer: uuid, status: open | done = open, note: optional text, lines: [text], total: decimal 0..}"


def orders(operations: str, more: str = "") -> str:
    return f"orders: {{owns: {{{ORDER}}}, operations: {{{operations}}}{more}}}"


def test_creates_takes_the_fields_without_a_default() -> None:
    blueprint = written(orders("make: {creates: Order}"))
    assert inputs(blueprint, "orders.make") == ["customer", "note?", "lines?", "total"]


def test_creates_takes_others_only_if_in_lists_them() -> None:
    blueprint = written(orders("make: {creates: Order, in: [total, status]}"))
    assert inputs(blueprint, "orders.make") == ["total", "status?"]


def test_creates_takes_less_what_with_and_set_give() -> None:
    blueprint = written(
        orders('make: {http: POST /orders, creates: Order, with: {customer: token.sub}, set: {total: "1.50"}}')
    )
    assert inputs(blueprint, "orders.make") == ["note?", "lines?"]
    assert fields(blueprint, "orders.make") == {
        "customer": "input.customer", "note": "input.note", "lines": "input.lines", "total": "=1.50",
    }  # fmt: skip


def test_creates_answers_201_and_the_entity() -> None:
    found = sig(written(orders("make: {creates: Order}")), "orders.make")
    assert (found.status, found.output.shape) == (201, Shape.RECORD)
    assert list(found.output.fields) == [
        "id",
        "customer",
        "status",
        "note",
        "lines",
        "total",
        "created_at",
        "updated_at",
    ]


def test_creates_by_a_field_takes_that_field_even_when_it_has_a_default() -> None:
    blueprint = written(
        "stock: {owns: {Stock: {shelf: text = a, on_hand: int}}, operations: {put: {creates: Stock, by: shelf}}}"
    )
    assert inputs(blueprint, "stock.put") == ["shelf", "on_hand"]


def test_an_id_that_is_text_is_given_by_who_creates_and_a_uuid_is_made() -> None:
    blueprint = written(
        "a: {owns: {Country: {id: text, name: text}}, operations: {add: {creates: Country}}}\n"
        "b: {owns: {City: {name: text}}, operations: {add: {creates: City}}}"
    )
    assert inputs(blueprint, "a.add") == ["id", "name"]
    assert fields(blueprint, "a.add") == {"id": "input.id", "name": "input.name"}
    assert inputs(blueprint, "b.add") == ["name"]
    assert fields(blueprint, "b.add") == {"name": "input.name"}


@pytest.mark.parametrize(("verb", "status", "shape"), [("reads", 200, Shape.RECORD), ("deletes", 204, Shape.NOTHING)])
def test_reads_and_deletes_take_id_or_the_field_named_by_by(verb: str, status: int, shape: Shape) -> None:
    blueprint = written(orders(f"by_id: {{{verb}: Order}}, by_total: {{{verb}: Order, by: total}}"))
    assert inputs(blueprint, "orders.by_id") == ["id"]
    assert inputs(blueprint, "orders.by_total") == ["total"]
    found = sig(blueprint, "orders.by_id")
    assert (found.status, found.output.shape, found.key) == (status, shape, "id")


def test_lists_takes_filters_ids_limit_and_cursor_all_optional() -> None:
    blueprint = written(orders("find: {lists: Order, filter: [status]}"))
    assert inputs(blueprint, "orders.find") == ["status?", "ids?", "limit?", "cursor?"]
    limit = next(i for i in sig(blueprint, "orders.find").inputs if i.name == "limit")
    assert (limit.type.default, str(limit.type.low), str(limit.type.high)) == ("20", "1", "100")
    assert sig(blueprint, "orders.find").output.shape is Shape.PAGE


def test_updates_without_set_or_in_takes_what_creates_takes_each_optional() -> None:
    blueprint = written(orders("change: {updates: Order}"))
    assert inputs(blueprint, "orders.change") == ["id", "customer?", "note?", "lines?", "total?"]


def test_absent_stays_and_null_clears_only_what_may_be_null() -> None:
    found = sig(written(orders("change: {updates: Order}")), "orders.change")
    assert {i.name: i.type.optional for i in found.inputs if i.meaning is Meaning.FIELD} == {
        "customer": False, "note": True, "lines": False, "total": False,
    }  # fmt: skip


def test_updates_with_set_takes_the_key_alone() -> None:
    blueprint = written(orders("finish: {updates: Order, set: {status: done}}"))
    assert inputs(blueprint, "orders.finish") == ["id"]
    assert fields(blueprint, "orders.finish") == {"status": "=done"}


def test_updates_with_in_takes_the_key_and_the_fields_listed_without_their_defaults() -> None:
    blueprint = written(orders("change: {updates: Order, in: [total, status]}"))
    assert inputs(blueprint, "orders.change") == ["id", "total", "status?"]
    status = sig(blueprint, "orders.change").inputs[-1]
    assert status.type.default is None


def test_in_maps_new_inputs_and_the_key_stays_one() -> None:
    blueprint = written(orders("change: {updates: Order, in: {reason: text}, set: {status: done}}"))
    assert inputs(blueprint, "orders.change") == ["id", "reason"]


def test_out_lists_some_fields() -> None:
    found = sig(written(orders("get: {reads: Order, out: [id, total]}")), "orders.get")
    assert (found.output.shape, list(found.output.fields)) == (Shape.RECORD, ["id", "total"])


def test_out_maps_new_fields_that_are_filled_by_name() -> None:
    blueprint = written(orders("get: {reads: Order, out: {order: uuid, total: decimal}}"))
    assert sig(blueprint, "orders.get").output.shape is Shape.FIELDS
    filled = of_operation(blueprint, operation(blueprint, "orders.get")).output
    assert shown(filled) == {"order": "entity.id", "total": "entity.total"}


def test_out_is_a_type_for_the_users_own_code() -> None:
    found = sig(written("a: {operations: {guess: {out: [uuid]}, act: {}}}"), "a.guess")
    assert (found.output.shape, str(found.output.type), found.status) == (Shape.TYPE, "[uuid]", 200)
    assert sig(written("a: {operations: {act: {}}}"), "a.act").status == 204


def test_inputs_stand_in_the_path_by_name() -> None:
    found = sig(written(orders('get: {http: "GET /orders/{id}", reads: Order}')), "orders.get")
    assert [(i.name, i.stand) for i in found.inputs] == [("id", Stand.PATH)]


@pytest.mark.parametrize("line", ["GET /orders", "DELETE /orders"])
def test_inputs_stand_in_the_query_for_get_and_delete(line: str) -> None:
    found = sig(written(f"a: {{operations: {{find: {{http: {line}, in: {{name: text}}}}}}}}"), "a.find")
    assert [i.stand for i in found.inputs] == [Stand.QUERY]


@pytest.mark.parametrize("http", ["http: POST /orders, ", "http: PUT /orders, ", "http: PATCH /orders, ", ""])
def test_inputs_stand_in_the_body_otherwise_and_of_an_internal_operation(http: str) -> None:
    found = sig(written(f"a: {{operations: {{find: {{{http}in: {{name: text}}}}}}}}"), "a.find")
    assert [i.stand for i in found.inputs] == [Stand.BODY]


def test_what_stands_in_the_path_is_always_required() -> None:
    blueprint = written(orders('find: {http: "GET /by/{status}", lists: Order, filter: [status]}'))
    assert inputs(blueprint, "orders.find")[0] == "status"


def test_a_path_names_an_input_of_the_users_own_code_by_itself() -> None:
    assert inputs(written('a: {operations: {see: {http: "GET /x/{name}"}}}'), "a.see") == ["name"]


def test_a_path_that_names_no_input_of_a_verb_is_told() -> None:
    blueprint = written(orders('get: {http: "GET /orders/{order_id}", reads: Order}'))
    assert complaints(blueprint) == [
        'orders.operations.get.http: the path names "{order_id}", which is no input of "get"'
    ]


def test_a_value_object_stands_in_no_query() -> None:
    blueprint = written("a: {values: {Range: {low: int}}, operations: {find: {http: GET /x, in: {within: Range}}}}")
    assert complaints(blueprint) == [
        'a.operations.find.http: "within" of "find" is Range, which cannot stand in a query'
    ]


def test_where_on_a_service_holds_for_every_entity_that_has_the_field_and_creates_fills_it_in() -> None:
    blueprint = written(
        "a: {where: {tenant: token.tenant}, owns: {Doc: {tenant: text, body: text}, Tag: {name: text}}, operations: {"
        "make: {http: POST /docs, creates: Doc}, tag: {http: POST /tags, creates: Tag}, find: {http: GET /docs, lists: Doc}}}"
    )
    assert inputs(blueprint, "a.make") == ["body"]
    assert fields(blueprint, "a.make") == {"tenant": "input.tenant", "body": "input.body"}
    assert [c.field for c in sig(blueprint, "a.find").where] == ["tenant"]
    assert sig(blueprint, "a.tag").where == ()


def test_a_literal_where_fills_what_is_created_unless_it_names_several() -> None:
    one = written("a: {where: {kind: doc}, owns: {Doc: {kind: text, body: text}}, operations: {make: {creates: Doc}}}")
    two = written(
        "a: {where: {kind: a | b}, owns: {Doc: {kind: text, body: text}}, operations: {make: {creates: Doc}}}"
    )
    assert (inputs(one, "a.make"), fields(one, "a.make")["kind"]) == (["body"], "=doc")
    assert inputs(two, "a.make") == ["kind", "body"]


def test_an_update_cannot_change_what_a_token_s_where_looks_at() -> None:
    blueprint = written(orders('change: {http: "PATCH /orders/{id}", updates: Order, where: {customer: token.sub}}'))
    assert inputs(blueprint, "orders.change") == ["id", "note?", "lines?", "total?"]
    assert "customer" not in fields(blueprint, "orders.change")


def test_a_where_on_the_key_finds_the_row_when_the_path_does_not() -> None:
    blueprint = written(orders("mine: {http: GET /me, reads: Order, where: {id: token.sub}}"))
    assert inputs(blueprint, "orders.mine") == []
    assert [(i.name, i.claim) for i in sig(blueprint, "orders.mine").inputs] == [("id", "sub")]


def test_a_where_on_the_key_checks_the_path_when_that_names_it() -> None:
    blueprint = written(orders('get: {http: "GET /orders/{id}", reads: Order, where: {id: token.sub}}'))
    assert inputs(blueprint, "orders.get") == ["id"]
    assert [(i.name, i.claim, i.meaning) for i in sig(blueprint, "orders.get").inputs][1:] == [
        ("token_sub", "sub", Meaning.CHECK)
    ]


def test_a_long_running_operation_answers_202() -> None:
    assert sig(written("a: {operations: {crunch: {long_running: true, out: int}}}"), "a.crunch").status == 202


def test_reads_and_lists_work_on_a_copy_as_well() -> None:
    blueprint = written(
        "a: {events: {Made: {order: uuid, total: decimal}}}\n"
        "b: {copies: {Bought: {a.Made: {keep: [total]}}}, operations: {get: {reads: Bought}, all: {lists: Bought, filter: [total]}}}"
    )
    assert inputs(blueprint, "b.get") == ["order"]
    assert inputs(blueprint, "b.all") == ["total?", "ids?", "limit?", "cursor?"]
    assert list(sig(blueprint, "b.get").output.fields) == ["order", "total"]


def test_a_deprecated_field_is_neither_taken_nor_written() -> None:
    blueprint = written(
        "a: {owns: {Doc: {body: text, old: {type: text, deprecated: gone}}}, operations: {make: {creates: Doc}}}"
    )
    assert inputs(blueprint, "a.make") == ["body"]
    assert fields(blueprint, "a.make") == {"body": "input.body"}
