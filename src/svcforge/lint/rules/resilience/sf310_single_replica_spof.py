"""A single replica that much depends on.

## What it does
Reports a service or BFF that runs as one replica at least (`replicas`, else the effective `scale.min`, is 1 or 0) and
is of `tier: 1`, or that `min_callers` other services call. Where nothing says how many there are, nothing is said.

## Why is this bad?
Every deployment, every node that is drained and every crash is an outage of all that need it.

## Example
```yaml
svcforge: 1
system: shop
contexts:
  shop:
    team: shop
    services:
      checkout:
        tier: 1
        scale: {min: 1, max: 4}
        operations: {pay: {http: POST /payments, scopes: [payments:write], idempotent: by key}}
gateway:
  auth: {jwt: {issuer: https://auth.shop.test, audience: shop}}
  rate_limit: 100/15m per client
  routes: {/api/payments: checkout}
platform: {mesh: istio, secrets: vault}
```

## Use instead
```yaml
svcforge: 1
system: shop
contexts:
  shop:
    team: shop
    services:
      checkout:
        tier: 1
        scale: {min: 2, max: 4}
        operations: {pay: {http: POST /payments, scopes: [payments:write], idempotent: by key}}
gateway:
  auth: {jwt: {issuer: https://auth.shop.test, audience: shop}}
  rate_limit: 100/15m per client
  routes: {/api/payments: checkout}
platform: {mesh: istio, secrets: vault}
```

## Refactorings
- run two replicas at least

## Options
- `min_callers` = 3: fewer callers share the outage of one service; from three on it is the system's.

## References
- B. Beyer et al.: Site Reliability Engineering, 2016, chapter 20: Load Balancing in the Datacenter
- Kubernetes: Disruptions, "run as many replicas as you need"

## Also known as
- `single-point-of-failure`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Option, Profile, Rule, Violation
from svcforge.model.effective import replicas
from svcforge.source.finding import Related, Severity

MIN_CALLERS = Option("min_callers", 3, "from three callers on an outage is the system's")

RULE = Rule(
    code="SF310", name="single-replica-spof", severity=Severity.WARNING, profile=Profile.PRODUCTION,
    options=(MIN_CALLERS,), aliases=("single-point-of-failure",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Services and BFFs that run once although it matters."""
    blueprint, most = context.blueprint, context.option(MIN_CALLERS)
    for name in (*blueprint.business, *blueprint.bffs):
        said = replicas(blueprint, name)
        if said.value is None or said.value > 1:
            continue
        element = blueprint.services.get(name) or blueprint.bffs[name]
        callers = context.indexes.callers.get(name, frozenset())
        if element.tier != 1 and len(callers) < most:
            continue
        why = "it is of tier 1" if element.tier == 1 else f"{len(callers)} services call it"
        own = said.origin is not None and said.origin[: len(element.path)] == element.path
        yield Violation(
            path=said.origin if own and said.origin else element.path,
            message=f'"{name}" may run as a single replica, and {why}',
            # What `replicas` says goes before any scale.
            hint='say "replicas: 2"' if said.origin and said.origin[-1] == "replicas" else 'say "scale: {min: 2}"',
            related=() if own or not said.origin else (Related(said.origin, f"set here, in {said.told_by}"),),
            at_key=not own,
        )
