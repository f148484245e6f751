"""A service that too many others go through.

## What it does
Counts for each business service the distinct business services that call it and that it calls, saga steps included;
the gateway, BFFs, frontends and infrastructure count on neither side. It reports one with many callers, or with so
many on both sides that their product is high.

## Why is this bad?
Every change to it is a change for all of its callers, and every outage is theirs; whoever owns it is asked by
everybody. What sits in the middle of everything has usually taken in the rules of several contexts.

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
      catalog:
        owns: {Product: {name: text}}
        operations: {find: {reads: Product}}
      cart: {calls: [catalog]}
      offers: {calls: [catalog]}
      search: {calls: [catalog]}
      ratings: {calls: [catalog]}
      invoices: {calls: [catalog]}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {broker: rabbitmq, metrics: prometheus, logs: loki}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}, auth: service}
  subscription: {retries: 5, backoff: 1s, dead_letter: true, idempotent: true}
contexts:
  shop:
    services:
      catalog:
        owns: {Product: {name: text}}
        events: {ProductAdded: {product: uuid, name: text}}
        operations: {find: {reads: Product}, add: {creates: Product, emits: [ProductAdded]}}
      cart: {calls: [catalog]}
      offers: {calls: [catalog]}
      search: {copies: {Product: {catalog.ProductAdded: {}}}}
      ratings: {calls: [catalog]}
      invoices: {copies: {Product: {catalog.ProductAdded: {}}}}
```

## Refactorings
- publish changes, so that readers keep copies
- split the service by what its callers want

## Options
- `min_callers` = 5: calibrated on systems whose hubs people had marked: services with four callers were not among them.
- `min_product` = 8: callers times callees, for what sits in the middle: four times two, or three times three.

## References
- F. Arcelli Fontana et al.: Arcan, a tool for architectural smells detection, ICSAW 2017: Hub-Like Dependency
- D. Rud, A. Schmietendorf, R. Dumke: Product metrics for service-oriented infrastructures, IWSM 2006: AIS, ADS, ACS

## Also known as
- `hub-like-dependency`
- `bottleneck-service`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Option, Profile, Rule, Violation
from svcforge.lint.wording import counted, quoted
from svcforge.source.finding import Related, Severity

MIN_CALLERS = Option("min_callers", 5, "services with four callers were not among the hubs that people had marked")
MIN_PRODUCT = Option("min_product", 8, "callers times callees: four times two, or three times three")

RULE = Rule(
    code="SF105", name="hub-service", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    options=(MIN_CALLERS, MIN_PRODUCT), aliases=("hub-like-dependency", "bottleneck-service"),
    since="0.1",
)  # fmt: skip

PLACES = 12
"""Calls that are shown with a finding."""


def check(context: LintContext) -> Iterator[Violation]:
    """Services with many callers, or many callers times callees."""
    least, product = context.option(MIN_CALLERS), context.option(MIN_PRODUCT)
    indexes = context.indexes
    for name, service in context.blueprint.business.items():
        callers, callees = sorted(indexes.callers[name]), sorted(indexes.callees[name])
        if len(callers) < least and len(callers) * len(callees) < product:
            continue
        also = f", and it calls {quoted(callees)}" if callees else ""
        yield Violation(
            path=service.path,
            message=f'"{name}" is called by {counted(len(callers), "service")}: {quoted(callers)}{also}',
            hint=f'let "{name}" publish its changes, and its readers keep copies; or split it by what its callers want',
            note=f"{len(callers)} callers, {len(callees)} callees",
            at_key=True,
            related=tuple(
                Related(indexes.sync[caller][name][0].path, f"{caller} -> {name}") for caller in callers[:PLACES]
            ),
        )
