"""A system whose logs or numbers lie where they arise.

## What it does
Reports a system in which existing services (`has`) send no `logs` and `platform.logs` names no sink, and, in a finding
of its own, one in which they show no `metrics` and `platform.metrics` names no backend. Where there is a sink and some
services send their `logs` to it, those that do not are reported. What svcforge generates writes logs that any sink can
read, and has its metrics at `/metrics`.

A sink to which nobody is said to send is taken as one that collects by itself, from the containers' output, and so is a
metrics backend: it asks, and is not sent to.

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

## Refactorings
- send logs and metrics to one place

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

from collections.abc import Iterator, Sequence

from svcforge.lint.abilities import Lack, lacking
from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.lint.wording import quoted
from svcforge.source.finding import Related, Severity

RULE = Rule(
    code="SF703", name="no-central-observability", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    aliases=("local-logging", "insufficient-monitoring"),
    since="0.1",
)  # fmt: skip

SHOWN = 12
"""Services whose places are shown."""


def check(context: LintContext) -> Iterator[Violation]:
    """The want of a log sink, or who does not send to it; then that of a metrics backend."""
    blueprint, platform = context.blueprint, context.blueprint.platform
    without_logs = list(lacking(blueprint, "logs"))
    if not platform.logs:
        yield from _wanting(without_logs, "logs", "log sink", "loki")
    elif len(without_logs) < len(blueprint.business):
        yield from _apart(without_logs, platform.logs)
    if not platform.metrics:
        yield from _wanting(list(lacking(blueprint, "metrics")), "metrics", "metrics backend", "prometheus")


def _wanting(lacks: Sequence[Lack], ability: str, missing: str, usual: str) -> Iterator[Violation]:
    """One finding for all services that lack an ability of which the platform has nothing either."""
    message = f"no {missing}: nobody collects the {ability} of {quoted(_names(lacks))}"
    hint = f"name one in `platform: {{{ability}: {usual}}}`, or add `{ability}` to what they have if it has one"
    yield from _told(lacks, ability, message, hint)


def _apart(lacks: Sequence[Lack], sink: str) -> Iterator[Violation]:
    """One finding for all services that send no logs where others do."""
    message = f'"{sink}" gets no logs of {quoted(_names(lacks))}: they lie where they arise'
    yield from _told(lacks, "logs", message, f'send them to "{sink}" too, and add `logs` to what they have')


def _told(lacks: Sequence[Lack], ability: str, message: str, hint: str) -> Iterator[Violation]:
    if lacks:
        yield Violation(
            path=lacks[0].path,
            message=message,
            hint=hint,
            related=tuple(Related(lack.path, f"{lack.service.name} has no {ability}") for lack in lacks[1 : 1 + SHOWN]),
            at_key=lacks[0].shared,
            about=tuple(_names(lacks)),
        )


def _names(lacks: Sequence[Lack]) -> list[str]:
    return [lack.service.name for lack in lacks]
