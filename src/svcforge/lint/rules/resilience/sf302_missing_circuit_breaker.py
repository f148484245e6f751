"""A call that keeps asking a service that is down.

## What it does
Reports calls, saga steps and endpoints' parts between services, and to externals, whose effective circuit breaker is
unset or switched off (`breaker: none`), unless the call is `optional` and has a `fallback`, as an endpoint's part with
`or` is. Routes are not asked: a gateway has its breakers from its pack. What registries and infrastructure call is
not asked, nor are calls to them.

## Why is this bad?
Every request to a dead service costs its callers a full timeout. With a breaker they fail at once, and the service
comes back without the load of those that wait for it.

## Example
```yaml
svcforge: 1
system: shop
defaults:
  call: {timeout: 1s, retries: 1}
contexts:
  ordering:
    services:
      orders:
        operations:
          create_order: {calls: [stock.reserve]}
      stock:
        operations:
          reserve: {idempotent: by key}
```

## Use instead
```yaml
svcforge: 1
system: shop
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}}
contexts:
  ordering:
    services:
      orders:
        operations:
          create_order: {calls: [stock.reserve]}
      stock:
        operations:
          reserve: {idempotent: by key}
```

## Refactorings
- put a circuit breaker before the call (42%)
- give the call a timeout (22%)
- keep a pool of connections and threads apart for each callee: a bulkhead (20%)
- let a message broker stand between the two (16%)

In brackets, how often the literature advises each for this smell (Neri, Soldani, Zimmermann, Brogi 2020).

## Options
None.

## References
- D. Neri, J. Soldani, O. Zimmermann, A. Brogi: Design principles, architectural smells and refactorings for
  microservices, 2020: Wobbly Service Interaction (with SF301 on the same edge)
- M. Nygard: Release It!, 2nd edition, 2018: Circuit Breaker
- microSecEnD, rule R02: a circuit breaker at the entry

## Also known as
- `no-circuit-breaker`
- `wobbly-service-interaction`, where SF301 finds something too
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.calls import callee, caller, for_all_calls, origin
from svcforge.lint.context import LintContext
from svcforge.lint.rule import Fix, Profile, Rule, Violation
from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge, EdgeKind
from svcforge.model.effective import call_policy
from svcforge.model.policy import Breaker, Off
from svcforge.source.finding import Severity

RULE = Rule(
    code="SF302", name="missing-circuit-breaker", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    fix=Fix.UNSAFE, aliases=("no-circuit-breaker", "wobbly-service-interaction"),
    since="0.1",
)  # fmt: skip

USUAL = {"failures": "50%", "window": 20, "reset": "30s"}
"""The breaker that the fix writes, as `svcforge init` does."""

SAY = 'say "breaker: {failures: 50%, window: 20, reset: 30s}" on the call, or in `defaults.call` for all calls'
SWITCH_ON = "take `breaker: none` out, or say `optional: true` and a `fallback` where nobody misses the answer"


def check(context: LintContext) -> Iterator[Violation]:
    """Calls without a breaker that somebody misses when they fail."""
    blueprint = context.blueprint
    for edge in context.indexes.calls:
        said = call_policy(blueprint, edge, "breaker")
        if isinstance(said.value, Breaker) or _dispensable(blueprint, edge):
            continue
        off = isinstance(said.value, Off)
        yield Violation(
            path=edge.path,
            message=f'"{caller(edge)}" calls "{callee(edge)}" without a circuit breaker'
            + (": it is switched off" if off else ""),
            hint=SWITCH_ON if off else SAY,
            related=origin(edge, "the breaker", said),
            fix=() if off else (for_all_calls("breaker", USUAL),),
        )


def _dispensable(blueprint: Blueprint, edge: Edge) -> bool:
    """Whether the caller goes on without an answer: optional with a fallback, or a part with `or`."""
    if edge.call is None or not edge.call.fallback:
        return False
    return edge.kind is EdgeKind.PART or bool(call_policy(blueprint, edge, "optional").value)
