"""What the schema refuses, as findings: pydantic's errors with our words, our paths and the nearest known key."""

from __future__ import annotations

from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError

from svcforge.load.shape import kind_of
from svcforge.load.words import choices, nearest
from svcforge.source.finding import Finding, Path, Related, Severity
from svcforge.source.tree import key_span_of, span_of, value_at


def finding(
    code: str, name: str, message: str, hint: str | None, root: Any, path: Path, *, at_key: bool = False,
    related: tuple[Related, ...] = (),
) -> Finding:  # fmt: skip
    """An error at a path of the tree; `at_key` points at the key itself rather than at its value."""
    span = key_span_of(root, path) if at_key else span_of(root, path)
    return Finding(code, name, Severity.ERROR, message, hint, path, span, related)


def schema_findings(error: ValidationError, root: Any, model: type[BaseModel]) -> Iterator[Finding]:
    """A finding (SF011) for each error of the schema."""
    for item in error.errors(include_url=False, include_input=False):
        loc = item["loc"]
        path = real_path(root, loc)
        kind = item["type"]
        if kind == "svcforge":
            context = item.get("ctx", {})
            yield finding("SF011", "schema", context["message"], context["hint"] or None, root, path)
        elif kind == "extra_forbidden":
            yield _unknown_key(root, path, model)
        elif kind == "missing":
            key = str(loc[-1])
            where = f'"{path[-1]}"' if path else "the blueprint"
            yield finding("SF011", "schema", f'{where} lacks "{key}"', f'add "{key}: ..."', root, path, at_key=True)
        else:
            yield _wrong_shape(root, path, kind, item.get("ctx", {}))


def _unknown_key(root: Any, path: Path, model: type[BaseModel]) -> Finding:
    key = str(path[-1])
    known = sorted({name for found in _models_at(model, path[:-1]) for name in _keys(found)})
    close = nearest(key, known)
    if key in known and "versions" in value_at(root, path[:-1]):
        hint = "each version says it for itself: move it into them"
    else:
        hint = f'did you mean "{close}"?' if close else f"the keys here are {choices(known)}"
    return finding("SF011", "schema", f'unknown key "{key}"', hint, root, path, at_key=True)


def _wrong_shape(root: Any, path: Path, kind: str, context: dict[str, Any]) -> Finding:
    wanted = {
        "dict_type": "a mapping", "model_type": "a mapping", "model_attributes_type": "a mapping", "list_type": "a list",
    }.get(kind) or " or ".join(_SHAPES[t.strip("' ")] for t in context.get("expected_tags", "'word'").split(","))  # fmt: skip
    value = value_at(root, path)
    name = f'"{path[-1]}"' if path and isinstance(path[-1], str) else "this item"
    empty = {"a mapping": "write {} for none", "a list": "write [] for none"}.get(wanted)
    hint = empty if value == "" and empty else f"write {wanted}"
    return finding("SF011", "schema", f"{name} should be {wanted}, not {kind_of(value)}", hint, root, path, at_key=True)


_SHAPES = {"word": "a word", "list": "a list", "mapping": "a mapping", "versions": "versions"}


def real_path(root: Any, loc: tuple[str | int, ...]) -> Path:
    """The error's place without the tags that unions add, and without keys that only a long form has."""
    path: list[str | int] = []
    node = root
    for part in loc:
        inner = value_at(node, (part,))
        if inner is not None:
            node = inner
            path.append(part)
    return tuple(path)


def _models_at(model: type[BaseModel], path: Path) -> list[type[BaseModel]]:
    """The models that the schema allows at a path."""
    found: list[Any] = [model]
    for part in path:
        found = [inner for one in found for inner in _inside(one, part)]
    return [one for one in found if isinstance(one, type) and issubclass(one, BaseModel)]


def _inside(annotation: Any, part: str | int) -> Iterator[Any]:
    """What the schema allows under one key or index."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for name, info in annotation.model_fields.items():
            if part in (info.alias, name):
                yield from _alternatives(info.annotation)
        return
    arguments = get_args(annotation)
    if get_origin(annotation) is dict and isinstance(part, str):
        yield from _alternatives(arguments[1])
    elif get_origin(annotation) is list and isinstance(part, int):
        yield from _alternatives(arguments[0])


def _alternatives(annotation: Any) -> Iterator[Any]:
    origin = get_origin(annotation)
    if origin is Annotated:
        yield from _alternatives(get_args(annotation)[0])
    elif origin in (Union, UnionType):
        for one in get_args(annotation):
            yield from _alternatives(one)
    else:
        yield annotation


def _keys(model: type[BaseModel]) -> Iterator[str]:
    for name, info in model.model_fields.items():
        yield info.alias or name
