"""Services that are cut by technical layer rather than by business.

## What it does
Reports a business service whose name ends like a layer's (`layers`); a row of three in one context that is a
frontend, the one service that it calls, and one that keeps the data for nobody else; and a service that only passes
on: it owns, copies, uses and publishes nothing, and each of its described operations is one call to the same other
service, with the inputs and the answer of what it calls.

A service whose operations are not described yet is not called a pass-through.

## Why is this bad?
Every change of the business goes through all layers, so that three services are changed, tested and released together
for each of them; and every request pays for the hops between.

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
      orders: {calls: [orders-dao]}
      orders-dao: {owns: {Order: {total: decimal}}}
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
      checkout: {calls: [orders]}
      orders: {owns: {Order: {total: decimal}}}
```

## Refactorings
- cut by business capability: join the layers of one

## Options
- `layers` = dao dal repository persistence data-access data-layer business-logic business-layer logic-layer ui: ends of
  names that say where in a program something stands, and nothing about the business.

## References
- D. Taibi, V. Lenarduzzi: On the Definition of Microservice Bad Smells, IEEE Software 35(3), 2018: Wrong Cuts
- DAMP, Wrong Cuts: found in 6 of 25 systems
- M. Conway: How Do Committees Invent?, 1968

## Also known as
- `layered-services`
- `pass-through-service`
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Option, Profile, Rule, Violation
from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Operation, Role, Service
from svcforge.model.signature import Signature, signature
from svcforge.source.finding import Related, Severity

LAYERS = Option(
    "layers", "dao dal repository persistence data-access data-layer business-logic business-layer logic-layer ui",
    "ends of names that say where in a program something stands, and nothing about the business",
)  # fmt: skip

RULE = Rule(
    code="SF803", name="wrong-cuts", severity=Severity.WARNING, profile=Profile.RECOMMENDED, options=(LAYERS,),
    aliases=("layered-services", "pass-through-service"),
    since="0.1",
)  # fmt: skip

HINT = "cut by what the business does: what changes together is one service, its layers inside it"


def check(context: LintContext) -> Iterator[Violation]:
    """Services named after layers, rows of layers, and services that only pass on."""
    layers = tuple(f"-{layer}" for layer in context.option(LAYERS).split())
    callers = _callers_of_any_role(context)
    for name, service in context.blueprint.business.items():
        if name.endswith(layers):
            layer = next(layer for layer in layers if name.endswith(layer))[1:]
            yield Violation(
                path=service.path,
                message=f'"{name}" is named after a technical layer, "{layer}"',
                hint=HINT,
                at_key=True,
            )
        elif row := _row(context, callers, service):
            ui, data = row
            yield Violation(
                path=service.path,
                message=f'"{ui.name} -> {name} -> {data.name}" are the layers of one service: '
                "what is seen, what is decided, what is kept",
                hint=HINT,
                at_key=True,
                related=(Related(ui.path, "what is seen"), Related(data.path, "what is kept")),
                about=(ui.name, name, data.name),
            )
        elif target := _passes_on_to(context, service):
            yield Violation(
                path=service.path,
                message=f'"{name}" only passes on what it is asked to "{target}"',
                hint=f'let its callers ask "{target}", or move there what is decided here',
                at_key=True,
                about=(f"{name} -> {target}",),
            )


def _callers_of_any_role(context: LintContext) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for edge in context.indexes.edges:
        if edge.sync:
            found.setdefault(edge.target, set()).add(edge.source)
    return found


def _row(context: LintContext, callers: Mapping[str, set[str]], logic: Service) -> tuple[Service, Service] | None:
    """The frontend before a service and the keeper of its data behind it, in its context and for it alone."""
    services, callees = context.blueprint.services, context.indexes.callees[logic.name]
    before = callers.get(logic.name, set())
    if len(callees) != 1 or len(before) != 1 or _has_data(logic) or logic.events:
        return None
    ui, data = services.get(next(iter(before))), services[next(iter(callees))]
    if ui is None or ui.role is not Role.FRONTEND or ui.context != logic.context or data.context != logic.context:
        return None
    kept = _has_data(data) and not data.events and not context.indexes.callees[data.name]
    return (ui, data) if kept and callers[data.name] == {logic.name} else None


def _has_data(service: Service) -> bool:
    return bool(service.entities or service.copies or service.store or service.uses)


def _passes_on_to(context: LintContext, service: Service) -> str | None:
    """The one service that all operations of a service hand on to."""
    callees = context.indexes.callees[service.name]
    busy = _has_data(service) or service.events or service.subscriptions or service.calls
    if len(callees) != 1 or busy or not service.operations:
        return None
    [target] = callees
    same = all(_hands_on(context.blueprint, operation, target) for operation in service.operations.values())
    return target if same else None


def _hands_on(blueprint: Blueprint, operation: Operation, target: str) -> bool:
    """Whether an operation says what it takes or answers, and is one call to the target that takes and answers the same."""
    stated = operation.inputs is not None or operation.output is not None
    if not stated or operation.rule or operation.schedule or len(operation.calls) != 1:
        return False
    call = operation.calls[0]
    callee = blueprint.operation(call.target, call.operation)
    if callee is None or call.target != target or call.fallback:
        return False
    own, theirs = signature(blueprint, operation), signature(blueprint, callee)
    return _names(own) == _names(theirs)


def _names(found: Signature) -> tuple[set[str], set[str]]:
    """The inputs of an operation, and the fields of its answer or what it answers as a whole."""
    return {item.name for item in found.inputs}, set(found.output.fields) or {str(found.output.type)}
