"""Types and fields as JSON Schema 2020-12: the one place that says how each type looks on the wire."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from svcforge.plan.types import Fact

DECIMAL = r"^-?[0-9]+(\.[0-9]+)?$"
DURATION = r"^[0-9]{1,12}(ms|s|m|h|d)$"

SCALARS: dict[str, Fact] = {
    "text": {"type": "string"},
    "int": {"type": "integer", "format": "int64"},
    "float": {"type": "number", "format": "double"},
    "decimal": {"type": "string", "pattern": DECIMAL},
    "bool": {"type": "boolean"},
    "uuid": {"type": "string", "format": "uuid"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
    "duration": {"type": "string", "pattern": DURATION},
    "email": {"type": "string", "format": "email"},
    "url": {"type": "string", "format": "uri"},
    "json": {},
    "bytes": {"type": "string", "contentEncoding": "base64"},
}
"""blueprint.md, "Types": a decimal is a string, an int has 64 bits, a datetime is RFC 3339 in UTC, bytes are base64."""


def schema_of(type_: Fact) -> Fact:
    """A type's schema; value objects, enumerations, views and records are references into `components`."""
    kind = type_["kind"]
    if kind in ("value", "enum", "entity", "copy", "record"):
        return {"$ref": REF + type_["name"]}
    if kind == "none":
        return {"type": "null"}
    if kind == "list":
        return {"type": "array", "items": schema_of(type_["of"])} | _bounds(type_, "Items")
    if kind == "page":
        return {"$ref": f"{REF}{type_['of']['name']}Page"}
    bounds = _range(type_) if kind in ("int", "float", "decimal") else _bounds(type_, "Length")
    return SCALARS[kind] | bounds


def _bounds(type_: Fact, what: str) -> Fact:
    ends = {f"min{what}": type_["min"], f"max{what}": type_["max"]}
    return {key: int(Decimal(end)) for key, end in ends.items() if end is not None}


def _range(type_: Fact) -> Fact:
    if type_["kind"] == "decimal":
        # A string has no minimum in JSON Schema: told apart as an extension, checked by the service.
        return {f"x-{key}": type_[end] for key, end in _ENDS if type_[end] is not None}
    whole = type_["kind"] == "int"
    return {
        key: int(Decimal(type_[end])) if whole else float(type_[end]) for key, end in _ENDS if type_[end] is not None
    }


_ENDS = (("minimum", "min"), ("maximum", "max"))


def field_schema(field: Fact) -> Fact:
    """A field's schema: null where it may be, its default, whether it is on its way out."""
    schema = schema_of(field["type"])
    if field["optional"] and schema:
        if "$ref" in schema:
            schema = {"anyOf": [schema, {"type": "null"}]}
        else:
            schema = schema | {"type": [schema["type"], "null"]}
    if field["has_default"]:
        schema = schema | {"default": field["default"]}
    if field["deprecated"] is not None:
        schema = schema | {"deprecated": True, "description": field["deprecated"]}
    return schema


def object_schema(fields: Iterable[Fact]) -> Fact:
    """An object with these fields."""
    known = list(fields)
    schema: Fact = {"type": "object", "properties": {f["name"]: field_schema(f) for f in known}}
    required = [f["name"] for f in known if f["required"]]
    return schema | ({"required": required} if required else {})


REF = "#/components/schemas/"


def classes(enums: Iterable[Fact], holders: Iterable[Fact], prefix: str = "") -> dict[str, Fact]:
    """The schemas of enumerations and of classes with fields, under their names behind a prefix."""
    found: dict[str, Fact] = {e["name"]: {"type": "string", "enum": e["values"]} for e in enums}
    found |= {h["name"]: object_schema(h["fields"]) for h in holders}
    return {prefix + name: prefixed(schema, prefix) for name, schema in found.items()} if prefix else found


def prefixed(schema: Fact, prefix: str) -> Fact:
    """The schema with a prefix before the name in every reference."""
    found: Fact = {}
    for key, value in schema.items():
        if key == "$ref" and isinstance(value, str):
            found[key] = REF + prefix + value.removeprefix(REF)
        elif isinstance(value, dict):
            found[key] = prefixed(value, prefix)
        elif isinstance(value, list):
            found[key] = [prefixed(v, prefix) if isinstance(v, dict) else v for v in value]
        else:
            found[key] = value
    return found


def reachable(schemas: dict[str, Fact], roots: Iterable[Fact]) -> dict[str, Fact]:
    """The schemas that some schemas refer to, directly or through each other, sorted by name."""
    found: dict[str, Fact] = {}
    waiting: list[Any] = list(roots)
    while waiting:
        node = waiting.pop()
        if isinstance(node, dict):
            name = str(node.get("$ref", "")).removeprefix(REF)
            if name in schemas and name not in found:
                found[name] = schemas[name]
                waiting.append(schemas[name])
            waiting.extend(node.values())
        elif isinstance(node, list):
            waiting.extend(node)
    return dict(sorted(found.items()))
