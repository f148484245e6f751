"""Services that clients reach one by one.

## What it does
Reports services that are reached from outside (`exposed`, or called by a service of role `client`) with no gateway
that leads to them: two of them, or a single one where the system has three services or more. Registries and
infrastructure count too, since nobody outside stops at a business service; gateways, BFFs and frontends are made to be
reached. What is behind a gateway and exposed past it all the same is SF502.

## Why is this bad?
Every client knows where each service lives, and each service must itself do what one entry does for all:
authentication, limits, TLS, routes that survive a service being split.

## Example
```yaml
svcforge: 1
system: shop
contexts:
  shop:
    services:
      offers:
        exposed: true
        operations: {list_offers: {http: GET /offers, public: anyone may look}}
      catalog:
        exposed: true
        operations: {list_products: {http: GET /products, public: anyone may browse}}
```

## Use instead
```yaml
svcforge: 1
system: shop
contexts:
  shop:
    services:
      offers:
        operations: {list_offers: {http: GET /offers, public: anyone may look}}
      catalog:
        operations: {list_products: {http: GET /products, public: anyone may browse}}
gateway:
  rate_limit: 100/15m per client
  routes: {/api/offers: offers, /api/products: catalog}
```

## Refactorings
- add an API gateway (100%)

In brackets, how often the literature advises each for this smell (Neri, Soldani, Zimmermann, Brogi 2020).

## Options
- `min_services` = 3: a system of one or two services is one that clients can know.

## References
- D. Neri, J. Soldani, O. Zimmermann, A. Brogi: Design principles, architectural smells and refactorings for
  microservices, 2020: No API Gateway
- D. Taibi, V. Lenarduzzi: On the Definition of Microservice Bad Smells, IEEE Software 35(3), 2018: Not Having an API
  Gateway

## Also known as
- `not-having-an-api-gateway`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.doors import ENTRANCES, behind_gateways, gateways, open_doors
from svcforge.lint.rule import Option, Profile, Rule, Violation
from svcforge.lint.wording import quoted
from svcforge.source.finding import Related, Severity

MIN_SERVICES = Option("min_services", 3, "a system of one or two services is one that clients can know")

RULE = Rule(
    code="SF501", name="no-api-gateway", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    options=(MIN_SERVICES,), aliases=("not-having-an-api-gateway",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """The doors that no gateway leads to, in one finding."""
    blueprint = context.blueprint
    behind = behind_gateways(context.indexes)
    if gateways(blueprint) and not behind:
        return  # what is behind it is not known: SF502
    doors = {
        name: path
        for name, path in open_doors(context.indexes).items()
        if blueprint.services[name].role not in ENTRANCES
    }
    names = [name for name in doors if name not in behind]
    if not names or (len(doors) < 2 and len(blueprint.business) < context.option(MIN_SERVICES)):
        return
    yield Violation(
        path=doors[names[0]],
        message=f"clients reach {quoted(names)} with no API gateway between",
        hint="declare a gateway with a route to each, and take `exposed` out",
        related=tuple(Related(doors[name], f"{name} is reached here") for name in names[1:]),
        about=tuple(names),
    )
