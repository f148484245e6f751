"""A service that leans on services which change more than it does.

## What it does
Takes a service's instability I = ADS / (AIS + ADS): 0 for one that others call and that calls nobody, 1 for one that
only calls. A business service is reported when more than `max_share` of the services that it calls are less stable
than itself. Counted are distinct business services.

## Why is this bad?
Who is called by many has to be stable, and cannot be while what it calls is not: changes and outages of the unstable
one pass through the stable one to all of its callers.

## Example
```yaml
svcforge: 1
system: shop
platform: {mesh: istio, metrics: prometheus, logs: loki, secrets: vault}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}}
  scale: {min: 2}
contexts:
  shop:
    services:
      orders: {calls: [accounts]}
      invoices: {calls: [accounts]}
      accounts: {calls: [offers]}
      offers: {calls: [ads, weather]}
      ads: {}
      weather: {}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {broker: {engine: rabbitmq, tls: strict}, mesh: istio, metrics: prometheus, logs: loki, secrets: vault}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}}
  subscription: {retries: 5, backoff: 1s, dead_letter: true, idempotent: true}
  scale: {min: 2}
contexts:
  shop:
    services:
      orders: {calls: [accounts]}
      invoices: {calls: [accounts]}
      accounts:
        owns: {Account: {name: text}}
        events: {AccountOpened: {account: uuid}}
        operations: {open: {creates: Account, emits: [AccountOpened]}}
      offers: {calls: [ads, weather], subscribes: [accounts.AccountOpened]}
      ads: {}
      weather: {}
```

## Refactorings
- turn the dependency round with events
- call an interface that changes less than what is behind it

## Options
- `max_share` = 0.3: Arcan's threshold for the share of dependencies that are less stable.

## References
- F. Arcelli Fontana et al.: Arcan, a tool for architectural smells detection, ICSAW 2017: Unstable Dependency
- R. C. Martin: Agile Software Development, 2002: Stable Dependencies Principle, instability

## Also known as
- `stable-dependencies-violation`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import Indexes, LintContext
from svcforge.lint.rule import Option, Profile, Rule, Violation
from svcforge.source.finding import Related, Severity

MAX_SHARE = Option("max_share", 0.3, "Arcan's threshold for the share of dependencies that are less stable")

RULE = Rule(
    code="SF112", name="unstable-dependency", severity=Severity.INFO, profile=Profile.PRODUCTION,
    options=(MAX_SHARE,), aliases=("stable-dependencies-violation",),
    since="0.1",
)  # fmt: skip

NAMED_AT_MOST = 6


def check(context: LintContext) -> Iterator[Violation]:
    """Services of which too many callees are less stable than they are."""
    indexes, most = context.indexes, context.option(MAX_SHARE)
    instability = {name: _instability(indexes, name) for name in context.blueprint.business}
    for name, service in context.blueprint.business.items():
        callees = sorted(indexes.callees[name])
        shaky = [callee for callee in callees if instability[callee] > instability[name]]
        if len(shaky) > most * len(callees):
            named = ", ".join(f'"{callee}" ({instability[callee]:.2f})' for callee in shaky[:NAMED_AT_MOST])
            more = ", ..." if len(shaky) > NAMED_AT_MOST else ""
            of = f"{len(shaky)} of {len(callees)} services" if len(callees) > 1 else "the service"
            yield Violation(
                path=service.path,
                message=f'"{name}", with an instability of {instability[name]:.2f}, is less unstable than {of} that it '
                f"calls: {named}{more}",
                hint=f'turn the dependency round: let "{shaky[0]}" hear events of "{name}", or keep a copy of what is read',
                at_key=True,
                related=tuple(
                    Related(indexes.sync[name][callee][0].path, f"{name} -> {callee}")
                    for callee in shaky[:NAMED_AT_MOST]
                ),
            )


def _instability(indexes: Indexes, name: str) -> float:
    callers, callees = len(indexes.callers[name]), len(indexes.callees[name])
    return callees / (callers + callees) if callers + callees else 0.0
