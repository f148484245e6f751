"""A call that waits longer than those who wait for it.

## What it does
Follows requests from operation to operation, where both are named, and from service to service where not, and reports
a call whose timeout is longer than one further up: whoever asked has gone by then. A timeout is for the whole call,
retries and back-off included, so that it is compared as it stands. Routes count with their own timeout or the
gateway's, sagas' steps as calls that begin a request; `wait: false` and calls without a timeout (SF301) are passed by.

## Why is this bad?
The caller gives up, tells its user that it failed, and perhaps asks again; the work below goes on, twice, and its
result is thrown away.

## Example
```yaml
svcforge: 1
system: shop
defaults:
  call: {breaker: {failures: 50%, window: 20, reset: 30s}}
contexts:
  shop:
    services:
      cart: {operations: {check_out: {calls: [{to: prices.quote, timeout: 1s}]}}}
      prices: {operations: {quote: {read_only: true, calls: [{to: taxes.rate, timeout: 3s}]}}}
      taxes: {operations: {rate: {read_only: true}}}
```

## Use instead
```yaml
svcforge: 1
system: shop
defaults:
  call: {breaker: {failures: 50%, window: 20, reset: 30s}}
contexts:
  shop:
    services:
      cart: {operations: {check_out: {calls: [{to: prices.quote, timeout: 1s}]}}}
      prices: {operations: {quote: {read_only: true, calls: [{to: taxes.rate, timeout: 800ms}]}}}
      taxes: {operations: {rate: {read_only: true}}}
```

## Refactorings
- shorten the inner timeouts to what is left of the outer ones
- give the outer calls more time

## Options
None.

## References
- gRPC: Deadlines; deadline propagation
- B. Beyer et al.: Site Reliability Engineering, 2016, chapter 22: Addressing Cascading Failures, latency and deadlines

## Also known as
- `inverted-deadline`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.calls import callee, caller, origin, set_in, with_policy
from svcforge.lint.context import LintContext
from svcforge.lint.deadlines import Arrival, arrivals
from svcforge.lint.rule import Fix, Profile, Rule, Violation
from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge
from svcforge.model.effective import Effective, timeout
from svcforge.model.policy import duration_text
from svcforge.source.edit import Edit, Replace
from svcforge.source.finding import Path, Related, Severity

RULE = Rule(
    code="SF303", name="timeout-inversion", severity=Severity.ERROR, profile=Profile.RECOMMENDED, fix=Fix.UNSAFE,
    aliases=("inverted-deadline",),
    since="0.1",
)  # fmt: skip

SHOWN = 12
"""Calls of a path that are shown; of a longer one the first and the last."""


def check(context: LintContext) -> Iterator[Violation]:
    """Calls that are longer than what is left of the request, each with the tightest way to it."""
    blueprint, graph = context.blueprint, context.indexes.requests
    tightest: dict[Path, Arrival] = {}
    reached = arrivals(context.indexes)
    for node, arrival in reached.items():
        for edge, _ in graph.get(node, ()):
            if edge is not None and (edge.path not in tightest or arrival.limit < tightest[edge.path].limit):
                tightest[edge.path] = arrival
    for edge in context.indexes.edges:
        if (before := tightest.get(edge.path)) and (timeout(blueprint, edge).value or 0) > before.limit:
            yield _violation(blueprint, edge, before)


def _violation(blueprint: Blueprint, edge: Edge, before: Arrival) -> Violation:
    calls = (*before.calls, edge)
    if len(calls) > SHOWN:
        calls = (*calls[: SHOWN - 1], edge)
    said, limit = timeout(blueprint, edge), duration_text(before.limit)
    way = ", then ".join(f'"{caller(e)}" -> "{callee(e)}" {_text(timeout(blueprint, e))}' for e in calls)
    others = [(e, timeout(blueprint, e)) for e in calls[:-1]]
    places = [Related(e.path, f"waits {_text(by)}{set_in(e, by)}") for e, by in others]
    return Violation(
        path=edge.path,
        message=f'"{caller(edge)}" waits {_text(said)} for "{callee(edge)}", of a request that has {limit}: {way}',
        hint=f"let it wait no longer than {limit}, or give those before it more time",
        note="waits longer than its caller",
        related=(*places, *origin(edge, "the timeout", said)),
        fix=(_shortened(blueprint, edge, said, limit),),
    )


def _text(said: Effective) -> str:
    return duration_text(said.value) if said.value else "without a timeout"


def _shortened(blueprint: Blueprint, edge: Edge, said: Effective, limit: str) -> Edit:
    """The timeout of the call itself: in place where it stands there, else beside what the defaults say."""
    if said.origin is not None and not said.beside(edge):
        return Replace(said.origin, limit)
    added = with_policy(blueprint, edge, "timeout", limit)
    return Replace(said.origin, limit) if said.origin == (*added.path, added.key) else added
