"""A service without a team.

## What it does
Reports a business service for which neither it nor its context names a `team`, in a system where another one has one.
Where nobody has said anything about teams, there is nothing to judge.

## Why is this bad?
Nobody is called when it fails, nobody patches it, and nobody may say no to the next feature that is put there because
it is nobody's.

## Example
```yaml
svcforge: 1
system: shop
platform: {mesh: istio, metrics: prometheus, logs: loki}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}}
  scale: {min: 2}
contexts:
  sales:
    services:
      orders: {team: sales, calls: [prices]}
      prices: {}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {mesh: istio, metrics: prometheus, logs: loki}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}}
  scale: {min: 2}
contexts:
  sales:
    team: sales
    services:
      orders: {calls: [prices]}
      prices: {}
```

## Refactorings
- give it to a team

## Options
None.

## References
- M. Skelton, M. Pais: Team Topologies, 2019: every part has one team
- S. Newman: Building Microservices, 2nd edition, 2021, chapter 15: ownership

## Also known as
- `orphaned-service`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.source.finding import Severity

RULE = Rule(
    code="SF807", name="unowned-service", severity=Severity.WARNING, profile=Profile.PRODUCTION,
    aliases=("orphaned-service",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Services without a team among services with one."""
    blueprint = context.blueprint
    unowned = [service for name, service in blueprint.business.items() if not blueprint.team_of(name)]
    if len(unowned) == len(blueprint.business):
        return
    for service in unowned:
        yield Violation(
            path=service.path,
            message=f'no team owns "{service.name}"',
            hint="name one in `team`, for the service or for its context",
            at_key=True,
        )
