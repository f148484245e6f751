"""A door that lets any number in.

## What it does
Reports a gateway with routes that no `rate_limit` holds for: neither one of their own nor the gateway's.

## Why is this bad?
One client that loops, scrapes or tries passwords takes the answers of all others.

## Example
```yaml
svcforge: 1
system: shop
platform: {mesh: istio}
contexts:
  shop:
    team: shop
    services:
      orders:
        owns: {Order: {total: decimal}}
        operations: {list_orders: {http: GET /orders, lists: Order, scopes: [orders:read]}}
gateway:
  auth: {jwt: {issuer: https://auth.shop.test, audience: shop}}
  routes: {/api/orders: orders}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {mesh: istio}
contexts:
  shop:
    team: shop
    services:
      orders:
        owns: {Order: {total: decimal}}
        operations: {list_orders: {http: GET /orders, lists: Order, scopes: [orders:read]}}
gateway:
  auth: {jwt: {issuer: https://auth.shop.test, audience: shop}}
  rate_limit: 100/15m per client
  routes: {/api/orders: orders}
```

## Refactorings
- limit the rate of each client at the gateway

## Options
None.

## References
- OWASP API Security Top 10, 2023: API4 Unrestricted Resource Consumption
- RFC 6585, 4: 429 Too Many Requests

## Also known as
- `unlimited-route`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.lint.wording import quoted
from svcforge.source.finding import Related, Severity

RULE = Rule(
    code="SF507", name="no-rate-limit", severity=Severity.WARNING, profile=Profile.PRODUCTION,
    aliases=("unlimited-route",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """The gateway, with its routes that anyone may ask as often as they like."""
    gateway = context.blueprint.gateway
    if gateway is None or gateway.rate_limit is not None:
        return
    open_ones = [route for route in gateway.routes if route.rate_limit is None]
    if open_ones:
        yield Violation(
            path=gateway.path,
            message=f'"{gateway.name}" does not limit how often a client may ask '
            f"{quoted([str(route.path[-1]) for route in open_ones])}",
            hint='say "rate_limit: 100/15m per client" on the gateway, or another on a route',
            related=tuple(Related(route.path, f"leads to {route.to or route.url}") for route in open_ones),
            at_key=True,
            about=(gateway.name,),
        )
