"""A call that waits for as long as it takes.

## What it does
Reports calls, saga steps and endpoints' parts between services, and to externals, that have no effective timeout: none
on the edge, none in the `defaults` of its service, its context or the system; a timeout of 0 is none. The routes of a
gateway that exists (`has`) are asked too; a generated gateway has one from its pack, which is why the shop's routes
need not say it. What registries and infrastructure call is not asked, nor are calls to them.

## Why is this bad?
A callee that hangs takes its callers with it: their threads and connections wait, then those of their callers. The
slow service fails alone only if everybody stops waiting for it.

## Example
```yaml
svcforge: 1
system: shop
defaults:
  call: {retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}}
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
- give the call a timeout (22%)
- put a circuit breaker before the call (42%)
- keep a pool of connections and threads apart for each callee: a bulkhead (20%)
- let a message broker stand between the two (16%)

In brackets, how often the literature advises each for this smell (Neri, Soldani, Zimmermann, Brogi 2020).

## Options
None.

## References
- D. Neri, J. Soldani, O. Zimmermann, A. Brogi: Design principles, architectural smells and refactorings for
  microservices, 2020: Wobbly Service Interaction (with SF302 on the same edge)
- M. Brooker: Timeouts, retries and backoff with jitter, Amazon Builders' Library

## Also known as
- `wobbly-service-interaction`, where SF302 finds something too
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.calls import callee, caller, for_all_calls, origin, with_policy
from svcforge.lint.context import LintContext
from svcforge.lint.rule import Fix, Profile, Rule, Violation
from svcforge.model.edges import EdgeKind
from svcforge.model.effective import call_policy, timeout
from svcforge.source.edit import Replace
from svcforge.source.finding import Severity

RULE = Rule(
    code="SF301", name="missing-timeout", severity=Severity.WARNING, profile=Profile.RECOMMENDED, fix=Fix.UNSAFE,
    aliases=("wobbly-service-interaction",),
    since="0.1",
)  # fmt: skip

USUAL = "1s"
"""The timeout that the fix writes, as `svcforge init` does."""


def check(context: LintContext) -> Iterator[Violation]:
    """Calls without a timeout, then routes of an existing gateway without one."""
    blueprint = context.blueprint
    for edge in context.indexes.calls:
        said = timeout(blueprint, edge)
        if not said.value:
            none = " (0 is none)" if said.value == 0 else ""
            yield Violation(
                path=edge.path,
                message=f'"{caller(edge)}" calls "{callee(edge)}" without a timeout{none}',
                hint=f'say "timeout: {USUAL}" on the call, or in `defaults.call` for all calls',
                related=origin(edge, "the timeout", said),
                fix=(
                    Replace(said.origin, USUAL) if said.origin else for_all_calls("timeout", USUAL),
                ),
            )  # fmt: skip
    gateway = blueprint.gateway
    if gateway is None or blueprint.abilities_of(gateway.name) is None:
        return
    for edge in context.indexes.edges:
        if edge.kind is EdgeKind.ROUTE:
            said = (
                timeout(blueprint, edge) if timeout(blueprint, edge).origin else call_policy(blueprint, edge, "timeout")
            )
            if not said.value:
                yield Violation(
                    path=edge.path,
                    message=f'route "{edge.path[-1]}" of "{gateway.name}" has no timeout',
                    hint=f'say "timeout: {USUAL}" on the route, or on the gateway for all routes',
                    fix=(with_policy(blueprint, edge, "timeout", USUAL),),
                )
