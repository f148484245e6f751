"""An API that nobody has written down.

## What it does
Reports an existing service (`has`) with an API, by its operations' `http`, its `api`, or the calls and routes that
lead to it, that has no `contract`: no OpenAPI document and no proto file. What svcforge generates has both from the
blueprint.

## Why is this bad?
Callers learn what it answers by trying, and nobody can tell whether a change breaks them.

## Example
```yaml
svcforge: 1
system: shop
platform: {mesh: istio}
defaults: {api_version: v1}
contexts:
  shop:
    team: shop
    services:
      orders:
        has: [health, tracing, metrics, logs]
        operations: {list_orders: {http: GET /orders, scopes: [orders:read]}}
gateway:
  auth: {jwt: {issuer: https://auth.shop.test, audience: shop}}
  rate_limit: 100/15m per client
  routes: {/api/orders: orders}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {mesh: istio}
defaults: {api_version: v1}
contexts:
  shop:
    team: shop
    services:
      orders:
        has: [health, tracing, metrics, logs, contract]
        operations: {list_orders: {http: GET /orders, scopes: [orders:read]}}
gateway:
  auth: {jwt: {issuer: https://auth.shop.test, audience: shop}}
  rate_limit: 100/15m per client
  routes: {/api/orders: orders}
```

## Refactorings
- write an OpenAPI document or a proto file, and check the build against it

## Options
None.

## References
- OpenAPI Specification 3.1
- S. Newman: Building Microservices, 2nd edition, 2021: explicit schemas

## Also known as
- `no-contract`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.apis import existing_apis
from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.source.finding import Severity

RULE = Rule(
    code="SF505", name="missing-contract", severity=Severity.WARNING, profile=Profile.PRODUCTION,
    aliases=("no-contract",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Existing services with an API and no contract."""
    for service in existing_apis(context.indexes):
        if "contract" not in (context.blueprint.abilities_of(service.name) or ()):
            yield Violation(
                path=service.path,
                message=f'nothing describes the API of "{service.name}"',
                hint="write an OpenAPI document or a proto file that its build checks, and add `contract` to its `has`",
                at_key=True,
            )
