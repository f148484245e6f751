"""A system whose logs or numbers lie where they arise.

## What it does
Reports a system in which existing services (`has`) send no `logs` and `platform.logs` names no sink, and, in a finding
of its own, one in which they show no `metrics` and `platform.metrics` names no backend. What svcforge generates writes
logs that any sink can read, and has its metrics at `/metrics`.

## Why is this bad?
To find out what happened, someone must log in to each machine before it is replaced; and nobody is told before users
call.

## Example
```yaml
svcforge: 1
system: shop
defaults: {has: [health, tracing, metrics, contract]}
contexts:
  shop:
    services:
      orders:
        owns: {Order: {total: decimal}}
        calls: [{to: bank.pay, timeout: 1s, breaker: {failures: 50%, window: 20, reset: 30s}}]
externals:
  bank: {operations: {pay: {http: POST /payments}}}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {logs: loki}
defaults: {has: [health, tracing, metrics, contract]}
contexts:
  shop:
    services:
      orders:
        owns: {Order: {total: decimal}}
        calls: [{to: bank.pay, timeout: 1s, breaker: {failures: 50%, window: 20, reset: 30s}}]
externals:
  bank: {operations: {pay: {http: POST /payments}}}
```

## Options
None.

## References
- microSecEnD, rules R15, R16 and R20: central logging and monitoring
- N. Mohammadi et al., DAMP: Local Logging, Insufficient Monitoring

## Also known as
- `local-logging`
- `insufficient-monitoring`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.abilities import lacking
from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.lint.wording import quoted
from svcforge.source.finding import Related, Severity

RULE = Rule(
    code="SF703", name="no-central-observability", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    aliases=("local-logging", "insufficient-monitoring"),
)  # fmt: skip

SHOWN = 12
"""Services whose places are shown."""


def check(context: LintContext) -> Iterator[Violation]:
    """The want of a log sink, then that of a metrics backend."""
    platform = context.blueprint.platform
    if not platform.logs:
        yield from _wanting(context, "logs", "log sink", "loki")
    if not platform.metrics:
        yield from _wanting(context, "metrics", "metrics backend", "prometheus")


def _wanting(context: LintContext, ability: str, missing: str, usual: str) -> Iterator[Violation]:
    lacks = list(lacking(context.blueprint, ability))
    if lacks:
        names = [lack.service.name for lack in lacks]
        yield Violation(
            path=lacks[0].path,
            message=f"no {missing}: nobody collects the {ability} of {quoted(names)}",
            hint=f"name one in `platform: {{{ability}: {usual}}}`, or add `{ability}` to what they have if it has one",
            related=tuple(Related(lack.path, f"{lack.service.name} has no {ability}") for lack in lacks[1 : 1 + SHOWN]),
            at_key=lacks[0].shared,
            about=tuple(names),
        )
