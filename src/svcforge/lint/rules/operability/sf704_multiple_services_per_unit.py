"""Services that can only be deployed together.

## What it does
Reports services that share a deployable (`unit`): a container, a pod, an application server. Registries and
infrastructure beside a service are sidecars, and so is what stands in its `sidecars`; they are not counted.

## Why is this bad?
One is changed and all are deployed, one needs memory and all are moved, one crashes and all are gone: the price of
services is paid, and nothing is got for it.

## Example
```yaml
svcforge: 1
system: shop
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}}
contexts:
  shop:
    services:
      orders: {unit: tomcat-1, calls: [shipping]}
      shipping: {unit: tomcat-1}
```

## Use instead
```yaml
svcforge: 1
system: shop
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}}
contexts:
  shop:
    services:
      orders: {unit: orders, calls: [shipping]}
      shipping: {unit: shipping}
```

## Refactorings
- package each service in a container of its own (100%)

In brackets, how often the literature advises each for this smell (Neri, Soldani, Zimmermann, Brogi 2020).

## Options
None.

## References
- D. Neri, J. Soldani, O. Zimmermann, A. Brogi: Design principles, architectural smells and refactorings for
  microservices, 2020: Multiple Services in One Container
- microFreshener++: sidecars share the container of their service on purpose

## Also known as
- `multiple-services-in-one-container`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.lint.wording import quoted
from svcforge.model.elements import Role, Service
from svcforge.source.finding import Related, Severity

RULE = Rule(
    code="SF704", name="multiple-services-per-unit", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    aliases=("multiple-services-in-one-container",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Units with several services."""
    units: dict[str, list[Service]] = {}
    for service in context.blueprint.services.values():
        if service.unit and service.role not in (Role.REGISTRY, Role.INFRA, Role.CLIENT):
            units.setdefault(service.unit, []).append(service)
    for unit, together in units.items():
        if len(together) > 1:
            names = [service.name for service in together]
            first, *others = together
            yield Violation(
                path=(*first.path, "unit"),
                message=f'{quoted(names)} are deployed as one: "{unit}"',
                hint="give each a deployable of its own; if they cannot live without each other, make them one service",
                related=tuple(Related((*service.path, "unit"), f"{service.name} is in it too") for service in others),
                about=tuple(names),
            )
