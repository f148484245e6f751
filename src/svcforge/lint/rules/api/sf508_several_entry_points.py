"""A system that is entered in more than one way.

## What it does
Looks at what is reached from outside: the gateway, services of that role, and services that are `exposed` or that a
service of role `client` calls. Gateways are one kind of node, BFFs one, frontends one, and each other service is a
kind of its own; more than one kind is told. Registries and infrastructure count too.

## Why is this bad?
Each way in needs its own authentication, limits, logs and upkeep, and the least of them is the system's.

## Example
```yaml
svcforge: 1
system: shop
platform: {mesh: istio}
contexts:
  shop:
    team: shop
    services:
      login:
        role: infra
        exposed: true
        operations: {sign_in: {http: POST /tokens, public: who signs in has no token}}
      orders:
        owns: {Order: {total: decimal}}
        operations: {list_orders: {http: GET /orders, lists: Order, scopes: [orders:read]}}
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
contexts:
  shop:
    team: shop
    services:
      login:
        role: infra
        operations: {sign_in: {http: POST /tokens, public: who signs in has no token}}
      orders:
        owns: {Order: {total: decimal}}
        operations: {list_orders: {http: GET /orders, lists: Order, scopes: [orders:read]}}
gateway:
  auth: {jwt: {issuer: https://auth.shop.test, audience: shop}}
  rate_limit: 100/15m per client
  routes: {/api/orders: orders, /api/tokens: login}
```

## Refactorings
- lead all ways in through one gateway

## Options
None.

## References
- microSecEnD, rule R01: a single type of service as an entry point

## Also known as
- `multiple-entry-points`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.doors import ENTRANCES, gateways, open_doors
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.lint.wording import quoted
from svcforge.source.finding import Path, Related, Severity

RULE = Rule(
    code="SF508", name="several-entry-points", severity=Severity.INFO, profile=Profile.PRODUCTION,
    aliases=("multiple-entry-points",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """The ways in, when they are of more than one kind."""
    blueprint = context.blueprint
    entries: dict[str, Path] = dict(open_doors(context.indexes))
    for name in sorted(gateways(blueprint) - entries.keys()):
        entries[name] = blueprint.services[name].path if name in blueprint.services else ("gateway",)
    kinds = {_kind(context, name) for name in entries}
    if len(kinds) < 2:
        return
    first, *others = sorted(entries, key=lambda name: name in gateways(blueprint))
    yield Violation(
        path=entries[first],
        message=f"the system is entered through {quoted(list(entries))}, which are {len(kinds)} kinds of nodes",
        hint="lead all ways in through one gateway",
        related=tuple(Related(entries[name], f"{name} is a way in") for name in others),
        about=tuple(entries),
    )


def _kind(context: LintContext, name: str) -> str:
    service = context.blueprint.services.get(name)
    if service is None:
        return "the gateway"
    if service.role not in ENTRANCES:
        return name
    return "the gateway" if name in gateways(context.blueprint) else f"a {service.role}"
