"""A service that writes its database and a message, and may do only one of the two.

## What it does
Reports an existing service (`has`) with data of its own (`owns`, `store` or a store in `uses`) that publishes events
and has no `outbox`, unless each of these events comes from an operation that only reads, or from an `event_sourced`
entity, whose events are its data. What svcforge generates writes both in one transaction. A service whose operations
are not described publishes the events that it lists.

## Why is this bad?
A crash between the two writes leaves an order that nobody hears of, or news of one that does not exist. It cannot be
repaired by trying again, since nothing knows that the second write is missing.

## Example
```yaml
svcforge: 1
system: shop
platform: {broker: rabbitmq, metrics: prometheus, logs: loki}
defaults:
  subscription: {retries: 5, backoff: 1s, dead_letter: true, idempotent: true}
contexts:
  shop:
    services:
      orders:
        has: [health, tracing, metrics, logs, contract]
        owns: {Order: {total: decimal}}
        events: {OrderPlaced: {order: uuid}}
        operations: {place: {creates: Order, emits: [OrderPlaced]}}
      mail:
        owns: {Message: {order: uuid}}
        operations: {notify: {creates: Message}}
        subscribes: {orders.OrderPlaced: notify}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {broker: rabbitmq, metrics: prometheus, logs: loki}
defaults:
  subscription: {retries: 5, backoff: 1s, dead_letter: true, idempotent: true}
contexts:
  shop:
    services:
      orders:
        has: [health, tracing, metrics, logs, contract, outbox]
        owns: {Order: {total: decimal}}
        events: {OrderPlaced: {order: uuid}}
        operations: {place: {creates: Order, emits: [OrderPlaced]}}
      mail:
        owns: {Message: {order: uuid}}
        operations: {notify: {creates: Message}}
        subscribes: {orders.OrderPlaced: notify}
```

## Refactorings
- write the event to an outbox in the transaction of the data
- read it off the database's log: change data capture
- keep the events as the data: event sourcing

## Options
None.

## References
- C. Richardson: Microservices Patterns, 2018, chapter 3: transactional outbox; FTGO has one
- Debezium: outbox event router, change data capture

## Also known as
- `missing-outbox`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Service
from svcforge.source.finding import Path, Related, Severity

RULE = Rule(
    code="SF402", name="dual-write", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    aliases=("missing-outbox",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Existing services with data and events, and nothing that writes both as one."""
    blueprint = context.blueprint
    for name, service in blueprint.services.items():
        abilities = blueprint.abilities_of(name)
        if abilities is None or "outbox" in abilities or not _has_data(blueprint, service):
            continue
        if published := next(_published(context, service), None):
            event, path = published
            yield Violation(
                path=service.path,
                message=f'"{name}" writes its database and publishes {event}, and nothing makes the two one',
                hint="write the event to an outbox in the same transaction and relay it; then say so in `has`",
                at_key=True,
                related=(Related(path, "published here"),) if path != service.path else (),
            )


def _has_data(blueprint: Blueprint, service: Service) -> bool:
    return bool(service.entities or service.store or any(use.name in blueprint.stores for use in service.uses))


def _published(context: LintContext, service: Service) -> Iterator[tuple[str, Path]]:
    """Events that are published beside a change of the data, with where."""
    for operation in service.operations.values():
        entity = service.entities.get(operation.entity or "")
        if operation.emits and not operation.read_only and not (entity and entity.event_sourced):
            yield f'"{operation.emits[0]}"', (*operation.path, "emits")
    if not service.operations:
        yield from ((f'"{event.name}"', event.path) for event in service.events)
        if (service.name, None) in context.indexes.subscribed:
            yield "what others hear", service.path
