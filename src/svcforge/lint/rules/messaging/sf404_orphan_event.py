"""An event that somebody waits for and nobody publishes, or the other way round.

## What it does
Reports a subscription, a copy or a saga's start on an event that no operation of its service `emits`. An existing
service (`has`) whose operations are not described is believed. In the profile `production` it also shows, as
information, events that are published and that nobody in the system subscribes to, but for those of an
`event_sourced` entity, which its own fold reads. An event that is not declared at all is SF001.

## Why is this bad?
The handler never runs, the copy stays empty, the saga never starts, and nothing ever fails: it is found by a customer.

## Example
```yaml
svcforge: 1
system: shop
contexts:
  ordering:
    services:
      orders:
        owns: {Order: {total: decimal}}
        events: {OrderCreated: {order: uuid}}
        operations:
          create_order: {creates: Order}
      mail:
        owns: {Message: {order: uuid}}
        operations:
          notify: {creates: Message}
        subscribes: {orders.OrderCreated: notify}
```

## Use instead
```yaml
svcforge: 1
system: shop
contexts:
  ordering:
    services:
      orders:
        owns: {Order: {total: decimal}}
        events: {OrderCreated: {order: uuid}}
        operations:
          create_order: {creates: Order, emits: [OrderCreated]}
      mail:
        owns: {Message: {order: uuid}}
        operations:
          notify: {creates: Message}
        subscribes: {orders.OrderCreated: notify}
```

## Refactorings
- let the operation emit the event that it tells of
- take the subscription out

## Options
None.

## References
- AsyncAPI 3, operations: who sends and who receives

## Also known as
- `unpublished-event`
- `unused-event`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Event, Service
from svcforge.source.finding import Path, Related, Severity

RULE = Rule(
    code="SF404", name="orphan-event", severity=Severity.ERROR, profile=Profile.MINIMAL,
    aliases=("unpublished-event", "unused-event"),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Subscriptions without a publisher, then events without a subscriber."""
    blueprint = context.blueprint
    emitted = {s.name: {e for o in s.operations.values() for e in o.emits} for s in blueprint.services.values()}
    for subscriber, publisher, name, path in _wanted(context):
        event = blueprint.event(publisher, name)
        if event is not None and name not in emitted[publisher] and not _believed(blueprint, publisher):
            yield _unpublished(subscriber, event, path)
    heard = context.indexes.subscribed
    for service in blueprint.services.values():
        read_by_fold = _folded(service)
        for event in service.events:
            published = event.name in emitted[service.name] or _believed(blueprint, service.name)
            unheard = (service.name, event.name) not in heard and (service.name, None) not in heard
            if event.latest and published and unheard and event.name not in read_by_fold:
                yield _unheard(event)


def _wanted(context: LintContext) -> Iterator[tuple[str, str, str, Path]]:
    """Who waits for an event: (subscriber or saga, publisher, event, place)."""
    for edge in context.indexes.edges:
        if edge.event is not None:
            yield f'"{edge.source}"', edge.target, edge.event, edge.path
    for saga in context.blueprint.sagas.values():
        if saga.owner is not None and saga.event is not None:
            yield f'saga "{saga.name}"', saga.owner, saga.event, (*saga.path, "starts")


def _believed(blueprint: Blueprint, service: str) -> bool:
    """Whether a service exists without its operations being described."""
    return not blueprint.services[service].operations and blueprint.abilities_of(service) is not None


def _folded(service: Service) -> set[str]:
    sourced = {name for name, entity in service.entities.items() if entity.event_sourced}
    return {e for o in service.operations.values() if o.entity in sourced for e in o.emits}


def _unpublished(subscriber: str, event: Event, path: Path) -> Violation:
    return Violation(
        path=path,
        message=f'{subscriber} waits for "{event.service}.{event.name}", which nothing publishes',
        hint=f'add "emits: [{event.name}]" to the operation of "{event.service}" that it tells of',
        at_key=path[-1] != "starts",
        related=(Related(event.path, "declared here, emitted nowhere"),),
        about=(event.service, f"{event.service}.{event.name}"),
    )


def _unheard(event: Event) -> Violation:
    return Violation(
        path=event.path,
        message=f'nobody in the system subscribes to "{event.service}.{event.name}"',
        hint="remove the event, or leave it if others outside the system listen",
        severity=Severity.INFO,
        profile=Profile.PRODUCTION,
    )
