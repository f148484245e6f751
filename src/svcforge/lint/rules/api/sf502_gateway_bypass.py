"""A service behind the gateway that can be reached past it.

## What it does
Reports a service that is reached from outside (`exposed`, or called by a service of role `client`) although a gateway
leads to it, directly or through a BFF; where nothing is known of what is behind the gateway, each such service.
Registries and infrastructure count too; gateways, BFFs and frontends are made to be reached.

## Why is this bad?
The gateway's authentication, limits and logs hold only for those who choose to go through it.

## Example
```yaml
svcforge: 1
system: shop
contexts:
  shop:
    services:
      orders:
        exposed: true
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
contexts:
  shop:
    services:
      orders:
        operations: {list_orders: {http: GET /orders, scopes: [orders:read]}}
gateway:
  auth: {jwt: {issuer: https://auth.shop.test, audience: shop}}
  rate_limit: 100/15m per client
  routes: {/api/orders: orders}
```

## Refactorings
- close the door: all callers come through the gateway

## Options
None.

## References
- F. Ponce, J. Soldani, H. Astudillo, A. Brogi: Smells and refactorings for microservices security: A multivocal
  literature review, Journal of Systems and Software, 2022: Publicly Accessible Microservices

## Also known as
- `publicly-accessible-microservices`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.doors import ENTRANCES, behind_gateways, gateways, open_doors
from svcforge.lint.rule import Fix, Profile, Rule, Violation
from svcforge.lint.wording import quoted
from svcforge.model.edges import Edge
from svcforge.source.edit import Delete
from svcforge.source.finding import Related, Severity

RULE = Rule(
    code="SF502", name="gateway-bypass", severity=Severity.ERROR, profile=Profile.MINIMAL, fix=Fix.UNSAFE,
    aliases=("publicly-accessible-microservices",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Doors past a gateway that leads to the same service."""
    blueprint = context.blueprint
    gate = gateways(blueprint)
    if not gate:
        return
    behind = behind_gateways(context.indexes)
    ways: dict[str, list[Edge]] = {}
    for edge in context.indexes.edges:
        if edge.sync and edge.source in gate:
            ways.setdefault(edge.target, []).append(edge)
    for name, path in open_doors(context.indexes).items():
        service = blueprint.services[name]
        if service.role in ENTRANCES or (behind and name not in behind):
            continue
        through = ways.get(name, [])
        yield Violation(
            path=path,
            message=f'"{name}" can be reached past {quoted(sorted({e.source for e in through} or gate))}',
            hint="take `exposed` out, so that everybody comes through the gateway",
            related=tuple(Related(edge.path, "the way through the gateway") for edge in through[:1]),
            about=(name,),
            fix=(Delete(path),) if service.exposed else (),
        )
