"""An event of which nobody can tell which version it is.

## What it does
Reports an event of an existing service (`has`) that has neither a `contract`, which says what its events look like,
nor `versions`. What svcforge generates carries the version in every message, 1 unless the blueprint says otherwise.

The fix writes the event as its version 1.

## Why is this bad?
An event is read long after it was written, by services that were deployed before and after. Without a version a
reader has to guess from the fields that are there, and a changed field breaks those who cannot be asked.

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
        has: [health, tracing, metrics, logs, outbox]
        owns: {Order: {total: decimal}}
        events: {OrderPlaced: {order: uuid, total: decimal 0..}}
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
        has: [health, tracing, metrics, logs, outbox]
        owns: {Order: {total: decimal}}
        events: {OrderPlaced: {versions: {1: {order: uuid, total: decimal 0..}}}}
        operations: {place: {creates: Order, emits: [OrderPlaced]}}
      mail:
        owns: {Message: {order: uuid}}
        operations: {notify: {creates: Message}}
        subscribes: {orders.OrderPlaced: notify}
```

## Refactorings
- write the fields under a version, and send it with the event

## Options
None.

## References
- buf: breaking change detection; AsyncAPI 3: message schemas
- J. Bogner et al.: Towards a Collaborative Repository for the Documentation of Service-Based Antipatterns, 2019:
  API versioning
- G. Young: Versioning in an Event Sourced System, 2017

## Also known as
- `no-event-versioning`
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Fix, Profile, Rule, Violation
from svcforge.model.elements import Event, Field
from svcforge.model.types import written
from svcforge.source.edit import Delete, Edit, Replace
from svcforge.source.finding import Severity

RULE = Rule(
    code="SF405", name="unversioned-event", severity=Severity.WARNING, profile=Profile.RECOMMENDED, fix=Fix.UNSAFE,
    aliases=("no-event-versioning",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Events of existing services without versions and without a contract."""
    blueprint = context.blueprint
    for name, service in blueprint.services.items():
        abilities = blueprint.abilities_of(name)
        if abilities is None or "contract" in abilities:
            continue
        for event in service.events:
            if "versions" not in event.path:
                yield Violation(
                    path=event.path,
                    message=f'the event "{name}.{event.name}" has no version and no contract',
                    hint='send a version with it and write its fields under "versions: {1: ...}"',
                    at_key=True,
                    fix=_as_version_one(event),
                )


def _as_version_one(event: Event) -> tuple[Edit, ...]:
    """`versions` where the first field stood, with all of them; the event and its comments stay."""
    fields = {field.name: _field(field) for field in event.fields}
    first, *others = (field.path for field in event.fields)
    gone = tuple(Delete(path) for path in others)
    return (Replace(first, {"1": fields}), Replace(first, "versions", key=True), *gone)


def _field(field: Field) -> Any:
    """A field as it is written: its type, or all that is said of it."""
    more = {"was": field.was, "deprecated": field.deprecated}
    said = {name: text for name, text in more.items() if text is not None}
    return {"type": written(field.type), **said} if said else written(field.type)
