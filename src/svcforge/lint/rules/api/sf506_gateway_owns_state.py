"""A gateway that keeps data.

## What it does
Reports a service of role `gateway` that owns entities, has a store, keeps copies or subscribes to events. A cache of
answers is not declared and not meant.

## Why is this bad?
A gateway is replicated, replaced and configured like a switch. With data in it, it must be migrated and backed up, and
the business logic that the data need grows where every request passes.

## Example
```yaml
svcforge: 1
system: shop
contexts:
  shop:
    services:
      entry:
        role: gateway
        owns: {Session: {user: uuid}}
        calls: [{to: catalog, timeout: 1s, breaker: {failures: 50%, window: 20, reset: 30s}, auth: forward}]
      catalog:
        owns: {Product: {price: decimal}}
        operations: {list_products: {http: GET /products, lists: Product, public: anyone may browse}}
```

## Use instead
```yaml
svcforge: 1
system: shop
contexts:
  shop:
    services:
      entry:
        role: gateway
        calls: [{to: catalog, timeout: 1s, breaker: {failures: 50%, window: 20, reset: 30s}, auth: forward}]
      catalog:
        owns: {Product: {price: decimal}}
        operations: {list_products: {http: GET /products, lists: Product, public: anyone may browse}}
```

## Refactorings
- move the data to a service behind the gateway

## Options
None.

## References
- Thoughtworks Technology Radar: Overambitious API gateways
- S. Newman: Building Microservices, 2nd edition, 2021: API gateways

## Also known as
- `overambitious-gateway`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Role, Service
from svcforge.source.finding import Path, Related, Severity

RULE = Rule(
    code="SF506", name="gateway-owns-state", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    aliases=("overambitious-gateway",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Gateways with something to keep."""
    for service in context.blueprint.services.values():
        kept = list(_kept(context.blueprint, service)) if service.role is Role.GATEWAY else []
        if kept:
            yield Violation(
                path=kept[0][0],
                message=f'gateway "{service.name}" {" and ".join(dict.fromkeys(what for _, what in kept))}',
                hint="give it to a service behind the gateway",
                related=tuple(Related(path, what) for path, what in kept[1:]),
            )


def _kept(blueprint: Blueprint, service: Service) -> Iterator[tuple[Path, str]]:
    """What it keeps or hears, each with its place."""
    for entity in service.entities.values():
        yield entity.path, "owns data"
    if service.store:
        yield (*service.path, "store"), "has a store"
    for use in service.uses:
        if use.name in blueprint.stores:
            yield use.path, "has a store"
    for copy in service.copies.values():
        yield copy.path, "keeps copies"
    for subscription in service.subscriptions:
        yield subscription.path, "subscribes to events"
