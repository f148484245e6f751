"""Where a user's token comes along, and what is refused without one (blueprint.md, "Operations")."""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.frozen import frozen
from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Call, Operation
from svcforge.model.inputs import Input, claim_of
from svcforge.model.signature import signature
from svcforge.source.finding import Path

NO_TOKEN = "no user's token comes with this call"


ADD_ISSUER_TO_GATEWAY = 'add "auth: {jwt: {issuer: ..., audience: ...}}" to the gateway'
ADD_ISSUER = 'add a `gateway` with "auth: {jwt: {issuer: ..., audience: ...}}"'


@frozen()
class Asker:
    """What is to be generated and asks whoever calls it for a token: `service.operation` or `bff.part`."""

    name: str
    path: Path

    @property
    def message(self) -> str:
        """What is wrong where nothing says whose tokens are good."""
        return f'"{self.name}" asks for a token, and nothing says whose tokens are good: nobody would be asked for one'


def askers(blueprint: Blueprint) -> Iterator[Asker]:
    """Operations with `http` that have scopes or take a claim of the token, and parts of endpoints that take one."""
    for service in blueprint.services.values():
        built = service.generated and blueprint.abilities_of(service.name) is None
        for operation in service.operations.values() if built else ():
            if operation.http and operation.scopes is not None:
                yield Asker(f"{service.name}.{operation.name}", (*operation.path, "scopes"))
            elif operation.http and _claims(blueprint, operation):
                yield Asker(f"{service.name}.{operation.name}", operation.path)
    for bff in blueprint.bffs.values():
        for endpoint in bff.endpoints if blueprint.abilities_of(bff.name) is None else ():
            for part in endpoint.parts:
                if any(argument.source and claim_of(argument.source) for argument in part.arguments):
                    yield Asker(f"{bff.name}.{part.name}", part.path)


def refused(blueprint: Blueprint, call: Call, *, owner: str | None = None) -> str | None:
    """Why a call must fail for want of a user's token, if it must.

    `owner` is the service that makes it when that is no operation's call, but a saga's: nobody's token comes
    with those, and in its own service the saga reaches past the API.
    """
    callee = blueprint.operation(call.target, call.operation)
    if callee is None or callee.http is None or callee.owner not in blueprint.services or callee.owner == owner:
        return None
    caller = blueprint.operation(call.source, call.source_operation)
    if owner is None and (caller is None or _comes_with_token(blueprint, caller)):
        return None
    source = blueprint.services.get(owner or call.source)
    if source is None or not source.generated:
        return None
    if callee.scopes:
        return f'"{call.to}" demands the scope "{callee.scopes[0]}", and {NO_TOKEN}'
    for item in _claims(blueprint, callee):
        return f'"{call.to}" takes "{item.name}" from the token\'s "{item.claim}", and {NO_TOKEN}'
    return None


def _comes_with_token(blueprint: Blueprint, operation: Operation) -> bool:
    """Whether a user's token comes with every call of an operation."""
    if operation.http is None or (operation.owner, operation.name) in without_token(blueprint):
        return False
    # What takes a claim that must be there is for users though it is public.
    demanded = any(item.required for item in _claims(blueprint, operation))
    return demanded or (operation.public is None and operation.signed is None)


def _claims(blueprint: Blueprint, operation: Operation) -> tuple[Input, ...]:
    return tuple(item for item in signature(blueprint, operation).inputs if item.claim)


def without_token(blueprint: Blueprint) -> frozenset[tuple[str, str]]:
    """The operations (service, name) that a saga, a handler or a schedule calls: no user's token comes with those calls."""
    kept: frozenset[tuple[str, str]] | None = blueprint.__dict__.get("_without_token")
    if kept is None:
        kept = blueprint.__dict__["_without_token"] = frozenset(_without_token(blueprint))
    return kept


def _without_token(blueprint: Blueprint) -> Iterator[tuple[str, str]]:
    for service in blueprint.services.values():
        yield from ((service.name, s.operation) for s in service.subscriptions if s.operation)
        yield from ((service.name, o.name) for o in service.operations.values() if o.schedule)
    for saga in blueprint.sagas.values():
        for call in (*(c for step in saga.steps for c in (step.do, step.undo)), saga.undo):
            if call and call.target and call.operation:
                yield call.target, call.operation
