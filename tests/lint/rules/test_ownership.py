"""SF204 to SF208: whose data it is, what is shared as code, committed together, unused, or joined."""

from __future__ import annotations

import pytest
from tests.lint.judging import findings, messages, places, system

ORDER = "{owns: {Order: {x: int}}}"


def test_two_owners_of_one_entity_in_one_context_are_an_error() -> None:
    text = system({"a": ORDER, "b": ORDER})
    assert messages(text, "SF204") == ['error "a" and "b" both own "Order" in the context "c"']
    assert places(text, "SF204") == ["contexts.c.services.b.owns.Order"]


def test_in_two_contexts_a_word_may_mean_two_things() -> None:
    assert messages(system({"a": ORDER, "b": ORDER}, contexts={"a": "one", "b": "two"}), "SF204") == []


@pytest.mark.parametrize(
    ("publisher", "found"),
    [("", 1), ("has: []", 0), ("owns: {T: {x: int}}", 0), ("store: mysql", 0), ("copies: {U: {o.F: {}}}", 0)],
)
def test_a_copy_of_what_nobody_keeps_is_a_warning(publisher: str, found: int) -> None:
    more = f", {publisher}" if publisher else ""
    text = system(
        {
            "a": f"{{events: {{E: {{x: uuid}}}}{more}}}",
            "b": "{copies: {T: {a.E: {}}}}",
            "o": "{owns: {O: {x: int}}, events: {F: {x: uuid}}}",
        }
    )
    expected = ['warning "T" of "b" copies what nobody owns: "a" keeps no data'] * found
    assert messages(text, "SF204") == expected


def library(kind: str, contexts: dict[str, str] | None = None) -> str:
    return system({"a": "{uses: [common]}", "b": "{uses: [common]}"}, f"libraries: {{common: {kind}}}\n", contexts)


ACROSS = {"a": "one", "b": "two"}


@pytest.mark.parametrize("kind", ["domain", "entities", "model"])
def test_a_model_that_contexts_share_is_a_warning_and_inside_one_it_is_none(kind: str) -> None:
    assert messages(library(kind, ACROSS), "SF205") == [
        f'warning the library "common" of kind "{kind}" is shared by the contexts "one" and "two"'
    ]
    assert messages(library(kind), "SF205") == []


@pytest.mark.parametrize("kind", ["sdk", "util", "contract"])
def test_technical_libraries_and_contracts_may_be_shared(kind: str) -> None:
    assert messages(library(kind, ACROSS), "SF205") == []


def saga(transaction: str, steps: str, body: str = "") -> str:
    services = {"a": f"{{operations: {{go: {{}}, own: {{}}}}{body}}}", "b": "{operations: {do_it: {}}}"}
    stores = "stores: {p: {engine: mysql}, q: {engine: mysql}}\n"
    return system(services, stores) + f"sagas: {{s: {{starts: a.go, {transaction}steps: [{steps}]}}}}\n"


@pytest.mark.parametrize("kind", ["2pc", "xa", "tcc"])
def test_a_transaction_over_services_is_an_error(kind: str) -> None:
    text = saga(f"transaction: {kind}, ", "b.do_it")
    assert messages(text, "SF206") == [f'error "s" is a {kind} transaction over "a" and "b"']
    assert places(text, "SF206") == ["sagas.s.transaction"]


def test_a_saga_without_one_and_one_inside_a_service_are_fine_and_two_databases_are_not() -> None:
    assert messages(saga("", "b.do_it"), "SF206") == []
    assert messages(saga("transaction: xa, ", "a.own"), "SF206") == []
    assert messages(saga("transaction: xa, ", "a.own", ", uses: [p]"), "SF206") == []
    assert messages(saga("transaction: xa, ", "a.own", ", uses: [p, q]"), "SF206") == [
        'error "s" is a xa transaction over the databases "p" and "q" of "a"'
    ]


def test_a_store_is_used_by_whoever_names_it() -> None:
    stores = "stores: {p: {engine: mysql}, q: {engine: mysql}, r: {engine: mysql}}\n"
    text = system({"a": "{store: p}", "b": "{role: infra, uses: [q]}"}, stores)
    assert messages(text, "SF207") == ['warning nobody uses the store "r"']


def query(callees: int, body: str, owns: str = "") -> str:
    calls = ", ".join(f"s{i}.look" for i in range(callees))
    services = {f"s{i}": "{operations: {look: {read_only: true}}}" for i in range(callees)}
    return system({"a": f"{{{owns}operations: {{ask: {{{body}, calls: [{calls}]}}}}}}", **services})


@pytest.mark.parametrize(
    ("callees", "body", "owns", "found"),
    [
        (4, "read_only: true", "", 0),
        (5, "read_only: true", "", 1),
        (5, "http: GET /x", "", 1),
        (5, "http: POST /x", "", 0),
        (4, "reads: T", "owns: {T: {x: int}}, ", 1),
        (3, "lists: T", "owns: {T: {x: int}}, ", 0),
        (5, "updates: T", "owns: {T: {x: int}}, ", 0),
    ],
)
def test_a_query_may_need_four_owners(callees: int, body: str, owns: str, found: int) -> None:
    assert len(findings(query(callees, body, owns), "SF208")) == found


def test_how_many_owners_is_an_option() -> None:
    text = query(2, "read_only: true").replace("contexts:", "lint: {options: {SF208: {max_owners: 1}}}\ncontexts:")
    assert messages(text, "SF208") == ['warning "a.ask" joins the data of 2 services, more than 1: "s0" and "s1"']


def page(*parts: str) -> str:
    services = {f"s{i}": "{operations: {look: {in: {k: optional uuid}, out: {k: uuid}}}}" for i in range(6)}
    written = "".join(f"        {part}\n" for part in parts)
    return system(services) + f"bffs:\n  web:\n    endpoints:\n      GET /page:\n{written}"


def test_parts_that_take_values_from_each_other_are_a_join() -> None:
    text = page("p0: s0.look()", *(f"p{i}: s{i}.look(k=p{i - 1}.k)" for i in range(1, 5)))
    assert messages(text, "SF208") == [
        'warning "GET /page of web" joins the data of 5 services, more than 4: "s0", "s1", "s2", "s3" and "s4"'
    ]


def test_parts_that_stand_side_by_side_are_none() -> None:
    assert messages(page(*(f"p{i}: s{i}.look()" for i in range(6))), "SF208") == []
    two_joins = [f"p{i}: s{i}.look({'' if i % 3 == 0 else f'k=p{i - 1}.k'})" for i in range(6)]
    assert messages(page(*two_joins), "SF208") == []


def test_parts_that_a_later_one_brings_together_are_one_join() -> None:
    parts = ["p0: s0.look()", "p1: s1.look(k=p0.k)", "p2: s2.look()", "p3: s3.look(k=p2.k)", "p4: s4.look(k=p1.k)"]
    assert messages(page(*parts), "SF208") == []
    services = page(*parts[:4]).replace(
        "s5: {operations: {look: {in: {k: optional uuid}",
        "s5: {operations: {look: {in: {k: optional uuid, l: optional uuid}",
    )
    assert len(findings(services + "        p5: s5.look(k=p1.k, l=p3.k)\n", "SF208")) == 1
