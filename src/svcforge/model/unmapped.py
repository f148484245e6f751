"""Values that are needed and that nothing gives, or not as what is asked for (SF004)."""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.frozen import frozen
from svcforge.model.answers import fallback
from svcforge.model.bindings import Bindings, of_operation
from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Call, Condition, Operation, Service
from svcforge.model.flows import of_endpoint, of_feed, of_saga, of_subscription
from svcforge.model.inputs import Stand
from svcforge.model.literal import Misfit, typed
from svcforge.model.signature import Signature, signature
from svcforge.model.tokens import refused
from svcforge.model.types import Kind, Type
from svcforge.source.finding import Path


@frozen()
class Problem:
    """A value that is needed at a path and not there, or of the wrong type; what to do about it."""

    path: Path
    message: str
    hint: str


def problems(blueprint: Blueprint) -> Iterator[Problem]:
    """Every need without a source, in the order of the file."""
    for service in blueprint.services.values():
        for operation in service.operations.values():
            yield from _operation(blueprint, service, operation)
        for subscription in service.subscriptions:
            yield from _unfilled(
                of_subscription(blueprint, subscription), subscription.path, f'"{subscription.operation}"'
            )
        for copy in service.copies.values():
            for feed in copy.feeds:
                yield from _unfilled(of_feed(blueprint, service.name, copy.name, feed), feed.path, f'"{copy.name}"')
    for saga in blueprint.sagas.values():
        found = of_saga(blueprint, saga)
        for step, filled in zip(saga.steps, found.steps, strict=True):
            yield from _refused(blueprint, step.do, saga.owner)
            yield from _unfilled(filled.do, step.do.path, f'"{step.do.to}"')
            yield from _answer(blueprint, step.do)
            if step.undo:
                yield from _refused(blueprint, step.undo, saga.owner)
                yield from _unfilled(filled.undo, step.undo.path, f'"{step.undo.to}"', within=False)
        if saga.undo:
            yield from _refused(blueprint, saga.undo, saga.owner)
            yield from _unfilled(found.undo, saga.undo.path, f'"{saga.undo.to}"', within=False)
    for bff in blueprint.bffs.values():
        for endpoint in bff.endpoints:
            for part, filled_part in zip(endpoint.parts, of_endpoint(blueprint, endpoint), strict=True):
                yield from _unfilled(filled_part, part.path, f'"{part.call.to}"', within=False)
                yield from _answer(blueprint, part.call, within=False)


def _operation(blueprint: Blueprint, service: Service, operation: Operation) -> Iterator[Problem]:
    sig = signature(blueprint, operation)
    found = of_operation(blueprint, operation)
    name = f'"{operation.name}"'
    yield from _unfilled((*found.given, *found.fields), operation.path, name)
    for call in operation.calls:
        yield from _refused(blueprint, call)
    for call, filled in zip(operation.calls, found.calls, strict=True) if found.calls else ():
        yield from _unfilled(filled, call.path, f'"{call.to}"')
        yield from _answer(blueprint, call)
    for event, filled in found.events:
        at = (*operation.path, "emits", operation.emits.index(event.name))
        yield from _unfilled(filled, at, f'"{event.name}"', within=False)
    yield from _unfilled(found.output, (*operation.path, "out"), "the answer", within=False)
    for unknown in found.unknown:
        key = "with" if unknown in operation.sources else "set"
        yield Problem(
            (*operation.path, key, unknown),
            f'nothing in {name} takes "{unknown}"',
            "name an input, a field of its entity, of an event it emits, or an input of a call it makes",
        )
    yield from _conditions(blueprint, sig)
    if service.generated:
        yield from _request(sig)
    if operation.schedule:
        for item in sig.asked(token=False):
            if item.required:
                message = f'nothing gives "{item.name}" of {name} when its schedule runs it'
                yield Problem((*operation.path, "schedule"), message, f"set: {{{item.name}: <value>}}, or a default")


def _refused(blueprint: Blueprint, call: Call, owner: str | None = None) -> Iterator[Problem]:
    """A call that fails whenever it is made: what it reaches is for users, and nobody's token comes along."""
    if (why := refused(blueprint, call, owner=owner)) is not None:
        yield Problem(
            call.path, why, "call an operation without `http`: for that one the declared call is the permission"
        )


def _unfilled(bindings: Bindings, path: Path, whose: str, *, within: bool = True) -> Iterator[Problem]:
    """The problems among bindings; `within` tells that `with` and `set` may stand right there."""
    for binding in bindings:
        if binding.problem is None:
            continue
        name = binding.need.name
        hint = f"name its source, with: {{{name}: <source>}}, or give a literal, set: {{{name}: <value>}}"
        if not within:
            hint = f'give "{name}" a source of that name and type' if not binding.explicit else "name another source"
        message = binding.problem
        message += f" of {whose}" if message.startswith("nothing gives") else f", in {whose}"
        yield Problem(path, message, hint)


def _answer(blueprint: Blueprint, call: Call, *, within: bool = True) -> Iterator[Problem]:
    """`expect` that is no truth value of the answer, a `fallback` that is nothing like it."""
    callee = blueprint.operation(call.target, call.operation)
    if callee is None:
        return
    if call.expect is not None:
        known = signature(blueprint, callee).output.fields.get(call.expect)
        if known is None or known.name != "bool" or known.optional:
            what = "is no field of its answer" if known is None else f"is {known}"
            yield Problem(
                (*call.path, "expect"),
                f'"{call.expect}" of "{call.to}" {what}',
                "name a field of its answer that is bool",
            )
    if call.fallback:
        try:
            fallback(blueprint, callee, call.fallback[0])
        except Misfit as misfit:
            at = (*call.path, "fallback") if within else call.path
            yield Problem(
                at,
                f'{misfit}, which cannot stand in for the answer of "{call.to}"',
                "write null, or a value of its type",
            )


def _conditions(blueprint: Blueprint, sig: Signature) -> Iterator[Problem]:
    """Literals of `where` that are no value of their field."""
    for condition in sig.operation.where:
        yield from _condition(blueprint, sig, condition)


def _condition(blueprint: Blueprint, sig: Signature, condition: Condition) -> Iterator[Problem]:
    type_ = sig.record.types.get(condition.field) if sig.record else None
    for value in condition.values if type_ else ():
        try:
            typed(value, type_ or Type(Kind.SCALAR, "text"), blueprint.shapes(sig.operation.owner))
        except Misfit as misfit:
            yield Problem(condition.path, f'{misfit}, which "{condition.field}" wants', "write a value of the field")


def _request(sig: Signature) -> Iterator[Problem]:
    """A path that names no input, and an input that no path or query can hold."""
    operation = sig.operation
    if operation.http is None:
        return
    names = {item.name for item in sig.inputs}
    for parameter in operation.http.parameters:
        if parameter not in names:
            hint = (
                f"write {{{sig.key}}}" if sig.key else f"add it to what the operation takes, in: {{{parameter}: text}}"
            )
            yield Problem(
                (*operation.path, "http"),
                f'the path names "{{{parameter}}}", which is no input of "{operation.name}"',
                hint,
            )
    for item in sig.inputs:
        if item.stand is not Stand.BODY and item.claim is None and not _in_a_line(item.type, item.stand):
            yield Problem(
                (*operation.path, "http"),
                f'"{item.name}" of "{operation.name}" is {item.type}, which cannot stand in a {item.stand}',
                "use POST, PUT or PATCH, which have a body",
            )


def _in_a_line(type_: Type, stand: Stand) -> bool:
    """Whether a value can be written into a path or a query; base64 has slashes, which part a path."""
    if type_.kind is Kind.LIST:
        inner = type_.of
        return stand is Stand.QUERY and inner is not None and inner.kind is not Kind.LIST and _in_a_line(inner, stand)
    unwritten = ("json",) if stand is Stand.QUERY else ("json", "bytes")
    return type_.kind in (Kind.ENUM, Kind.REF) or (type_.kind is Kind.SCALAR and type_.name not in unwritten)
