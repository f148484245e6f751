"""Where values come from: each sentence of that part of blueprint.md is a test."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.model.written import calls, complaints, events, fields, inputs, operation, shown, written

from svcforge.load import load_file
from svcforge.model.blueprint import Blueprint
from svcforge.model.flows import of_endpoint, of_feed, of_saga, of_subscription
from svcforge.model.types import Kind, Type, fits
from svcforge.model.unmapped import problems
from svcforge.packs.shelf import blueprints_folder

CARD = """
externals:
  card:
    operations:
      authorize: {http: POST /charges, in: {order: uuid, amount: decimal}, out: {approved: bool, code: text}}
      ping: {http: POST /ping, in: {id: uuid}}
""".lstrip()


def handled(blueprint: Blueprint, service: str) -> dict[str, str]:
    return shown(of_subscription(blueprint, blueprint.services[service].subscriptions[0]))


def kept(blueprint: Blueprint, service: str) -> list[dict[str, str]]:
    copy = next(iter(blueprint.services[service].copies.values()))
    return [shown(of_feed(blueprint, service, copy.name, feed)) for feed in copy.feeds]


def stepped(blueprint: Blueprint) -> list[tuple[str, dict[str, str], dict[str, str]]]:
    saga = next(iter(blueprint.sagas.values()))
    return [(s.name, shown(s.do), shown(s.undo)) for s in of_saga(blueprint, saga).steps]


# In an operation: its entity as it will be, its input, `token`, and the answers of its calls, in this order.


def test_a_call_takes_its_inputs_by_name_from_the_entity() -> None:
    blueprint = written(
        "pay: {owns: {Payment: {order: uuid, amount: decimal}}, operations: {charge: {creates: Payment, calls: [card.authorize]}}}",
        CARD,
    )
    assert calls(blueprint, "pay.charge") == [{"order": "entity.order", "amount": "entity.amount"}]


def test_the_entity_comes_before_the_input() -> None:
    blueprint = written(
        "pay: {owns: {Payment: {order: uuid, amount: decimal}}, operations: {"
        "charge: {creates: Payment, in: {order: uuid, amount: decimal, tip: decimal}, with: {amount: tip}, calls: [card.authorize]}}}",
        CARD,
    )
    assert fields(blueprint, "pay.charge")["amount"] == "input.tip"
    assert calls(blueprint, "pay.charge") == [{"order": "entity.order", "amount": "entity.amount"}]


def test_the_input_fills_what_the_entity_has_not() -> None:
    blueprint = written(
        "pay: {owns: {Payment: {order: uuid}}, operations: {"
        "charge: {creates: Payment, in: {order: uuid, amount: decimal}, calls: [card.authorize]}}}",
        CARD,
    )
    assert calls(blueprint, "pay.charge") == [{"order": "entity.order", "amount": "input.amount"}]


def test_the_token_fills_what_with_names_it_for() -> None:
    blueprint = written(
        "pay: {owns: {Payment: {payer: uuid}}, events: {Paid: {payment: uuid, who: text}}, operations: {"
        "charge: {http: POST /x, creates: Payment, with: {payer: token.sub, who: token.name}, emits: [Paid]}}}"
    )
    assert inputs(blueprint, "pay.charge") == []
    assert fields(blueprint, "pay.charge") == {"payer": "input.payer"}
    assert events(blueprint, "pay.charge") == [{"payment": "entity.id", "who": "input.who"}]


def test_the_answers_of_its_calls_fill_what_nothing_before_gives() -> None:
    blueprint = written(
        "pay: {owns: {Payment: {order: uuid, amount: decimal, code: text}}, events: {Paid: {payment: uuid, approved: bool}}, "
        "operations: {charge: {creates: Payment, in: [order, amount], calls: [card.authorize], emits: [Paid]}}}",
        CARD,
    )
    assert fields(blueprint, "pay.charge")["code"] == "answer(authorize).code"
    assert events(blueprint, "pay.charge") == [{"payment": "entity.id", "approved": "answer(authorize).approved"}]


def test_a_call_is_not_given_what_only_its_own_answer_puts_into_the_entity() -> None:
    blueprint = written(
        "a: {owns: {Doc: {code: text}}, operations: {make: {creates: Doc, in: {}, calls: [b.first, b.second]}}}\n"
        "b: {operations: {first: {in: {code: text}, out: {code: text}}, second: {in: {code: text}, out: {}}}}"
    )
    assert fields(blueprint, "a.make") == {"code": "answer(first).code"}
    assert complaints(blueprint) == ['a.operations.make.calls[0]: nothing gives "code" of "b.first"']
    assert calls(blueprint, "a.make")[1] == {"code": "answer(first).code"}


def test_an_event_is_filled_from_the_entity_as_it_will_be() -> None:
    blueprint = written(
        "a: {owns: {Doc: {body: text, state: open | done = open}}, events: {Made: {doc: uuid, body: text, state: text}}, "
        "operations: {make: {creates: Doc, emits: [Made]}}}"
    )
    assert events(blueprint, "a.make") == [{"doc": "entity.id", "body": "entity.body", "state": "entity.state as word"}]
    assert complaints(blueprint) == []


def test_both_versions_of_an_event_are_filled_while_two_live_side_by_side() -> None:
    blueprint = written(
        "a: {owns: {Doc: {body: text}}, events: {Made: {versions: {1: {doc: uuid}, 2: {doc: uuid, body: text}}}}, "
        "operations: {make: {creates: Doc, emits: [Made]}}}"
    )
    assert events(blueprint, "a.make") == [{"doc": "entity.id"}, {"doc": "entity.id", "body": "entity.body"}]


def test_without_a_verb_nothing_is_filled_in_but_what_with_and_set_say() -> None:
    blueprint = written(
        "a: {events: {Made: {doc: uuid}}, operations: {act: {in: {code: text, size: int}, emits: [Made], "
        "calls: [{to: b.act, with: {code: code}, set: {level: 3}}]}}}\n"
        "b: {operations: {act: {in: {code: text, size: int, level: int}}}}"
    )
    assert calls(blueprint, "a.act") == [{"code": "input.code", "level": "=3"}]
    assert events(blueprint, "a.act") == []
    assert complaints(blueprint) == []


# In a handler or a copy: the fields of the event.


def test_a_handler_takes_the_fields_of_the_event() -> None:
    blueprint = written(
        "a: {events: {Made: {order: uuid, total: decimal}}}\n"
        "b: {owns: {Bill: {order: uuid, total: decimal}}, operations: {bill: {creates: Bill}}, subscribes: {a.Made: bill}}"
    )
    assert handled(blueprint, "b") == {"order": "event.order", "total": "event.total"}


def test_with_and_set_stand_on_a_subscription() -> None:
    blueprint = written(
        "a: {events: {Made: {order: uuid, total: decimal}}}\n"
        "b: {owns: {Bill: {order: uuid, amount: decimal, kind: text}}, operations: {bill: {creates: Bill}}, "
        "subscribes: {a.Made: {do: bill, with: {amount: total}, set: {kind: new}}}}"
    )
    assert handled(blueprint, "b") == {"order": "event.order", "amount": "event.total", "kind": "=new"}


def test_a_copy_keeps_fields_renames_them_and_sets_literals() -> None:
    blueprint = written(
        "a: {events: {Made: {order: uuid, total: decimal, note: text}, Done: {order: uuid}}}\n"
        "b: {copies: {Bought: {a.Made: {keep: {amount: total}, set: {open: true}}, a.Done: {keep: [], set: {open: false}}}}}"
    )
    assert kept(blueprint, "b") == [
        {"order": "event.order", "amount": "event.total", "open": "=True"},
        {"order": "event.order", "open": "=False"},
    ]


def test_a_copy_keeps_all_fields_when_it_does_not_say_which() -> None:
    blueprint = written("a: {events: {Made: {order: uuid, total: decimal}}}\nb: {copies: {Bought: {a.Made: {}}}}")
    assert kept(blueprint, "b") == [{"order": "event.order", "total": "event.total"}]


def test_the_first_event_s_subject_is_a_copy_s_key_and_others_find_the_row_by_a_field_of_that_name() -> None:
    blueprint = written(
        "a: {events: {Made: {order: uuid, total: decimal}, Shipped: {parcel: uuid, order: uuid}, Lost: {parcel: uuid}}}\n"
        "b: {copies: {Bought: {a.Made: {keep: [total]}, a.Shipped: {keep: [parcel]}, a.Lost: {drop: true}}}}"
    )
    assert kept(blueprint, "b")[1] == {"order": "event.order", "parcel": "event.parcel"}
    assert complaints(blueprint) == ['b.copies.Bought.a.Lost: nothing gives "order" of "Bought"']


def test_what_only_a_later_event_gives_may_be_missing_in_a_copy() -> None:
    blueprint = written(
        "a: {events: {Made: {order: uuid, total: decimal}, Shipped: {order: uuid, parcel: uuid}}}\n"
        "b: {copies: {Bought: {a.Made: {}, a.Shipped: {keep: [parcel]}}}, operations: {get: {reads: Bought, out: {parcel: uuid}}}}"
    )
    assert complaints(blueprint) == [
        'b.operations.get.out: "parcel" may be missing, "parcel" wants uuid, in the answer'
    ]


# In a saga: the fields of the event, or the input and the entity of the operation, that starts it, and the answers.

SAGA = """
sagas:
  buy:
    starts: {starts}
    steps: [{steps}]
    {more}
"""


def saga(starts: str, steps: str, more: str = "") -> str:
    return SAGA.replace("{starts}", starts).replace("{steps}", steps).replace("{more}", more).lstrip()


ORDERS = "orders: {owns: {Order: {customer: uuid, total: decimal, open: bool = true}}, events: {Made: {order: uuid, total: decimal}}, operations: {make: {creates: Order, emits: [Made]}, close: {updates: Order, set: {open: false}}}}\n"
PAY = "pay: {owns: {Payment: {order: unique uuid, amount: decimal, state: paid | back = paid}}, operations: {charge: {creates: Payment, idempotent: by field order}, refund: {updates: Payment, set: {state: back}}, note: {in: {payment: uuid, amount: decimal}, read_only: true}}}"


def test_a_step_takes_the_fields_of_the_event() -> None:
    blueprint = written(ORDERS + PAY, saga("orders.Made", "{do: pay.charge, with: {amount: total}}"))
    assert stepped(blueprint) == [("charge", {"order": "event.order", "amount": "event.total"}, {})]


def test_a_step_takes_the_input_and_then_the_entity_of_the_operation_that_starts_it() -> None:
    blueprint = written(ORDERS + PAY, saga("orders.make", "{do: pay.charge, with: {amount: total}}"))
    assert stepped(blueprint) == [("charge", {"order": "entity.id", "amount": "input.total"}, {})]


def test_a_step_takes_the_answers_of_the_steps_done_by_name_and_with_a_dot() -> None:
    steps = "{do: pay.charge, with: {amount: total}}, {do: pay.note, with: {amount: charge.amount}}"
    blueprint = written(ORDERS + PAY, saga("orders.Made", steps))
    assert stepped(blueprint)[1] == ("note", {"payment": "answer(charge).id", "amount": "answer(charge).amount"}, {})


def test_after_a_step_that_creates_an_order_order_is_in_scope() -> None:
    services = ORDERS.replace(
        "orders:", "front: {events: {Asked: {basket: uuid, customer: uuid, total: decimal}}}\norders:"
    )
    blueprint = written(services, saga("front.Asked", "{do: orders.make}, {do: orders.close}"))
    assert stepped(blueprint)[1] == ("close", {"id": "answer(make).id"}, {})


def test_an_undo_sees_what_do_was_given_and_answered() -> None:
    steps = "{do: pay.charge, with: {amount: total}, undo: pay.refund}, {do: orders.close}"
    blueprint = written(ORDERS + PAY, saga("orders.Made", steps))
    assert stepped(blueprint)[0][2] == {"id": "answer(charge).id"}
    services = ORDERS + PAY.replace("refund: {updates: Payment,", "refund: {updates: Payment, by: order,")
    blueprint = written(services, saga("orders.Made", steps))
    assert stepped(blueprint)[0][2] == {"order": "given(charge).order"}


def test_the_saga_s_own_undo_sees_what_started_it() -> None:
    blueprint = written(
        ORDERS + PAY, saga("orders.Made", "{do: pay.charge, with: {amount: total}}", "undo: orders.close")
    )
    found = of_saga(blueprint, blueprint.sagas["buy"])
    assert shown(found.undo) == {"id": "event.order"}


# `with: {input: source}` names another source, `set: {input: value}` a literal; on an operation, a call, a step.


def test_with_and_set_stand_on_a_call() -> None:
    blueprint = written(
        "pay: {owns: {Payment: {order: uuid, total: decimal}}, operations: {"
        "charge: {creates: Payment, calls: [{to: card.authorize, with: {amount: total}, set: {order: 3eeb7e96-e59c-440f-8cb1-a089daba079f}}]}}}",
        CARD,
    )
    assert calls(blueprint, "pay.charge") == [
        {"order": "=3eeb7e96-e59c-440f-8cb1-a089daba079f", "amount": "entity.total"}
    ]


def test_with_and_set_that_nothing_takes_are_told() -> None:
    blueprint = written(
        "a: {owns: {Doc: {body: text}}, operations: {make: {creates: Doc, with: {bdy: body}, calls: [{to: b.act, set: {x: 1}}]}}}\n"
        "b: {operations: {act: {}}}"
    )
    assert complaints(blueprint) == [
        'a.operations.make.calls[0]: "b.act" takes no "x", in "b.act"',
        'a.operations.make.with.bdy: nothing in "make" takes "bdy"',
    ]


def test_a_source_reaches_into_value_objects_and_lists() -> None:
    blueprint = written(
        "a: {values: {Line: {item: uuid}, Place: {city: text}}, owns: {Doc: {lines: [Line], place: Place}}, operations: {"
        "make: {creates: Doc, calls: [{to: b.act, with: {items: 'lines[].item', city: place.city}}]}}}\n"
        "b: {operations: {act: {in: {items: [uuid], city: text}}}}"
    )
    assert calls(blueprint, "a.make") == [{"items": "entity.lines[].item", "city": "entity.place.city"}]


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("lines.item", "is in a list: write [] after what stands before it"),
        ("lines[].size", "is no field of what stands before it"),
        ("body[]", 'has "[]" after what is no list'),
        ("nowhere", "is not in scope"),
        ("nowhere.x", "is not in scope"),
    ],
)
def test_a_source_that_leads_nowhere_is_told(source: str, why: str) -> None:
    blueprint = written(
        "a: {values: {Line: {item: uuid}}, owns: {Doc: {lines: [Line], body: text}}, operations: {"
        f"make: {{creates: Doc, calls: [{{to: b.act, with: {{x: '{source}'}}}}]}}}}}}\n"
        "b: {operations: {act: {in: {x: text}}}}"
    )
    [complaint] = complaints(blueprint)
    assert why in complaint


# The id of an `Order` goes by the name `order`.


def test_it_fills_an_event_s_order() -> None:
    blueprint = written(
        "a: {owns: {LineItem: {name: text}}, events: {Made: {line_item: uuid}}, operations: {make: {creates: LineItem, emits: [Made]}}}"
    )
    assert events(blueprint, "a.make") == [{"line_item": "entity.id"}]


def test_a_field_order_fills_the_id_of_an_operation_on_order() -> None:
    blueprint = written(
        "orders: {owns: {Order: {open: bool = true}}, operations: {close: {updates: Order, set: {open: false}}}}\n"
        "pay: {owns: {Payment: {order: uuid}}, operations: {charge: {creates: Payment, calls: [orders.close]}}}"
    )
    assert calls(blueprint, "pay.charge") == [{"id": "entity.order"}]


def test_the_id_of_one_entity_is_not_taken_for_that_of_another() -> None:
    blueprint = written(
        "orders: {owns: {Order: {open: bool = true}}, operations: {close: {updates: Order, set: {open: false}}}}\n"
        "pay: {owns: {Payment: {amount: decimal}}, operations: {charge: {creates: Payment, calls: [orders.close]}, "
        "back: {deletes: Payment, calls: [orders.close]}}}"
    )
    assert complaints(blueprint) == [
        'pay.operations.charge.calls[0]: nothing gives "id" of "orders.close"',
        'pay.operations.back.calls[0]: nothing gives "id" of "orders.close"',
    ]


def test_an_event_s_own_id_fills_an_id() -> None:
    blueprint = written(
        "a: {events: {Closed: {id: uuid}}}\n"
        "b: {owns: {Order: {open: bool = true}}, operations: {close: {updates: Order, set: {open: false}}}, subscribes: {a.Closed: close}}"
    )
    assert handled(blueprint, "b") == {"id": "event.id"}


def test_a_plain_id_of_an_external_is_the_entity_s() -> None:
    blueprint = written("a: {owns: {Doc: {body: text}}, operations: {make: {creates: Doc, calls: [card.ping]}}}", CARD)
    assert calls(blueprint, "a.make") == [{"id": "entity.id"}]


# Types fit if they are equal; and so on.


def called_with(source: str, target: str, values: str = "") -> list[str]:
    """The complaints when a field of one type is asked for as another."""
    blueprint = written(
        f"a: {{values: {{{values}}}, owns: {{Doc: {{x: {source}}}}}, operations: {{make: {{creates: Doc, calls: [b.act]}}}}}}\n"
        f"b: {{values: {{{values}}}, owns: {{Order: {{n: int}}}}, operations: {{act: {{in: {{x: {target}}}}}}}}}"
    )
    return complaints(blueprint)


@pytest.mark.parametrize(
    ("source", "target"),
    [
        ("text", "text"), ("uuid", "ref b.Order"), ("ref b.Order", "uuid"), ("a | b", "text"), ("a | b", "a | b | c"),
        ("int", "decimal"), ("[int]", "[decimal]"), ("[uuid]", "[ref b.Order]"), ("text", "optional text"),
        ("optional text", "optional text"), ("optional text", "text = none"), ("int 1..5", "int"), ("email", "text"),
    ],
)  # fmt: skip
def test_types_that_fit(source: str, target: str) -> None:
    assert called_with(source, target) == []


@pytest.mark.parametrize(
    ("source", "target", "why"),
    [
        ("text", "int", '"x" is text, "x" wants int'),
        ("decimal", "int", '"x" is decimal, "x" wants int'),
        ("a | b | c", "a | b", '"x" is a | b | c, "x" wants a | b'),
        ("text", "a | b", '"x" is text, "x" wants a | b'),
        ("text", "[text]", None),
        ("[text]", "text", '"x" is [text], "x" wants text'),
        ("optional text", "text", '"x" may be missing, "x" wants text'),
    ],
)
def test_types_that_do_not_fit(source: str, target: str, why: str | None) -> None:
    expected = [f'a.operations.make.calls[0]: {why}, in "b.act"'] if why else []
    assert called_with(source, target) == expected


def test_a_value_object_fits_another_whose_fields_it_has_element_by_element() -> None:
    blueprint = written(
        "a: {values: {Line: {item: uuid, count: int, price: decimal}}, owns: {Doc: {lines: [Line]}}, operations: {make: {creates: Doc, calls: [b.act]}}}\n"
        "b: {values: {Part: {item: uuid, count: decimal, note: optional text}}, operations: {act: {in: {lines: [Part]}}}}"
    )
    assert complaints(blueprint) == []
    assert calls(blueprint, "a.make") == [{"lines": "entity.lines as each"}]


def test_a_value_object_without_a_required_field_of_the_other_does_not_fit() -> None:
    blueprint = written(
        "a: {values: {Line: {item: uuid}}, owns: {Doc: {line: Line}}, operations: {make: {creates: Doc, calls: [b.act]}}}\n"
        "b: {values: {Part: {item: uuid, count: int}}, operations: {act: {in: {line: Part}}}}"
    )
    assert complaints(blueprint) == ['a.operations.make.calls[0]: "line" is Line, "line" wants Part, in "b.act"']


def test_a_value_object_that_holds_itself_ends_the_comparison() -> None:
    tree = "values: {Node: {name: text, under: [Node]}}"
    blueprint = written(
        f"a: {{{tree}, owns: {{Doc: {{x: Node}}}}, operations: {{make: {{creates: Doc, calls: [b.act]}}}}}}\n"
        f"b: {{{tree}, operations: {{act: {{in: {{x: Node}}}}}}}}"
    )
    assert complaints(blueprint) == ['a.operations.make.calls[0]: "x" is Node, "x" wants Node, in "b.act"']


def test_what_comes_as_text_is_read_as_what_is_asked_for() -> None:
    bff = "bffs: {web: {endpoints: {'GET /docs/{doc}': {doc: 'a.get(id=path.doc)', more: 'a.find(level=query.level)'}}}}\n"
    blueprint = written(
        "a: {owns: {Doc: {level: int}}, operations: {get: {http: 'GET /docs/{id}', reads: Doc}, find: {http: GET /docs, lists: Doc, filter: [level]}}}",
        bff,
    )
    parts = [shown(p) for p in of_endpoint(blueprint, blueprint.bffs["web"].endpoints[0])]
    assert parts == [{"id": "path.doc as parse"}, {"level": "query.level as parse"}]


# A required value without a source, or with one that does not fit, is SF004 where it is needed.


def test_a_required_value_without_a_source_is_told_where_it_is_needed() -> None:
    blueprint = written(
        "a: {owns: {Doc: {body: text}}, events: {Made: {doc: uuid, size: int}}, operations: {make: {creates: Doc, in: [], emits: [Made]}}}\n"
        "b: {operations: {hear: {in: {size: int, why: text}}}, subscribes: {a.Made: hear}}"
    )
    assert complaints(blueprint) == [
        'a.operations.make: nothing gives "body" of "make"',
        'a.operations.make.emits[0]: nothing gives "size" of "Made"',
        'b.subscribes.a.Made: nothing gives "why" of "hear"',
    ]


def test_an_optional_value_without_a_source_or_with_one_that_does_not_fit_stays_out() -> None:
    blueprint = written(
        "a: {owns: {Doc: {size: text}}, operations: {make: {creates: Doc, calls: [b.act]}}}\n"
        "b: {operations: {act: {in: {size: optional int, level: int = 3, words: [text]}}}}"
    )
    assert (calls(blueprint, "a.make"), complaints(blueprint)) == ([{}], [])


@pytest.mark.parametrize(
    ("type_", "value", "why"),
    [
        ("int 1..5", "9", '"9" is outside 1..5'), ("int", "x", '"x" is no int'), ("a | b", "c", '"c" is none of a, b'),
        ("bool", "no", '"no" is no bool'), ("uuid", "7", '"7" is no uuid'), ("[int]", "3", '"3" is no [int]'),
        ("Line", "{item: 1}", '"count" of Line is missing'), ("Line", "{item: 1, count: 2, x: 3}", '"x" is no field of Line'),
    ],
)  # fmt: skip
def test_a_literal_that_is_none_of_the_type_is_told(type_: str, value: str, why: str) -> None:
    blueprint = written(
        f"a: {{values: {{Line: {{item: int, count: int}}}}, owns: {{Doc: {{x: {type_}}}}}, operations: {{make: {{creates: Doc, set: {{x: {value}}}}}}}}}"
    )
    assert complaints(blueprint) == [f'a.operations.make: {why}, which "x" wants, in "make"']


# `token.x` is known only when a user's token came with the call.


def test_an_internal_operation_takes_the_same_field_as_an_input_by_name() -> None:
    blueprint = written("a: {owns: {Doc: {owner: uuid}}, operations: {make: {creates: Doc, with: {owner: token.sub}}}}")
    assert inputs(blueprint, "a.make") == ["owner"]


@pytest.mark.parametrize("how", ["handler", "saga", "schedule"])
def test_an_operation_that_a_saga_a_handler_or_a_schedule_calls_takes_it_as_an_input_by_name(how: str) -> None:
    scheduled = ", schedule: daily 03:00" if how == "schedule" else ""
    heard = ", subscribes: {a.Asked: drop}" if how == "handler" else ""
    blueprint = written(
        f"a: {{owns: {{Doc: {{owner: uuid}}}}, events: {{Asked: {{doc: uuid, owner: uuid}}}}, operations: {{"
        f"drop: {{http: 'DELETE /docs/{{id}}', deletes: Doc, where: {{owner: token.sub}}{scheduled}}}}}{heard}}}",
        saga("a.Asked", "{do: a.drop}") if how == "saga" else "",
    )
    assert inputs(blueprint, "a.drop") == ["id"]
    assert inputs(blueprint, "a.drop", token=False) == ["id", "owner"]
    if how == "handler":
        assert handled(blueprint, "a") == {"id": "event.doc", "owner": "event.owner"}
    elif how == "saga":
        assert stepped(blueprint)[0][1] == {"id": "event.doc", "owner": "event.owner"}
    else:
        assert complaints(blueprint) == [
            'a.operations.drop.schedule: nothing gives "id" of "drop" when its schedule runs it',
            'a.operations.drop.schedule: nothing gives "owner" of "drop" when its schedule runs it',
        ]


def test_a_call_that_forwards_the_user_s_token_does_not_give_its_claims() -> None:
    blueprint = written(
        "a: {owns: {Doc: {body: text}}, operations: {make: {http: POST /docs, creates: Doc, calls: [b.act]}}}\n"
        "b: {owns: {Note: {owner: uuid, body: text}}, operations: {act: {http: POST /notes, creates: Note, with: {owner: token.sub}}}}"
    )
    assert (calls(blueprint, "a.make"), complaints(blueprint)) == ([{"body": "entity.body"}], [])


def test_where_no_token_comes_a_claim_of_another_service_is_a_problem() -> None:
    blueprint = written(
        "a: {owns: {Doc: {body: text}}, operations: {make: {creates: Doc, calls: [b.act]}}}\n"
        "b: {owns: {Note: {owner: uuid, body: text}}, operations: {act: {http: POST /notes, creates: Note, with: {owner: token.sub}}}}"
    )
    assert complaints(blueprint) == [
        'a.operations.make.calls[0]: "b.act" takes "owner" from the token\'s "sub", and no user\'s token comes with this call'
    ]


@pytest.mark.parametrize(
    ("how", "told"),
    [
        ("http: POST /make, scopes: [docs:write]", False),
        ("http: POST /make, with: {who: token.sub}, public: with a name", False),
        ("http: POST /make, public: for all", True),
        ("http: POST /make, signed: bank", True),
        ("schedule: every 15m", True),
        ("with: {}", True),
    ],
)
@pytest.mark.parametrize("verb", ["creates: Doc", "in: {who: text = x}"])
def test_where_no_token_need_come_an_operation_with_scopes_is_out_of_reach(how: str, verb: str, told: bool) -> None:
    blueprint = written(
        f"a: {{owns: {{Doc: {{body: text = x, who: text = y}}}}, operations: {{make: {{{how}, {verb}, calls: [{{to: b.act, set: {{}}}}]}}}}}}\n"
        "b: {operations: {act: {http: POST /notes, scopes: [notes:write, notes:read]}}}",
        "externals: {bank: {}}\n",
    )
    assert (
        complaints(blueprint)
        == [
            'a.operations.make.calls[0]: "b.act" demands the scope "notes:write", and no user\'s token comes with this call'
        ]
        * told
    )


def test_a_saga_reaches_no_scopes_in_other_services_and_past_them_in_its_own() -> None:
    blueprint = written(
        "a: {events: {Made: {doc: uuid}}, operations: {act: {http: POST /docs, scopes: [docs:write]}}}\n"
        "b: {operations: {act: {http: POST /notes, scopes: [notes:write]}, any: {http: POST /any, scopes: []}}}",
        saga("a.Made", "{do: a.act, undo: b.act}, {do: b.act, undo: a.act}, {do: b.any}"),
    )
    assert [c.partition(":")[0] for c in complaints(blueprint)] == ["sagas.buy.steps[0].undo", "sagas.buy.steps[1]"]


def test_what_exists_already_has_credentials_of_its_own() -> None:
    blueprint = written(
        "a: {has: [health], operations: {make: {calls: [b.act]}}}\n"
        "b: {operations: {act: {http: POST /notes, scopes: [notes:write]}}}"
    )
    assert complaints(blueprint) == []


def test_a_saga_and_a_handler_know_no_token() -> None:
    blueprint = written(
        "a: {events: {Made: {doc: uuid}}}\n"
        "b: {operations: {hear: {in: {who: text}}}, subscribes: {a.Made: {do: hear, with: {who: token.sub}}}}",
        saga("a.Made", "{do: b.hear, with: {who: token.sub}}"),
    )
    assert [c.rpartition(": ")[2] for c in complaints(blueprint)] == [
        'no user\'s token comes with this call, in "hear"', 'no user\'s token comes with this call, in "b.hear"',
    ]  # fmt: skip


# BFFs: values from `path`, `query`, `token`, `body`, an earlier part or literals.

DOCS = "a: {values: {Line: {item: uuid}}, owns: {Doc: {owner: uuid, lines: [Line]}, Item: {name: text}}, operations: {get: {http: 'GET /docs/{id}', reads: Doc}, items: {http: GET /items, lists: Item, filter: [name]}, make: {http: POST /docs, creates: Doc}}}"


def part(endpoint: str, *parts: str) -> tuple[list[dict[str, str]], list[str]]:
    """What fills the inputs of an endpoint's parts, and the complaints about them."""
    lines = ", ".join(f"p{i}: '{text}'" for i, text in enumerate(parts))
    blueprint = written(DOCS, f"bffs: {{web: {{endpoints: {{'{endpoint}': {{{lines}}}}}}}}}\n")
    found = [shown(p) for p in of_endpoint(blueprint, blueprint.bffs["web"].endpoints[0])]
    return found, [c.partition("}.p")[2] or c for c in complaints(blueprint)]


def test_a_part_takes_an_earlier_part_by_fields_and_list_by_list() -> None:
    found, wrong = part("GET /x/{id}", "a.get(id=path.id)", "a.items(ids=p0.lines[].item)")
    assert (found[1], wrong) == ({"ids": "part(p0).lines[].item"}, [])


def test_a_part_takes_literals_and_the_token() -> None:
    found, _ = part("GET /x", "a.get(id=token.sub)", "a.items(limit=20, name=x)")
    assert found == [{"id": "token.sub as parse"}, {"limit": "=20", "name": "=x"}]


def test_a_part_takes_the_body_where_there_is_one() -> None:
    found, _ = part("POST /x", "a.items(name=body.name, limit=body.few)")
    assert found == [{"name": "body.name", "limit": "body.few"}]
    assert part("GET /x", "a.items(name=body.name)")[1] != []


def test_a_part_takes_nothing_by_name_alone() -> None:
    _, wrong = part("GET /x/{id}", "a.get()")
    assert wrong == ['0: nothing gives "id" of "a.get"']


def test_a_part_that_may_be_null_fills_only_what_may_be_left_out() -> None:
    _, wrong = part("GET /x/{id}", "a.get(id=path.id) or null", "a.get(id=p0.owner)")
    assert wrong == ['1: "p0.owner" may be missing, "id" wants uuid, in "a.get"']


def test_a_part_cannot_take_a_later_one_or_its_own() -> None:
    assert part("GET /x", "a.get(id=p1.id)", "a.get(id=token.sub)")[1] != []


# `expect` and `fallback` are about the answer.


def test_expect_names_a_truth_value_of_the_answer() -> None:
    services = "a: {owns: {Doc: {order: uuid, amount: decimal}}, operations: {make: {creates: Doc, calls: [{to: card.authorize, expect: %s}]}}}"
    assert complaints(written(services % "approved", CARD)) == []
    assert complaints(written(services % "code", CARD)) == [
        'a.operations.make.calls[0].expect: "code" of "card.authorize" is text'
    ]
    assert complaints(written(services % "nope", CARD)) == [
        'a.operations.make.calls[0].expect: "nope" of "card.authorize" is no field of its answer'
    ]


@pytest.mark.parametrize(("fallback", "fine"), [("[]", True), ("null", True), ("[{name: x}]", False), ("7", False)])
def test_a_fallback_is_like_the_answer_or_null(fallback: str, fine: bool) -> None:
    blueprint = written(DOCS + f"\nb: {{operations: {{see: {{calls: [{{to: a.items, fallback: {fallback}}}]}}}}}}")
    assert (complaints(blueprint) == []) is fine


def test_a_where_that_is_no_value_of_its_field_is_told() -> None:
    blueprint = written(
        "a: {owns: {Doc: {level: low | high}}, operations: {find: {lists: Doc, where: {level: low | mid}}}}"
    )
    assert complaints(blueprint) == ['a.operations.find.where.level: "mid" is none of low, high, which "level" wants']


@pytest.mark.parametrize("example", ["shop", "healthcare", "online-boutique", "minimal"])
def test_every_value_of_an_example_has_a_source(example: str) -> None:
    blueprint = load_file(blueprints_folder() / example / "blueprint.yaml").blueprint
    assert blueprint is not None
    assert list(problems(blueprint)) == []


def test_the_same_operation_called_twice_goes_by_two_names() -> None:
    blueprint = written(
        "a: {owns: {Doc: {code: text, other: text}}, operations: {"
        "make: {creates: Doc, in: {}, with: {code: look.code, other: c.look.code}, calls: [b.look, c.look]}}}\n"
        "b: {operations: {look: {out: {code: text}}}}\nc: {operations: {look: {out: {code: text}}}}"
    )
    assert fields(blueprint, "a.make") == {"code": "answer(look).code", "other": "answer(c.look).code"}


SCALAR = st.sampled_from(["text", "int", "decimal", "uuid", "bool", "json", "date"]).map(lambda n: Type(Kind.SCALAR, n))
ENUM = st.lists(st.sampled_from("abcd"), min_size=1, unique=True).map(lambda c: Type(Kind.ENUM, choices=tuple(c)))
REF = st.just(Type(Kind.REF, "Order", "b"))
TYPE = st.recursive(SCALAR | ENUM | REF, lambda inner: inner.map(lambda t: Type(Kind.LIST, of=t)), max_leaves=3)


@given(TYPE)
def test_every_type_fits_itself(type_: Type) -> None:
    assert fits(type_, type_, {}, {})


@given(TYPE, TYPE, TYPE)
def test_what_fits_what_fits_a_third_fits_it(first: Type, second: Type, third: Type) -> None:
    if fits(first, second, {}, {}) and fits(second, third, {}, {}):
        assert fits(first, third, {}, {})


def test_an_operation_of_an_unknown_entity_needs_nothing() -> None:
    blueprint = written("a: {operations: {make: {creates: Nothing, emits: [Never], with: {x: y}}}}")
    assert operation(blueprint, "a.make").entity == "Nothing"
    assert [c for c in complaints(blueprint) if "nothing gives" in c] == []
