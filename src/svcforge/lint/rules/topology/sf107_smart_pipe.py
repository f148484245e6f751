"""Logic in the pipe between the services.

## What it does
Reports a service of role `esb`; a `gateway`, `registry` or `infra` with logic of its own (an operation with a `rule`,
or one that creates, updates or deletes); and, in systems of eight business services and more, a service whose number
of callers and of callees both stand out from all others': more than one and a half interquartile ranges above the
third quartile, and at least `min_degree`. What others go through to reach each other is a bus by another name.

## Why is this bad?
Rules that sit in the pipe belong to nobody's context: they are changed by one central team, for everybody at once, and
cannot be tested with the service that they are about. Endpoints should be smart and pipes dumb.

## Example
```yaml
svcforge: 1
system: shop
platform: {metrics: prometheus, logs: loki}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}, auth: service}
contexts:
  shop:
    services:
      orders: {calls: [hub]}
      hub: {role: esb, calls: [stock]}
      stock: {}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {metrics: prometheus, logs: loki}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}, auth: service}
contexts:
  shop:
    services:
      orders: {calls: [stock]}
      stock: {}
```

## Refactorings
- rightsize the bus: move its logic into the services, and let it only carry messages (100%)

In brackets, how often the literature advises each for this smell (Neri, Soldani, Zimmermann, Brogi 2020).

## Options
- `min_degree` = 4: in small systems one or two calls more than the others' are already an outlier.
- `min_services` = 8: below that a distribution says nothing.

## References
- J. Lewis, M. Fowler: Microservices, 2014: smart endpoints and dumb pipes
- D. Taibi, V. Lenarduzzi: On the Definition of Microservice Bad Smells, IEEE Software 35(3), 2018: ESB Usage
- D. Neri et al.: Design principles, architectural smells and refactorings for microservices, SICS 35, 2020: ESB Misuse
- MSANose: ESB usage as an outlier in both degrees

## Also known as
- `esb-usage`
- `esb-misuse`
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from statistics import quantiles

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Option, Profile, Rule, Violation
from svcforge.lint.wording import quoted
from svcforge.model.elements import Operation, Role, Service, Verb
from svcforge.source.finding import Severity

MIN_DEGREE = Option("min_degree", 4, "in small systems one or two calls more than the others' are already an outlier")
MIN_SERVICES = Option("min_services", 8, "below that a distribution says nothing")

RULE = Rule(
    code="SF107", name="smart-pipe", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    options=(MIN_DEGREE, MIN_SERVICES), aliases=("esb-usage", "esb-misuse"),
    since="0.1",
)  # fmt: skip

PIPES = (Role.GATEWAY, Role.REGISTRY, Role.INFRA)
"""What carries messages and should decide nothing."""

HINT = "leave to the pipe what every message needs, and give the rules to the services that they are about"


def check(context: LintContext) -> Iterator[Violation]:
    """Declared buses, pipes with logic, and services that most traffic between others goes through."""
    for name, service in context.blueprint.services.items():
        if service.role is Role.ESB:
            yield Violation(
                path=(*service.path, "role"), message=f'"{name}" is an enterprise service bus', hint=HINT, about=(name,)
            )
        elif service.role in PIPES and (logic := next(filter(_decides, service.operations.values()), None)):
            yield Violation(
                path=logic.path,
                message=f'"{name}" is a {service.role} and decides in "{logic.name}"',
                hint=HINT,
                at_key=True,
            )
    yield from (_in_between(context, service) for service in _outliers(context))


def _decides(operation: Operation) -> bool:
    return operation.rule is not None or operation.verb in (Verb.CREATES, Verb.UPDATES, Verb.DELETES)


def _outliers(context: LintContext) -> Iterator[Service]:
    business, indexes = context.blueprint.business, context.indexes
    if len(business) < max(2, context.option(MIN_SERVICES)):
        return
    most_in = _fence(len(callers) for callers in indexes.callers.values())
    most_out = _fence(len(callees) for callees in indexes.callees.values())
    least = context.option(MIN_DEGREE)
    for name, service in business.items():
        callers, callees = len(indexes.callers[name]), len(indexes.callees[name])
        if min(callers, callees) >= least and callers > most_in and callees > most_out:
            yield service


def _fence(degrees: Iterable[int]) -> float:
    """Tukey's upper fence: what is above it is an outlier."""
    first, _, third = quantiles(degrees, n=4, method="inclusive")
    return third + 1.5 * (third - first)


def _in_between(context: LintContext, service: Service) -> Violation:
    name, indexes = service.name, context.indexes
    callers, callees = sorted(indexes.callers[name]), sorted(indexes.callees[name])
    return Violation(
        path=service.path,
        message=f'"{name}" stands between the others like a bus: called by {quoted(callers)}, it calls {quoted(callees)}',
        hint="let the services call each other, or hear each other's events, without it in between",
        note=f"{len(callers)} callers, {len(callees)} callees",
        at_key=True,
    )
