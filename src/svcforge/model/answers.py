"""What an answer puts in scope: a call's, a saga step's or a part's, under its name and field by field."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Call, Operation
from svcforge.model.literal import Misfit, typed
from svcforge.model.scope import Known, Origin, Scope, Source, fields_of
from svcforge.model.signature import Output, Shape, signature
from svcforge.model.types import Kind, Type, listed


def alias_of(call: Call, taken: Collection[str]) -> str:
    """The name that a call's answer goes by: its operation's, with the service before it when that is taken."""
    names = (call.name, f"{call.target}.{call.name}")
    numbered = (f"{call.name}_{i}" for i in range(2, len(taken) + 3))
    return next(name for name in (*names, *numbered) if name not in taken)


def add_answer(
    scope: Scope,
    name: str,
    callee: Operation | None,
    *,
    origin: Origin = Origin.ANSWER,
    by_name: bool = True,
    missing: bool = False,
) -> None:
    """Put an answer in scope: as a root under its name, and its fields (and its record's id) by their own names.

    Args:
        by_name: whether its fields are in scope by their bare names (not in a BFF's part).
        missing: whether it may be null, as its fallback says.
    """
    if callee is None:
        return
    sig = signature(scope.blueprint, callee)
    root = _root(origin, name, callee.owner, sig.output, sig.record.name if sig.record else None)
    if root is None:
        scope.closed.setdefault(name, f'"{callee.owner}.{callee.name}" answers nothing')
        return
    if missing and root.source.type.kind is not Kind.LIST:
        root = replace(root, source=replace(root.source, type=replace(root.source.type, optional=True)))
    scope.roots.setdefault(name, root)
    if not by_name:
        return
    within = root.fields if root.fields is not None else fields_of(scope.blueprint, root.source.type, callee.owner)
    if root.source.type.kind is Kind.LIST or within is None:
        scope.add(name, root)
    elif sig.record and sig.output.shape is Shape.RECORD:
        scope.add_record(origin, sig.record, name, within)
    else:
        scope.add_fields(origin, within, callee.owner, name)


def _root(origin: Origin, name: str, owner: str, output: Output, record: str | None) -> Known | None:
    match output.shape:
        case Shape.NOTHING:
            return None
        case Shape.TYPE:
            return Known(Source(origin, name, type=output.type or Type(Kind.SCALAR, "json"), home=owner))
        case Shape.PAGE:
            return Known(Source(origin, name, type=listed(_entity(record, owner)), home=owner), output.fields)
    return Known(Source(origin, name, type=_entity(record, owner), home=owner), output.fields)


def _entity(record: str | None, owner: str) -> Type:
    return Type(Kind.ENTITY, record or "", owner)


def fallback(blueprint: Blueprint, callee: Operation, value: Any) -> Any:
    """The literal that stands in for an answer, as JSON data; null stands in for any.

    Raises:
        Misfit: the operation does not answer anything like it.
    """
    sig = signature(blueprint, callee)
    if value is None or value in ("null", "~", ""):
        return None
    shapes = blueprint.shapes(callee.owner)
    match sig.output.shape:
        case Shape.NOTHING:
            raise Misfit(f'"{callee.owner}.{callee.name}" answers nothing')
        case Shape.TYPE if sig.output.type is not None:
            return typed(value, sig.output.type, shapes)
        case Shape.PAGE:
            items = [] if value == "[]" else value
            if not isinstance(items, list):
                raise Misfit(f'"{value}" is no list')
            return [_fields(item, sig.output.fields, shapes) for item in items]
    return _fields(value, sig.output.fields, shapes)


def _fields(value: Any, fields: Mapping[str, Type], shapes: Mapping[str, Mapping[str, Type]]) -> Any:
    if not isinstance(value, Mapping):
        raise Misfit(f'"{value}" is no mapping of {", ".join(fields)}')
    return typed(value, Type(Kind.VALUE, "the answer"), {**shapes, "the answer": fields})
