"""A door that lets anyone in.

## What it does
Reports an operation with `http` that does not say who may call it (`scopes`, `public: <reason>` or
`signed: <external>`); a gateway that verifies no token although operations behind its routes need one, or although
nothing is known of what is behind them; operations to be generated that need a token, while nothing says whose tokens
are good; and a service that is reached from outside (`exposed`, or called by a `client`) without operations that say
who may call, unless clients and frontends call it and all send an identity (`auth: service`, `forward` or `mesh`). A
page that people's browsers load (role `frontend`) is no such door.

## Why is this bad?
What can be reached from outside and asks nobody who they are is found within hours. A reason in `public` tells the
next reader that someone has thought about it.

## Example
```yaml
svcforge: 1
system: shop
contexts:
  ordering:
    services:
      orders:
        owns: {Order: {total: decimal}}
        operations:
          get_order: {http: "GET /orders/{id}", reads: Order}
gateway:
  auth: {jwt: {issuer: https://auth.shop.test, audience: shop}}
  routes: {/api/orders: orders}
```

## Use instead
```yaml
svcforge: 1
system: shop
contexts:
  ordering:
    services:
      orders:
        owns: {Order: {total: decimal}}
        operations:
          get_order: {http: "GET /orders/{id}", reads: Order, scopes: [orders:read]}
gateway:
  auth: {jwt: {issuer: https://auth.shop.test, audience: shop}}
  routes: {/api/orders: orders}
```

## Options
None.

## References
- OWASP API Security Top 10, 2023: API2 Broken Authentication
- microSecEnD, rule R05: authentication at the entry

## Also known as
- `missing-authentication`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.doors import identified, open_doors
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Gateway, Operation, Role, Route
from svcforge.model.inputs import claim_of
from svcforge.model.routes import endpoints_behind, operations_behind
from svcforge.model.tokens import asks_for_token
from svcforge.source.finding import Path, Related, Severity

RULE = Rule(
    code="SF601", name="unauthenticated-entry", severity=Severity.ERROR, profile=Profile.MINIMAL,
    aliases=("missing-authentication",),
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Open operations, then the gateway or the want of one, then what is exposed past it."""
    blueprint = context.blueprint
    for service in blueprint.services.values():
        for operation in service.operations.values():
            if operation.http and not _says_who(operation):
                yield _open_operation(operation)
    gateway = blueprint.gateway
    if gateway is None or gateway.jwt is None:
        routes = [route for route in gateway.routes if _needs_token(blueprint, route)] if gateway else []
        askers = list(_askers(blueprint))
        if gateway is not None and routes:
            yield _open_gateway(gateway, routes)
        elif askers:
            yield _nobody_s_tokens(gateway, askers)
    known = identified(context.indexes)
    for name, path in open_doors(context.indexes).items():
        service = blueprint.services[name]
        declared = any(operation.http for operation in service.operations.values())
        if not declared and name not in known and service.role is not Role.FRONTEND:
            yield Violation(
                path=path,
                message=f'"{name}" is reached from outside, and nothing says who may call it',
                hint="lead callers through the gateway, or declare its operations with scopes, public or signed",
                about=(name,),
            )


def _says_who(operation: Operation) -> bool:
    return operation.scopes is not None or bool(operation.public) or operation.signed is not None


def _open_operation(operation: Operation) -> Violation:
    return Violation(
        path=(*operation.path, "http"),
        message=f'"{operation.owner}.{operation.name}" is open to the gateway and does not say who may call it',
        hint='add "scopes: [...]", "public: <reason>" or "signed: <external>"; without `http` it is internal',
        note="anyone may call this",
    )


def _needs_token(blueprint: Blueprint, route: Route) -> bool:
    """Whether something behind a route demands a token, or nothing is known of what is there."""
    operations = list(operations_behind(blueprint, route))
    for endpoint in endpoints_behind(blueprint, route):
        called = (blueprint.operation(p.call.target, p.call.operation) for p in endpoint.parts)
        operations += [operation for operation in called if operation is not None]
    return not operations or any(operation.scopes is not None for operation in operations)


def _askers(blueprint: Blueprint) -> Iterator[tuple[str, Path]]:
    """What is to be generated and asks for a token: a name, and the place where it does."""
    for service in blueprint.services.values():
        built = service.generated and blueprint.abilities_of(service.name) is None
        for operation in service.operations.values() if built else ():
            if asks_for_token(blueprint, operation):
                place = operation.path if operation.scopes is None else (*operation.path, "scopes")
                yield f"{service.name}.{operation.name}", place
    for bff in blueprint.bffs.values():
        for endpoint in bff.endpoints if blueprint.abilities_of(bff.name) is None else ():
            for part in endpoint.parts:
                if any(argument.source and claim_of(argument.source) for argument in part.arguments):
                    yield f"{bff.name}.{part.name}", part.path


def _nobody_s_tokens(gateway: Gateway | None, askers: list[tuple[str, Path]]) -> Violation:
    (name, path), *others = askers
    return Violation(
        path=path,
        message=f'"{name}" asks for a token, and nothing says whose tokens are good: nobody would be asked for one',
        hint=f'{"add" if gateway else "add a `gateway` with"} "auth: {{jwt: {{issuer: ..., audience: ...}}}}"'
        + (" to the gateway" if gateway else ""),
        related=tuple(Related(place, f'"{other}" asks for one too') for other, place in others),
    )


def _open_gateway(gateway: Gateway, routes: list[Route]) -> Violation:
    prefixes = ", ".join(f'"{route.prefix}"' for route in routes[:3]) + (", ..." if len(routes) > 3 else "")
    return Violation(
        path=(*gateway.path, "auth") if gateway.auth_none else gateway.path,
        message=f'"{gateway.name}" verifies no token, and what is behind {prefixes} needs one',
        hint='add "auth: {jwt: {issuer: ..., audience: ...}}" to the gateway, or say "public: <reason>" on the operations',
        related=tuple(Related(route.path, f"leads to {route.to or route.url}") for route in routes),
        about=(gateway.name,),
    )
