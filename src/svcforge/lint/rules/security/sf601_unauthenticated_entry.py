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

## Refactorings
- let the gateway verify tokens of an issuer

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
from svcforge.model.routes import endpoints_behind, operations_behind
from svcforge.model.tokens import ADD_ISSUER, ADD_ISSUER_TO_GATEWAY, Asker, askers
from svcforge.source.finding import Related, Severity

RULE = Rule(
    code="SF601", name="unauthenticated-entry", severity=Severity.ERROR, profile=Profile.MINIMAL,
    aliases=("missing-authentication",),
    since="0.1",
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
        found = list(askers(blueprint))
        if gateway is not None and routes:
            yield _open_gateway(gateway, routes)
        elif found:
            yield _nobody_s_tokens(gateway, found)
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


def _nobody_s_tokens(gateway: Gateway | None, askers: list[Asker]) -> Violation:
    first, *others = askers
    return Violation(
        path=first.path,
        message=first.message,
        hint=ADD_ISSUER if gateway is None else ADD_ISSUER_TO_GATEWAY,
        related=tuple(Related(other.path, f'"{other.name}" asks for one too') for other in others),
    )


def _open_gateway(gateway: Gateway, routes: list[Route]) -> Violation:
    prefixes = ", ".join(f'"{route.prefix}"' for route in routes[:3]) + (", ..." if len(routes) > 3 else "")
    return Violation(
        path=(*gateway.path, "auth") if gateway.auth_none else gateway.path,
        message=f'"{gateway.name}" verifies no token, and what is behind {prefixes} needs one',
        hint=f'{ADD_ISSUER_TO_GATEWAY}, or say "public: <reason>" on the operations',
        related=tuple(Related(route.path, f"leads to {route.to or route.url}") for route in routes),
        about=(gateway.name,),
    )
