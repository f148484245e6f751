"""A service in which traces end.

## What it does
Reports an existing service (`has`) without `tracing` that is on a row of two calls or more, that of a gateway, a BFF or
a frontend included, or that takes part in a saga. What svcforge generates passes traces on, through calls and events.

## Why is this bad?
A request that is slow or fails on its way through several services leaves pieces in several logs that nobody can put
together.

## Example
```yaml
svcforge: 1
system: shop
defaults:
  call: {timeout: 1s, retries: 0, breaker: {failures: 50%, window: 20, reset: 30s}, auth: service}
  api_version: v1
contexts:
  shop:
    services:
      cart: {operations: {check_out: {calls: [prices.quote]}}}
      prices:
        has: [health, metrics, logs, contract]
        operations: {quote: {read_only: true, calls: [taxes.rate]}}
      taxes: {operations: {rate: {read_only: true}}}
```

## Use instead
```yaml
svcforge: 1
system: shop
defaults:
  call: {timeout: 1s, retries: 0, breaker: {failures: 50%, window: 20, reset: 30s}, auth: service}
  api_version: v1
contexts:
  shop:
    services:
      cart: {operations: {check_out: {calls: [prices.quote]}}}
      prices:
        has: [health, metrics, logs, contract, tracing]
        operations: {quote: {read_only: true, calls: [taxes.rate]}}
      taxes: {operations: {rate: {read_only: true}}}
```

## Refactorings
- pass the trace on from what comes in to what goes out

## Options
None.

## References
- J. Bogner et al.: Towards a Collaborative Repository for the Documentation of Service-Based Antipatterns, 2019:
  Insufficient Message Traceability
- W3C Trace Context

## Also known as
- `insufficient-traceability`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.abilities import lacking
from svcforge.lint.context import Indexes, LintContext
from svcforge.lint.rule import Fix, Profile, Rule, Violation
from svcforge.source.finding import Severity

RULE = Rule(
    code="SF702", name="missing-tracing", severity=Severity.WARNING, profile=Profile.RECOMMENDED, fix=Fix.UNSAFE,
    aliases=("insufficient-traceability",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Existing business services that pass no trace on although there are others before or behind them."""
    lacks = list(lacking(context.blueprint, "tracing"))
    if not lacks:
        return
    rows, sagas = _rows(context.indexes), _sagas(context)
    for lack in lacks:
        name = lack.service.name
        where = f'in the row "{" -> ".join(rows[name])}"' if name in rows else ""
        if not where and name in sagas:
            where = f'in the saga "{sagas[name]}"'
        if where:
            yield Violation(
                path=lack.path,
                message=f'"{name}" passes no traces on, {where}',
                hint="take over `traceparent` from what comes in to what goes out, and add `tracing` to its `has`",
                at_key=lack.shared,
                fix=(lack.fix,),
            )


def _rows(indexes: Indexes) -> dict[str, tuple[str, str, str]]:
    """For each service on a row of two calls, such a row."""
    nodes = indexes.blueprint.business.keys() | indexes.entries
    calls = {(e.source, e.target): None for e in indexes.waiting if e.source in nodes and e.target in nodes}
    before: dict[str, str] = {}
    behind: dict[str, str] = {}
    for source, target in calls:
        if source != target:
            before.setdefault(target, source)
            behind.setdefault(source, target)
    found: dict[str, tuple[str, str, str]] = {}
    for source, target in calls:
        if source == target:
            continue
        if source in before:
            row = (before[source], source, target)
        elif target in behind:
            row = (source, target, behind[target])
        else:
            continue
        found.setdefault(source, row)
        found.setdefault(target, row)
    return found


def _sagas(context: LintContext) -> dict[str, str]:
    """The services that take part in a saga, with its name."""
    found: dict[str, str] = {}
    for saga in context.blueprint.sagas.values():
        for name in (saga.owner, *(step.do.target for step in saga.steps)):
            if name is not None:
                found.setdefault(name, saga.name)
    return found
