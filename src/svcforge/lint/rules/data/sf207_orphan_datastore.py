"""A database that nobody uses.

## What it does
Reports an entry of `stores` that no service names in `store` or `uses`.

## Why is this bad?
Either an edge has been forgotten, and the rules about shared data judge a system that is not the real one, or
somebody pays for, backs up and patches a database for nothing.

## Example
```yaml
svcforge: 1
system: shop
platform: {metrics: prometheus, logs: loki}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}, auth: service}
stores:
  crm: {engine: mysql}
contexts:
  shop:
    services:
      orders: {calls: [customers]}
      customers: {}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {metrics: prometheus, logs: loki}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}, auth: service}
stores:
  crm: {engine: mysql}
contexts:
  shop:
    services:
      orders: {calls: [customers]}
      customers: {store: crm}
```

## Refactorings
- say whose it is, or remove it

## Options
None.

## References
- The Microservices Backlog, "nobody home", for data

## Also known as
- `unused-datastore`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.source.finding import Severity

RULE = Rule(
    code="SF207", name="orphan-datastore", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    aliases=("unused-datastore",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Declared stores without a user, of whatever role."""
    services = context.blueprint.services.values()
    used = {s.store for s in services} | {use.name for s in services for use in s.uses}
    for name, store in context.blueprint.stores.items():
        if name not in used:
            yield Violation(
                path=store.path,
                message=f'nobody uses the store "{name}"',
                hint="name it in `store` of the service that it belongs to, or in `uses`; or remove it",
                at_key=True,
            )
