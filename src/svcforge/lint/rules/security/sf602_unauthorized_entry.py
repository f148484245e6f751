"""A door that lets everybody in who has a token.

## What it does
Reports an operation with `http` whose `scopes` are empty and whose `where`, or its service's, asks for nothing of the
token: it wants to know who calls, and lets everybody do everything. Of services that exist (`has`) without an operation
that says who may call it reports those that are reached from outside (`exposed`, a route, or a `client` that sends no
identity), since nothing says what their callers may do. A page that people's browsers load (role `frontend`) is no such
door.

## Why is this bad?
Whoever has an account has them all: one stolen or cheap token opens every order of every customer.

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
          get_order: {http: "GET /orders/{id}", reads: Order, scopes: []}
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
- ask for a scope on each operation
- let the operation open only what belongs to the caller

## Options
None.

## References
- OWASP API Security Top 10, 2023: API1 Broken Object Level Authorization, API5 Broken Function Level Authorization
- microSecEnD, rule R04: authorization at the entry

## Also known as
- `missing-authorization`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.doors import identified, open_doors
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.model.elements import Operation, Role, Service
from svcforge.source.finding import Path, Severity

RULE = Rule(
    code="SF602", name="unauthorized-entry", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    aliases=("missing-authorization",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Operations that ask for a token and for nothing in it, then existing services of which nothing is known."""
    for service in context.blueprint.services.values():
        for operation in service.operations.values():
            if operation.http and operation.scopes == () and not _asks(service, operation):
                yield Violation(
                    path=(*operation.path, "scopes"),
                    message=f'"{service.name}.{operation.name}" asks for a token and for nothing in it',
                    hint='name what the token must allow, "scopes: [orders:read]", or whose data it opens, '
                    '"where: {customer: token.sub}"',
                )
    for name, path in _unknown(context):
        yield Violation(
            path=path,
            message=f'nothing says what those may do who reach "{name}" from outside',
            hint="declare its operations with scopes, public or signed",
            about=(name,),
        )


def _asks(service: Service, operation: Operation) -> bool:
    return any(condition.token for condition in (*operation.where, *service.where))


def _unknown(context: LintContext) -> Iterator[tuple[str, Path]]:
    """Existing services that are reached from outside, each once with the place that shows it."""
    blueprint = context.blueprint
    ways = dict(open_doors(context.indexes))
    for route in blueprint.gateway.routes if blueprint.gateway else ():
        if route.target is not None:
            ways.setdefault(route.target, route.path)
    known = identified(context.indexes)
    for name, path in ways.items():
        service = blueprint.services.get(name)
        if service is None or service.role in (Role.FRONTEND, Role.CLIENT) or name in known:
            continue
        built = service.generated and blueprint.abilities_of(name) is None
        if not built and not any(operation.http for operation in service.operations.values()):
            yield name, path
