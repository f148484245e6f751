"""A service that matters more than what it cannot do without.

## What it does
Reports a call, or an endpoint's part, that a request waits for, from a service or BFF of one `tier` to one of a higher
number, which matters less, unless it has a `fallback` or is `optional`. Where one of the two has no tier nothing is
said. Sagas' steps and `wait: false` do not wait.

## Why is this bad?
The lower tier is built, watched and repaired as what it is; whoever is on call for the first tier learns at night that
it depends on something that nobody is on call for.

## Example
```yaml
svcforge: 1
system: shop
defaults:
  call: {timeout: 1s, retries: 0, breaker: {failures: 50%, window: 20, reset: 30s}}
contexts:
  shop:
    services:
      checkout:
        tier: 1
        operations: {pay: {calls: [coupons.find]}}
      coupons:
        tier: 3
        operations: {find: {read_only: true, out: [uuid]}}
```

## Use instead
```yaml
svcforge: 1
system: shop
defaults:
  call: {timeout: 1s, retries: 0, breaker: {failures: 50%, window: 20, reset: 30s}}
contexts:
  shop:
    services:
      checkout:
        tier: 1
        operations: {pay: {calls: [{to: coupons.find, fallback: []}]}}
      coupons:
        tier: 3
        operations: {find: {read_only: true, out: [uuid]}}
```

## Refactorings
- give the call a fallback or a copy to read
- raise the tier of what is depended on

## Options
None.

## References
- B. Treynor, M. Dahlin, V. Rau, B. Beyer: The Calculus of Service Availability, ACM Queue 15(2), 2017: graceful
  degradation
- B. Beyer et al.: Site Reliability Engineering, 2016, chapter 3: Embracing Risk

## Also known as
- `tier-inversion`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.calls import callee, caller, hard
from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.model.blueprint import Blueprint
from svcforge.source.finding import Related, Severity

RULE = Rule(
    code="SF309", name="criticality-inversion", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    aliases=("tier-inversion",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Calls from a tier to one that matters less."""
    blueprint = context.blueprint
    for edge in context.indexes.waiting:
        above, below = _tier(blueprint, edge.source), _tier(blueprint, edge.target)
        if above is not None and below is not None and below > above and hard(blueprint, edge):
            element = blueprint.services.get(edge.target) or blueprint.bffs[edge.target]
            yield Violation(
                path=edge.path,
                message=f'"{caller(edge)}" of tier {above} cannot do without "{callee(edge)}" of tier {below}',
                hint="give the call a fallback, keep a copy of what it reads, or raise the other service's tier",
                related=(Related((*element.path, "tier"), f"{edge.target} is of tier {below}"),),
            )


def _tier(blueprint: Blueprint, name: str) -> int | None:
    element = blueprint.services.get(name) or blueprint.bffs.get(name)
    return element.tier if element else None
