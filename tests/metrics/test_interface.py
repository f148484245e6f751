"""SIDC and LoMC: how alike a service's operations are, by hand and against the definition."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.metrics.small import blueprint_of

from svcforge.lint.context import Indexes
from svcforge.metrics.interface import Alike, alike


def of(**operations: str) -> dict[str, Alike]:
    """The figures of a service `s` with such operations, each open at its own path."""
    bodies = (f"{name}: {{http: POST /{name}, public: all, {body}}}" for name, body in operations.items())
    return dict(alike(Indexes(blueprint_of(f"s: {{operations: {{{', '.join(bodies)}}}}}"))))


def test_both_by_hand() -> None:
    found = of(
        find="in: {item: uuid, size: int}, out: {name: text}",
        show="in: {item: uuid}, out: {name: text}",
        note="in: {remark: text}",
    )
    # uuid is taken twice, of uuid, int and text
    # find and show: (1 - (1/2 + 1) / 2); note is like neither: (1/4 + 1 + 1) / 3
    assert found == {"s": Alike(1 / 3, 3 / 4)}


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("in: {x: text}", "in: {x: text}", Alike(1, 0)),
        ("in: {x: text 1..9}", "in: {x: optional text}", Alike(1, 0)),
        ("in: {x: text}", "in: {y: text}", Alike(1, 0.5)),
        ("in: {x: text}", "in: {x: int}", Alike(0, 0)),
        ("in: {x: [text]}", "in: {x: text}", Alike(0, 0)),
        ("in: {x: text}", "in: {}", Alike(0, 0.5)),
        ("in: {}", "in: {}", Alike(None, 0)),
        ("in: {}", "out: {x: text}", Alike(None, 0.5)),
        ("out: {x: text}", "out: {x: int}", Alike(None, 0.5)),
    ],
)
def test_inputs_are_alike_by_name_and_by_type_and_answers_by_type(first: str, second: str, expected: Alike) -> None:
    assert of(a=first, b=second) == {"s": expected}


def test_what_the_verbs_take_and_answer_counts() -> None:
    operations = "get: {http: 'GET /notes/{id}', reads: Note, public: all}, drop: {http: 'DELETE /notes/{id}', deletes: Note, public: all}"
    found = alike(Indexes(blueprint_of(f"s: {{owns: {{Note: {{text: text}}}}, operations: {{{operations}}}}}")))
    assert found == {"s": Alike(1, 0.5)}


def test_what_nobody_else_may_ask_for_is_no_part_of_the_interface() -> None:
    services = "s: {operations: {a: {http: GET /a, public: all}, b: {in: {x: text}}, c: {}}}\n"
    assert alike(Indexes(blueprint_of(services))) == {}
    assert alike(Indexes(blueprint_of(f"{services}t: {{calls: [s.c]}}"))) == {"s": Alike(None, 0)}


inputs = st.dictionaries(st.sampled_from("abcd"), st.sampled_from(["text", "int", "uuid"]), max_size=3)
answers = st.sampled_from(["", "out: {r: text}", "out: {r: int}"])


@settings(deadline=None)
@given(st.lists(st.tuples(inputs, answers), min_size=2, max_size=6))
def test_it_is_what_comparing_each_with_each_gives(taken: list[tuple[dict[str, str], str]]) -> None:
    found = of(
        **{
            f"op{i}": f"in: {{{', '.join(f'{name}: {type_}' for name, type_ in fields.items())}}}, {out}"
            for i, (fields, out) in enumerate(taken)
        }
    )["s"]
    lacking = [
        1 - ((len(a.keys() & b.keys()) / len(a.keys() | b.keys()) if a or b else 1) + (x == y)) / 2
        for (a, x), (b, y) in combinations(taken, 2)
    ]
    assert found.lomc == pytest.approx(sum(lacking) / len(lacking))
    types = [set(fields.values()) for fields, _ in taken]
    common = set().union(*(a & b for a, b in combinations(types, 2)))
    everything = set().union(*types)
    assert found.sidc == (len(common) / len(everything) if everything else None)
