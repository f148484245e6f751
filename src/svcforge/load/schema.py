"""The JSON Schema of the language, made from the document, for editors to complete from."""

from __future__ import annotations

from typing import Any

from svcforge.load.document import BlueprintDoc


def json_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of a blueprint."""
    found = BlueprintDoc.model_json_schema(by_alias=True)
    schema: dict[str, Any] = _plain(found)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": "svcforge blueprint", **schema}


def _plain(node: Any) -> Any:
    """Without the titles that pydantic makes of names, and without null as a value: an unset key is left out."""
    if isinstance(node, list):
        return [_plain(item) for item in node]
    if not isinstance(node, dict):
        return node
    options = [option for option in node.get("anyOf", ()) if option != {"type": "null"}]
    if len(options) == 1 and len(node["anyOf"]) == 2:
        rest = {key: value for key, value in node.items() if key not in ("anyOf", "default", "title")}
        return _plain({**options[0], **rest})
    return {
        key: _properties(value) if key in ("properties", "$defs") else _plain(value)
        for key, value in node.items()
        if not (key == "title" and isinstance(value, str)) and not (key == "default" and value in (None, {}, []))
    }


def _properties(found: dict[str, Any]) -> dict[str, Any]:
    return {key: _plain(value) for key, value in found.items()}
