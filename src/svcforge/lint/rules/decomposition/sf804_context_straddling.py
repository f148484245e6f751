"""One real service that is drawn in two bounded contexts.

## What it does
Reports services of different contexts that have a name in the source (`aka`) in common: the blueprint shows two, and
there is one. A service that is written down twice under one name is SF002, several in one deployable are SF704.

## Why is this bad?
A service in two contexts serves two models and two teams with one database and one release. The line between the
contexts is on paper only, and every rule about contexts judges the paper.

## Example
```yaml
svcforge: 1
system: shop
platform: {metrics: prometheus, logs: loki}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}, auth: service}
contexts:
  sales:
    services:
      customers: {aka: [crm-service], calls: [support]}
  care:
    services:
      support: {aka: [crm-service]}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {metrics: prometheus, logs: loki}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}, auth: service}
contexts:
  sales:
    services:
      customers: {aka: [crm-service], calls: [support]}
  care:
    services:
      support: {aka: [ticket-service]}
```

## Refactorings
- split the service along the contexts

## Options
None.

## References
- E. Evans: Domain-Driven Design, 2003: bounded context
- V. Vernon: Implementing Domain-Driven Design, 2013: one context, one model, one team

## Also known as
- `straddling-service`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.lint.wording import quoted
from svcforge.model.elements import Service
from svcforge.source.finding import Related, Severity

RULE = Rule(
    code="SF804", name="context-straddling", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    aliases=("straddling-service",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Names in the source that services of several contexts share."""
    drawn: dict[str, list[Service]] = {}
    for service in context.blueprint.services.values():
        for name in dict.fromkeys(alias.lower() for alias in service.aka):
            drawn.setdefault(name, []).append(service)
    for name, services in drawn.items():
        contexts = sorted({service.context for service in services})
        if len(contexts) > 1:
            first, *others = services
            yield Violation(
                path=first.path,
                message=f'"{name}" is one service and stands in the contexts {quoted(contexts)}, as '
                f"{quoted([service.name for service in services])}",
                hint="split the service along the contexts, or draw it in the one whose model it has",
                at_key=True,
                related=tuple(Related(service.path, f"in {service.context}") for service in others),
                about=tuple(service.name for service in services),
            )
