"""Several services on one database server, each with a schema of its own.

## What it does
Reports servers of `stores` that two or more services use without sharing a schema. What shares a schema is SF201.

## Why is this bad?
It need not be: one server for several schemas is a common saving. It is shown for production because the services
share its load, its upgrades and its outages, which no diagram of services tells.

## Example
```yaml
svcforge: 1
system: robots
platform: {mesh: istio, metrics: prometheus, logs: loki, secrets: vault}
defaults:
  call: {timeout: 1s, retries: 0, breaker: {failures: 50%, window: 20, reset: 30s}}
  scale: {min: 2}
stores:
  cities: {engine: mysql, server: mysql-1, schema: cities, tls: strict}
  ratings: {engine: mysql, server: mysql-1, schema: ratings, tls: strict}
contexts:
  robots:
    services:
      shipping: {store: cities, calls: [reviews]}
      reviews: {store: ratings}
```

## Use instead
```yaml
svcforge: 1
system: robots
platform: {mesh: istio, metrics: prometheus, logs: loki, secrets: vault}
defaults:
  call: {timeout: 1s, retries: 0, breaker: {failures: 50%, window: 20, reset: 30s}}
  scale: {min: 2}
stores:
  cities: {engine: mysql, server: mysql-1, schema: cities, tls: strict}
  ratings: {engine: mysql, server: mysql-2, schema: ratings, tls: strict}
contexts:
  robots:
    services:
      shipping: {store: cities, calls: [reviews]}
      reviews: {store: ratings}
```

## Refactorings
- give the service that matters more a server of its own

## Options
None.

## References
- C. Richardson: Microservices Patterns, 2018, chapter 2: schema per service, database server per service

## Also known as
- `shared-server`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.lint.stores import by_server, services
from svcforge.lint.wording import quoted
from svcforge.source.finding import Related, Severity

RULE = Rule(
    code="SF202", name="shared-database-server", severity=Severity.INFO, profile=Profile.PRODUCTION,
    aliases=("shared-server",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Each server that several services use, unless they all share one of its schemas."""
    for group in by_server(context.blueprint).values():
        names = services(group)
        users: dict[str | None, set[str]] = {}
        for access in group:
            users.setdefault(access.store.schema, set()).add(access.service.name)
        if len(names) > 1 and None not in users and all(len(u) < len(names) for u in users.values()):
            yield Violation(
                path=group[0].path,
                message=f'{quoted(names)} have schemas of their own on one server "{group[0].server}"',
                hint="give the more important service a server of its own if load or upgrades of the others may touch it",
                related=tuple(Related(a.path, f"{a.service.name}: schema {a.store.schema}") for a in group[1:]),
                about=tuple(names),
            )
