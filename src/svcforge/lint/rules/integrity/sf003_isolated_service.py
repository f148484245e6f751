"""A service that nothing reaches and that reaches nothing.

## What it does
Reports a business service or worker without a call or an event in either direction, without a schedule, without a
route of the gateway, and not `exposed`. Where no gateway is declared, an operation with `http` is an entry of its own.
A service with a reference that does not resolve is left to SF001.

## Why is this bad?
Nobody will notice when it is down, because nobody uses it: either an edge has been forgotten, and every other rule
judges a system that is not the real one, or the service can go.

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
          create_order: {http: POST /orders, creates: Order, scopes: [orders:write]}
      archive:
        owns: {Folder: {title: text}}
        operations:
          file_away: {creates: Folder}
gateway:
  auth: {jwt: {issuer: https://auth.shop.test, audience: shop}}
  routes: {/api/orders: orders}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {broker: rabbitmq}
defaults:
  subscription: {retries: 5, backoff: 1s, dead_letter: true, idempotent: true}
contexts:
  ordering:
    services:
      orders:
        owns: {Order: {total: decimal}}
        events: {OrderCreated: {order: uuid}}
        operations:
          create_order: {http: POST /orders, creates: Order, scopes: [orders:write], emits: [OrderCreated]}
      archive:
        owns: {Folder: {title: text}}
        operations:
          file_away: {creates: Folder, set: {title: order}}
        subscribes: {orders.OrderCreated: file_away}
gateway:
  auth: {jwt: {issuer: https://auth.shop.test, audience: shop}}
  routes: {/api/orders: orders}
```

## Refactorings
- connect the service to what it works for, or remove it

## Options
None.

## References
- The Microservices Backlog, "nobody home"
- CIMET, architectural rule 4: isolated service

## Also known as
- `nobody-home`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.model.elements import Role, Service
from svcforge.source.finding import Severity

RULE = Rule(
    code="SF003", name="isolated-service", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    aliases=("nobody-home",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Services without any edge or entry."""
    blueprint = context.blueprint
    connected = _connected(context)
    unsure = {reference.path[:4] for reference in blueprint.unresolved}
    for name, service in blueprint.business.items():
        if name not in connected and not _has_entry(service, blueprint.gateway is None) and service.path not in unsure:
            yield Violation(
                path=service.path,
                message=f'service "{name}" is isolated: nothing calls it, and it calls and hears nothing',
                hint="add the call, subscription, schedule or route that is missing, or remove the service",
            )


def _connected(context: LintContext) -> set[str]:
    """The ends of all edges, but for those to a registry or to infrastructure, which every service has."""
    services = context.blueprint.services
    aside = {n for n, s in services.items() if s.role in (Role.REGISTRY, Role.INFRA)}
    ends = ((e.source, e.target) for e in context.indexes.edges)
    return {end for pair in ends if not aside.intersection(pair) for end in pair}


def _has_entry(service: Service, no_gateway: bool) -> bool:
    operations = service.operations.values()
    return service.exposed or any(o.schedule or (no_gateway and o.http) for o in operations)
