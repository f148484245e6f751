"""A service that calls what stands before it.

## What it does
Reports a business service that calls a gateway, a BFF or a frontend, and waits for it or not. A gateway is the
declared one or a service of that role.

## Why is this bad?
What stands at the edge depends on the services behind it; a call back makes a circle of the layers. The request
leaves the inside, loses its identity, is counted and limited like a stranger's, and comes in again.

## Example
```yaml
svcforge: 1
system: shop
platform: {metrics: prometheus, logs: loki}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}, auth: service}
contexts:
  shop:
    services:
      orders:
        owns: {Order: {total: decimal}}
        calls: [entry]
      stock:
        owns: {Item: {count: int}}
        operations: {find: {http: "GET /items/{id}", reads: Item, scopes: [stock:read]}}
gateway:
  name: entry
  auth: {jwt: {issuer: https://auth.shop.test, audience: shop}}
  timeout: 1s
  routes: {/api/items: stock}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {metrics: prometheus, logs: loki}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}, auth: service}
contexts:
  shop:
    services:
      orders:
        owns: {Order: {total: decimal}}
        calls: [stock]
      stock:
        owns: {Item: {count: int}}
        operations: {find: {http: "GET /items/{id}", reads: Item, scopes: [stock:read]}}
gateway:
  name: entry
  auth: {jwt: {issuer: https://auth.shop.test, audience: shop}}
  timeout: 1s
  routes: {/api/items: stock}
```

## Refactorings
- call the service behind, which has what is wanted
- publish an event for those in front

## Options
None.

## References
- R. C. Martin: Clean Architecture, 2017: the dependency rule
- S. Newman: Building Microservices, 2nd edition, 2021, chapter 14: backends for frontends

## Also known as
- `layer-violation`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.model.blueprint import Blueprint
from svcforge.source.finding import Severity

RULE = Rule(
    code="SF111", name="upward-call", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    aliases=("layer-violation",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Calls from business services to what stands before them, once for each pair."""
    blueprint, entries = context.blueprint, context.indexes.entries
    told: set[tuple[str, str]] = set()
    for edge in context.indexes.edges:
        pair = (edge.source, edge.target)
        if edge.sync and edge.source in blueprint.business and edge.target in entries and pair not in told:
            told.add(pair)
            yield Violation(
                path=edge.path,
                message=f'"{edge.source}" calls "{edge.target}", a {_layer(blueprint, edge.target)} that stands before it',
                hint="call the service that has what is wanted, or publish an event for those in front",
                note=f"up to {edge.target}",
            )


def _layer(blueprint: Blueprint, name: str) -> str:
    if service := blueprint.services.get(name):
        return str(service.role)
    return "bff" if name in blueprint.bffs else "gateway"
