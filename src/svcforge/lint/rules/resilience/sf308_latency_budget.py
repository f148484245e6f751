"""A promise of latency that the calls behind it use up.

## What it does
Adds up the 99th percentiles (`takes`) of an operation and of the calls that it waits for, one after the other, all the
way down, and of an endpoint's parts, which run side by side unless one needs another's answer; and reports what comes
to more than its service or BFF promises (`slo.latency`). Operations that are opened by `http` or that somebody waits
for are asked, `long_running` ones are not. What does not say how long it takes counts 0; percentiles that are added up
are an upper bound of the sum's.

## Why is this bad?
The alert of the promise rings although every service keeps its own: nobody is late, the sum is.

## Example
```yaml
svcforge: 1
system: shop
platform: {mesh: istio, secrets: vault}
defaults:
  call: {timeout: 1s, retries: 0, breaker: {failures: 50%, window: 20, reset: 30s}}
contexts:
  shop:
    team: shop
    services:
      orders:
        slo: {latency: 300ms}
        operations: {quote: {takes: 50ms, calls: [prices.quote], http: GET /quotes, public: anyone may ask}}
      prices:
        operations: {quote: {read_only: true, takes: 400ms}}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {mesh: istio, secrets: vault}
defaults:
  call: {timeout: 1s, retries: 0, breaker: {failures: 50%, window: 20, reset: 30s}}
contexts:
  shop:
    team: shop
    services:
      orders:
        slo: {latency: 500ms}
        operations: {quote: {takes: 50ms, calls: [prices.quote], http: GET /quotes, public: anyone may ask}}
      prices:
        operations: {quote: {read_only: true, takes: 400ms}}
```

## Refactorings
- make calls side by side
- keep a copy of what is read
- do the slow part later

## Options
None.

## References
- J. Dean, L. A. Barroso: The Tail at Scale, Communications of the ACM 56(2), 2013
- B. Beyer et al.: Site Reliability Engineering, 2016, chapter 4: Service Level Objectives

## Also known as
- `overdrawn-latency`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.latency import Latencies
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.model.blueprint import Blueprint
from svcforge.model.effective import Effective, latency
from svcforge.model.elements import Operation
from svcforge.model.policy import Milliseconds, duration_text
from svcforge.source.finding import Path, Related, Severity

RULE = Rule(
    code="SF308", name="latency-budget", severity=Severity.WARNING, profile=Profile.PRODUCTION,
    aliases=("overdrawn-latency",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Operations, then endpoints, that take longer than is promised."""
    blueprint = context.blueprint
    promises = {n: said for n in (*blueprint.services, *blueprint.bffs) if (said := latency(blueprint, n)).value}
    if not promises:
        return
    latencies = Latencies(context.indexes, lambda edge, takes: True)
    awaited = {(edge.target, edge.operation) for edge in context.indexes.waiting}
    for name in (n for n in promises if n in blueprint.services):
        for operation in blueprint.services[name].operations.values():
            node = (name, operation.name)
            total = latencies.of_operation(node)
            if total > promises[name].value and _asked(operation, node in awaited):
                yield _violation(operation.path, ".".join(node), total, latencies.witness(node), promises[name])
    for name in (n for n in promises if n in blueprint.bffs):
        for endpoint in blueprint.bffs[name].endpoints:
            total = latencies.of_endpoint(endpoint)
            if total > promises[name].value:
                slowest = _slowest(blueprint, latencies, [(p.call.target, p.call.operation) for p in endpoint.parts])
                what = f"{endpoint.http.method} {endpoint.http.path}"
                yield _violation(endpoint.path, what, total, slowest, promises[name])


def _asked(operation: Operation, awaited: bool) -> bool:
    return not operation.long_running and (operation.http is not None or awaited)


def _slowest(blueprint: Blueprint, latencies: Latencies, called: list[tuple[str | None, str | None]]) -> str:
    """The slowest part of an endpoint."""
    nodes = [(owner, name) for owner, name in called if owner and name and blueprint.operation(owner, name)]
    slowest = max(nodes, key=latencies.of_operation, default=None)
    return f" (the slowest is {'.'.join(slowest)}, {duration_text(latencies.of_operation(slowest))})" if slowest else ""


def _violation(path: Path, what: str, total: Milliseconds, made_of: str, promise: Effective) -> Violation:
    return Violation(
        path=path,
        message=f'"{what}" may take {duration_text(total)}{made_of}, and {duration_text(promise.value)} are promised',
        hint="call side by side in a BFF, keep a copy, do the slow part later, or promise more time",
        related=(Related(promise.origin, "promised here"),) if promise.origin else (),
    )
