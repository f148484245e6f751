"""SF201, SF202, SF203: who uses which database."""

from __future__ import annotations

import pytest
from tests.lint.judging import findings, messages, places, system

ACROSS = {"a": "one", "b": "two"}


def stores(**declared: str) -> str:
    return f"stores: {{{', '.join(f'{name}: {{{body}}}' for name, body in declared.items())}}}\n"


def both_use(first: str, second: str, declared: str, contexts: dict[str, str] | None = None) -> str:
    return system({"a": f"{{uses: [{first}]}}", "b": f"{{uses: [{second}]}}"}, declared, contexts)


def test_one_store_used_from_two_contexts_is_an_error() -> None:
    text = both_use("crm", "crm", stores(crm="engine: mysql"), ACROSS)
    assert messages(text, "SF201") == ['error "a" and "b" share the database "crm" across the contexts "one" and "two"']


def test_one_store_used_inside_one_context_is_a_warning() -> None:
    text = both_use("crm", "crm", stores(crm="engine: mysql"))
    assert messages(text, "SF201") == ['warning "a" and "b" share the database "crm" inside the context "c"']


@pytest.mark.parametrize(
    ("first", "second", "shared", "server"),
    [
        ("server: s1, schema: x", "server: s1, schema: x", 1, 0),
        ("server: s1, schema: x", "server: s1, schema: y", 0, 1),
        ("server: s1, schema: x", "server: s2, schema: x", 0, 0),
        ("server: s1", "server: s1, schema: y", 1, 0),
        ("server: s1", "server: s1", 1, 0),
        ("schema: x", "schema: x", 0, 0),
        ("engine: redis", "engine: redis", 0, 0),
    ],
)
def test_two_stores_are_one_database_when_server_and_schema_are_equal(
    first: str, second: str, shared: int, server: int
) -> None:
    text = both_use("p", "q", stores(p=first, q=second), ACROSS)
    assert (len(findings(text, "SF201")), len(findings(text, "SF202"))) == (shared, server)


def test_the_services_that_share_are_all_named_and_placed() -> None:
    services = dict.fromkeys("abc", "{uses: [crm]}")
    [finding] = findings(system(services, stores(crm="server: s1, schema: x")), "SF201")
    assert (
        finding.message == '"a", "b" and "c" share the database "crm" (server "s1", schema "x") inside the context "c"'
    )
    assert [r.message for r in finding.related] == ["b uses it as crm", "c uses it as crm"]


def test_one_service_with_two_schemas_on_a_server_shares_nothing() -> None:
    text = system({"a": "{uses: [p, q]}"}, stores(p="server: s1, schema: x", q="server: s1, schema: y"))
    assert messages(text, "SF201") + messages(text, "SF202") == []


def test_engines_of_their_own_are_not_shared() -> None:
    assert messages(system({"a": "{store: postgres}", "b": "{store: postgres}"}), "SF201") == []


def test_a_shared_server_is_information() -> None:
    text = both_use("p", "q", stores(p="server: s1, schema: x", q="server: s1, schema: y"))
    assert messages(text, "SF202") == ['info "a" and "b" have schemas of their own on one server "s1"']


def test_another_services_table_is_foreign_and_the_own_is_not() -> None:
    text = system({"a": "{uses: [b.Thing]}", "b": "{owns: {Thing: {x: int}}, uses: [b.Thing]}"})
    assert messages(text, "SF203") == ['error "a" reaches into "b.Thing", which belongs to "b"']
    assert places(text, "SF203") == ["contexts.c.services.a.uses[0]"]


def test_a_store_that_another_service_calls_its_own_is_foreign() -> None:
    text = system({"a": "{store: crm}", "b": "{uses: [crm]}"}, stores(crm="engine: mysql"))
    assert messages(text, "SF203") == ['error "b" reaches into "crm", which belongs to "a"']


def test_a_library_is_no_database() -> None:
    text = system({"a": "{uses: [common]}", "b": "{uses: [common]}"}, "libraries: {common: util}\n")
    assert messages(text, "SF201") + messages(text, "SF203") == []
