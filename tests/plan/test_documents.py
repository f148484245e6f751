"""The contracts: OpenAPI and AsyncAPI documents, made once for every stack."""

from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator
from tests.model.written import written
from tests.plan.planned import example, named, service

from svcforge.model.blueprint import Blueprint
from svcforge.plan.types import NO_TYPE

EXAMPLES = [
    (name, part)
    for name in ("shop", "healthcare", "online-boutique", "minimal")
    for part in (*example(name).services, *example(name).bffs)
]


def documents(blueprint: Blueprint, name: str) -> tuple[Any, Any]:
    facts = service(blueprint, name)
    return facts["openapi"], facts["asyncapi"]


@pytest.mark.parametrize(("system", "name"), EXAMPLES)
def test_an_openapi_document_is_valid(system: str, name: str) -> None:
    openapi, _ = documents(example(system), name)
    if openapi is not None:
        assert [error.message for error in OpenAPIV31SpecValidator(openapi).iter_errors()] == []


def schema_errors(document: Any, name: str, value: Any) -> list[str]:
    """What is wrong with a value by a schema of a document, formats included."""
    root = {"$ref": f"#/components/schemas/{name}", "components": document["components"]}
    checked = Draft202012Validator(root, format_checker=Draft202012Validator.FORMAT_CHECKER)
    return [error.message for error in checked.iter_errors(value)]


@pytest.mark.parametrize(("system", "name"), EXAMPLES)
def test_the_examples_of_the_facts_are_what_the_document_says(system: str, name: str) -> None:
    facts = service(example(system), name)
    for operation in facts["operations"]:
        body, invalid = operation["example"]["body"], operation["example"]["invalid"]
        if body is None or not (operation["http"] or operation["internal"]):
            continue
        assert schema_errors(facts["openapi"], operation["class"], body) == []
        if invalid is not None:
            [changed] = [n for n in body if n not in invalid or body[n] != invalid[n]]
            decimal = named(operation["inputs"], changed)["type"]["kind"] == "decimal"
            # That a decimal is within its bounds is nothing that JSON Schema can say of a string.
            assert bool(schema_errors(facts["openapi"], operation["class"], invalid)) is not decimal


@pytest.mark.parametrize(("system", "name"), EXAMPLES)
def test_every_reference_of_an_asyncapi_document_leads_somewhere(system: str, name: str) -> None:
    _, asyncapi = documents(example(system), name)
    for reference in references(asyncapi):
        found = asyncapi
        for step in reference.removeprefix("#/").split("/"):
            found = found[step]


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if isinstance(node.get("$ref"), str) else []
        return own + [r for value in node.values() for r in references(value)]
    return [r for value in node for r in references(value)] if isinstance(node, list) else []


def test_an_event_s_example_is_what_its_schema_says() -> None:
    facts = service(example("shop"), "orders")
    for event in facts["events"]:
        assert schema_errors(facts["asyncapi"], event["class"], event["example"]) == []


def test_an_internal_operation_is_marked() -> None:
    openapi, _ = documents(example("shop"), "inventory")
    post = openapi["paths"]["/internal/reserve_items"]["post"]
    assert (post["x-internal"], post["x-callers"], post["security"]) == (True, ["orders"], [{"token": []}])


def test_a_public_operation_wants_no_token_and_one_with_scopes_names_them() -> None:
    openapi, _ = documents(example("shop"), "catalog")
    assert openapi["paths"]["/v1/products"]["get"]["security"] == []
    assert openapi["paths"]["/v1/products"]["post"]["x-scopes"] == ["catalog:write"]


def test_what_is_idempotent_by_key_wants_one() -> None:
    openapi, _ = documents(example("shop"), "orders")
    header = openapi["paths"]["/v1/orders"]["post"]["parameters"][0]
    assert (header["name"], header["in"], header["required"]) == ("Idempotency-Key", "header", True)


def test_a_page_has_items_and_the_cursor_of_the_next() -> None:
    openapi, _ = documents(example("shop"), "orders")
    page = openapi["components"]["schemas"]["OrderPage"]
    assert (list(page["properties"]), page["required"]) == (["items", "next"], ["items", "next"])


def test_a_long_running_operation_says_where_its_job_is() -> None:
    openapi, _ = documents(
        written(
            "a: {operations: {crunch: {http: POST /crunch, public: demo, long_running: true, in: {n: int}, out: int}}}"
        ),
        "a",
    )
    assert list(openapi["paths"]) == ["/v1/crunch", "/v1/crunch/jobs/{job}"]
    assert next(iter(openapi["paths"]["/v1/crunch"]["post"]["responses"])) == "202"
    assert [error.message for error in OpenAPIV31SpecValidator(openapi).iter_errors()] == []


def test_a_signed_webhook_says_so() -> None:
    more = "externals: {stripe: {operations: {}}}\n"
    blueprint = written("a: {operations: {hook: {http: POST /hook, signed: stripe, in: {x: text}}}}", more)
    openapi, _ = documents(blueprint, "a")
    [header] = openapi["paths"]["/v1/hook"]["post"]["parameters"]
    assert header["name"] == "X-Signature"


def test_a_class_of_an_operation_that_is_called_like_an_entity_has_another_name() -> None:
    blueprint = written(
        "a: {owns: {Order: {n: int}}, operations: {order: {http: POST /o, creates: Order, public: demo}}}"
    )
    openapi, _ = documents(blueprint, "a")
    assert list(openapi["components"]["schemas"]) == ["Order", "OrderRequest", "Problem"]


def test_two_services_classes_of_one_name_are_told_apart_in_a_bff() -> None:
    blueprint = written(
        "a: {owns: {Doc: {x: int}}, operations: {get: {http: 'GET /a/{id}', reads: Doc, public: demo}}}\n"
        "b: {owns: {Doc: {y: int}}, operations: {get: {http: 'GET /b/{id}', reads: Doc, public: demo}}}",
        "bffs: {web: {endpoints: {'GET /both/{id}': {one: a.get(id=path.id), two: b.get(id=path.id) or null}}}}\n",
    )
    openapi, _ = documents(blueprint, "web")
    answer = openapi["paths"]["/v1/both/{id}"]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    assert answer["properties"]["one"] == {"$ref": "#/components/schemas/ADoc"}
    assert answer["properties"]["two"] == {"anyOf": [{"$ref": "#/components/schemas/BDoc"}, {"type": "null"}]}
    assert list(answer["properties"]) == ["one", "two", "degraded"]


def test_a_copy_s_values_are_in_the_contract_of_who_keeps_it() -> None:
    blueprint = written(
        "a: {values: {Line: {item: uuid}}, events: {Made: {order: uuid, lines: [Line]}}}\n"
        "b: {copies: {Bought: {a.Made: {}}}, operations: {get: {http: 'GET /x/{order}', reads: Bought, public: demo}}}"
    )
    openapi, asyncapi = documents(blueprint, "b")
    assert list(openapi["components"]["schemas"]) == ["Bought", "Line", "Problem"]
    assert list(asyncapi["components"]["schemas"]) == ["ALine", "AMade"]


@pytest.mark.parametrize(
    ("type_", "expected"),
    [
        ({"kind": "decimal", "min": "0"}, {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$", "x-minimum": "0"}),
        ({"kind": "int", "min": "1", "max": "9"}, {"type": "integer", "format": "int64", "minimum": 1, "maximum": 9}),
        ({"kind": "datetime"}, {"type": "string", "format": "date-time"}),
        ({"kind": "bytes", "max": "9"}, {"type": "string", "contentEncoding": "base64", "maxLength": 9}),
        ({"kind": "duration"}, {"type": "string", "pattern": "^[0-9]{1,12}(ms|s|m|h|d)$"}),
        ({"kind": "text", "min": "3", "max": "3"}, {"type": "string", "minLength": 3, "maxLength": 3}),
        ({"kind": "json"}, {}),
    ],
)
def test_how_types_look_on_the_wire(type_: dict[str, Any], expected: dict[str, Any]) -> None:
    from svcforge.plan.jsonschema import schema_of

    assert schema_of(NO_TYPE | type_) == expected
