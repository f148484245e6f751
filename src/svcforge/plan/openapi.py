"""A service's contract as an OpenAPI 3.1 document; the same for every stack."""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.plan.jsonschema import REF, classes, field_schema, object_schema, prefixed, reachable, schema_of
from svcforge.plan.naming import title
from svcforge.plan.types import Fact

PROBLEM = "application/problem+json"
JSON = "application/json"

PROBLEMS = {
    400: "The request cannot be understood, or a header that it needs is missing.",
    401: "No token, or one that is not accepted.",
    403: "The token does not allow this.",
    404: "There is no such thing, or not for this caller.",
    405: "The path has no such method.",
    409: "What is there now does not allow this.",
    413: "The body is too large.",
    422: "The request is understood and not right; `errors` says where.",
    500: "The service failed.",
    501: "The logic of this operation is not written yet.",
    503: "The service, or one that it needs, cannot answer now.",
}
"""What the problems of RFC 9457 mean here, by status."""


def openapi(service: Fact) -> Fact:
    """The document: paths with the API version in them, internal operations marked `x-internal`."""
    paths: Fact = {}
    bodies: Fact = {}
    pages: Fact = {}
    for operation in service["operations"]:
        for path, method, item in _operation(operation, bodies, pages):
            paths.setdefault(path, {})[method] = item
    for endpoint in service["endpoints"]:
        http = endpoint["http"]
        paths.setdefault(http["path"], {})[http["method"].lower()] = _endpoint(service, endpoint, bodies)
    problems = {str(status): _problem_response(text) for status, text in PROBLEMS.items()}
    schemas = _schemas(service) | bodies | pages | {"Problem": _problem()}
    document: Fact = {
        "openapi": "3.1.0",
        "info": {"title": service["title"], "version": service["api_version"]},
        "paths": dict(sorted(paths.items())),
        "components": {"schemas": reachable(schemas, _roots(paths)), "responses": problems},
    }
    if service["about"]:
        document["info"]["description"] = service["about"]
    if service["auth"]:
        document["components"]["securitySchemes"] = {"token": _bearer("A user's token, or a service's.")}
    return document


def _roots(paths: Fact) -> Iterator[Fact]:
    """Every schema that stands in a path, without walking through all that stands around them."""
    yield {"$ref": f"{REF}Problem"}
    for item in (item for methods in paths.values() for item in methods.values()):
        yield from (parameter["schema"] for parameter in item.get("parameters", ()))
        bodies = [item["requestBody"]] if "requestBody" in item else []
        for body in (*bodies, *(r for r in item["responses"].values() if "content" in r)):
            yield body["content"][JSON]["schema"]


def _schemas(service: Fact) -> dict[str, Fact]:
    """Every class that the contract may name: the service's own, those its copies hold, and those a BFF answers with."""
    found: dict[str, Fact] = {}
    for publisher in service["publishers"]:
        found |= classes(publisher["enums"], publisher["values"])
    found |= classes(service["enums"], (*service["values"], *service["views"], *service["records"]))
    for other in service["dependencies"] if service["endpoints"] else ():
        found |= classes(other["enums"], (*other["values"], *other["views"], *other["records"]), other["class"])
    return found


def _operation(operation: Fact, bodies: Fact, pages: Fact) -> Iterator[tuple[str, str, Fact]]:
    answer = operation["answer"]
    if answer["kind"] == "page":
        pages[f"{answer['of']['name']}Page"] = _page(answer)
    for reached, internal in ((operation["http"], False), (operation["internal"], True)):
        if reached is not None:
            method = "post" if internal else reached["method"].lower()
            yield reached["path"], method, _described(operation, reached, bodies, internal=internal)
    http = operation["http"]
    if http is not None and operation["long_running"]:
        yield f"{http['path']}/jobs/{{job}}", "get", _job(operation)


def _described(operation: Fact, reached: Fact, bodies: Fact, *, internal: bool) -> Fact:
    item: Fact = {"operationId": operation["name"], "summary": operation["about"] or title(operation["name"])}
    if operation["entity"]:
        item["tags"] = [operation["entity"]]
    asked = [i for i in operation["inputs"] if i["source"] is None]
    parameters = [_parameter(i, operation) for i in asked if i["in"] in ("path", "query")]
    parameters += _headers(operation)
    if parameters:
        item["parameters"] = parameters
    if body := [i for i in asked if i["in"] == "body"]:
        bodies[operation["class"]] = object_schema(body)
        item["requestBody"] = _body(operation["class"], required=any(i["required"] for i in body))
    item["responses"] = _responses(operation, reached, has_body=bool(body))
    item |= _security(operation["access"])
    if internal:
        item["x-internal"] = True
        item["x-callers"] = operation["internal"]["callers"]
    return item


def _parameter(item: Fact, operation: Fact) -> Fact:
    schema = field_schema(item | {"optional": False})
    if item["name"] == "limit" and item["meaning"] == "limit":
        description = "How many at most."
    elif item["meaning"] == "cursor":
        description = "Where the page before ended: its `next`."
    else:
        description = ""
    found: Fact = {"name": item["name"], "in": item["in"], "required": item["required"], "schema": schema}
    if item["type"]["kind"] == "list":
        found |= {"style": "form", "explode": True}
    return found | ({"description": description} if description else {})


def _headers(operation: Fact) -> Iterator[Fact]:
    key = operation["idempotent"] and operation["idempotent"]["by"] == "key"
    if key or (operation["internal"] and operation["accepts_key"]):
        yield {
            "name": "Idempotency-Key",
            "in": "header",
            "required": bool(key),
            "description": "A repeat with the same key is answered as the first one was.",
            "schema": {"type": "string", "minLength": 1, "maxLength": 255},
        }
    if operation["access"]["kind"] == "signed":
        yield {
            "name": "X-Signature",
            "in": "header",
            "required": True,
            "description": "sha256=<hex>: the HMAC of the raw body.",
            "schema": {"type": "string", "pattern": "^sha256=[0-9a-f]{64}$"},
        }


def _body(name: str, *, required: bool) -> Fact:
    return {"required": required, "content": {JSON: {"schema": {"$ref": REF + name}}}}


def _responses(operation: Fact, reached: Fact, *, has_body: bool) -> Fact:
    answer = operation["answer"]
    good: Fact = {"description": "Done."}
    if operation["long_running"]:
        good = {
            "description": "Begun.",
            "headers": {"Location": {"description": "Where its state is asked for.", "schema": {"type": "string"}}},
        }
    elif answer["kind"] != "none":
        good = {"description": "The answer.", "content": {JSON: {"schema": schema_of(answer)}}}
    found: Fact = {str(reached["status"]): good}
    if reached.get("replaced_status"):
        found = {str(reached["replaced_status"]): good, **found}
    return found | {str(s): {"$ref": f"#/components/responses/{s}"} for s in sorted(_statuses(operation, has_body))}


def _statuses(operation: Fact, has_body: bool) -> set[int]:
    """The problems that an operation may answer with."""
    found = {500, 503}
    if operation["access"]["kind"] in ("token", "scopes", "service", "signed"):
        found |= {401, 403}
    if operation["inputs"]:
        found.add(422)
    if has_body:
        found |= {400, 413}
    if operation["key"]:
        found.add(404)
    if operation["refuses"] or operation["rule"] or operation["unique"] or operation["accepts_key"]:
        found.add(409)
    if operation["logic"]:
        found.add(501)
    refusals = (call["otherwise"]["status"] for call in operation["calls"] if call["otherwise"])
    return found | {status for status in refusals if status in PROBLEMS}


def _security(access: Fact) -> Fact:
    if access["kind"] in ("token", "scopes", "service"):
        found: Fact = {"security": [{"token": []}]}
        return found | ({"x-scopes": access["scopes"]} if access["scopes"] else {})
    return {"security": []}


def _job(operation: Fact) -> Fact:
    schema = {
        "type": "object",
        "properties": {
            "state": {"type": "string", "enum": ["running", "done", "failed"]},
            "answer": schema_of(operation["answer"]) if operation["answer"]["kind"] != "none" else {},
        },
        "required": ["state"],
    }
    return {
        "operationId": f"{operation['name']}_job",
        "summary": f"How far {title(operation['name']).lower()} is",
        "parameters": [{"name": "job", "in": "path", "required": True, "schema": {"type": "string", "format": "uuid"}}],
        "responses": {
            "200": {"description": "Its state.", "content": {JSON: {"schema": schema}}},
            "404": {"$ref": "#/components/responses/404"},
        },
        **_security(operation["access"]),
    }


def _endpoint(service: Fact, endpoint: Fact, bodies: Fact) -> Fact:
    """An endpoint that gathers: each part by its name, and the names of those that failed."""
    body = [i for i in endpoint["inputs"] if i["in"] == "body"]
    parameters = [_parameter(i, endpoint) for i in endpoint["inputs"] if i["in"] in ("path", "query")]
    for given in parameters:
        asked = next(i for i in endpoint["inputs"] if (i["name"], i["in"]) == (given["name"], given["in"]))
        given["schema"] = _homed(service, asked["type"], given["schema"])
    properties: Fact = {}
    for part in endpoint["parts"]:
        schema = _named(service, part)
        if part["fallback"] is not None and part["fallback"]["value"] is None:
            schema = {"anyOf": [schema, {"type": "null"}]}
        properties[part["name"]] = schema
    properties["degraded"] = {"type": "array", "items": {"type": "string"}}
    answer = {"type": "object", "properties": properties, "required": list(properties)}
    item: Fact = {"operationId": endpoint["name"], "summary": title(endpoint["name"])}
    if parameters:
        item["parameters"] = parameters
    if body:
        schema = object_schema(body)
        for i in body:
            schema["properties"][i["name"]] = _homed(service, i["type"], schema["properties"][i["name"]])
        bodies[endpoint["class"]] = schema
        item["requestBody"] = _body(endpoint["class"], required=any(i["required"] for i in body))
    statuses = {500, 503} | ({422} if endpoint["inputs"] else set())
    statuses |= {401, 403} if endpoint["access"]["kind"] != "public" else set()
    good = {"description": "The parts.", "content": {JSON: {"schema": answer}}}
    item["responses"] = {"200": good} | {str(s): {"$ref": f"#/components/responses/{s}"} for s in sorted(statuses)}
    return item | _security(endpoint["access"])


def _named(service: Fact, part: Fact) -> Fact:
    """A part's schema."""
    dependency = next(d for d in service["dependencies"] if d["name"] == part["dependency"])
    return prefixed(schema_of(part["answer"]), dependency["class"])


def _homed(service: Fact, type_: Fact, schema: Fact) -> Fact:
    """The schema of an input; classes of other services carry that service's name, since two may have one name."""
    while type_["of"]:
        type_ = type_["of"]
    homes = [d["class"] for d in service["dependencies"] if d["name"] == type_["service"]]
    return prefixed(schema, homes[0]) if homes else schema


def _page(answer: Fact) -> Fact:
    properties = {
        "items": {"type": "array", "items": schema_of(answer["of"])},
        "next": {"type": ["string", "null"], "description": "The cursor of the next page; null on the last one."},
    }
    return {"type": "object", "properties": properties, "required": ["items", "next"]}


def _problem() -> Fact:
    error = {
        "type": "object",
        "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
        "required": ["pointer", "detail"],
    }
    return {
        "type": "object",
        "description": "RFC 9457",
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string"},
            "errors": {"type": "array", "items": error},
        },
        "required": ["type", "title", "status"],
    }


def _problem_response(text: str) -> Fact:
    return {"description": text, "content": {PROBLEM: {"schema": {"$ref": f"{REF}Problem"}}}}


def _bearer(text: str) -> Fact:
    return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT", "description": text}
