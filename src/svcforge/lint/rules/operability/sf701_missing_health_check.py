"""A service that cannot say whether it is well.

## What it does
Reports an existing service (`has`) without `health`: a liveness check, by which it is restarted, and a readiness check,
by which it gets requests. What svcforge generates answers both, at `/health/live` and `/health/ready`.

## Why is this bad?
The platform sends requests to a service that hangs or has not started yet, and restarts none; users find out first.

## Example
```yaml
svcforge: 1
system: shop
contexts:
  shop:
    services:
      orders:
        has: [tracing, metrics, logs, contract]
        owns: {Order: {total: decimal}}
        calls: [{to: bank.pay, timeout: 1s, breaker: {failures: 50%, window: 20, reset: 30s}}]
externals:
  bank: {operations: {pay: {http: POST /payments}}}
```

## Use instead
```yaml
svcforge: 1
system: shop
contexts:
  shop:
    services:
      orders:
        has: [tracing, metrics, logs, contract, health]
        owns: {Order: {total: decimal}}
        calls: [{to: bank.pay, timeout: 1s, breaker: {failures: 50%, window: 20, reset: 30s}}]
externals:
  bank: {operations: {pay: {http: POST /payments}}}
```

## Refactorings
- answer whether the service lives and whether it can work

## Options
None.

## References
- N. Mohammadi et al., MARS and DAMP: No Health Check
- Kubernetes: Configure Liveness, Readiness and Startup Probes

## Also known as
- `no-health-check`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.abilities import lacking
from svcforge.lint.context import LintContext
from svcforge.lint.rule import Fix, Profile, Rule, Violation
from svcforge.source.finding import Severity

RULE = Rule(
    code="SF701", name="missing-health-check", severity=Severity.WARNING, profile=Profile.RECOMMENDED, fix=Fix.UNSAFE,
    aliases=("no-health-check",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Existing business services that have no health check."""
    for lack in lacking(context.blueprint, "health"):
        yield Violation(
            path=lack.path,
            message=f'"{lack.service.name}" has no health check',
            hint="let it answer whether it lives (/health/live) and whether it can work (/health/ready), "
            "and add `health` to its `has`",
            at_key=lack.shared,
            fix=(lack.fix,),
        )
