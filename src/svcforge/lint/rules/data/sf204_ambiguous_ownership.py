"""Data that belongs to two services, or to none.

## What it does
Reports an entity that two services of one context own: an error, since both write what should have one writer. In
different contexts the same word may mean different things. It also reports, as a warning, a copy of what a service
publishes that keeps nothing itself (no `owns`, `copies`, `store` or `uses`): then the copies are all there is.
Existing services whose data is not described are believed.

## Why is this bad?
Nobody knows which of two records is right, and rules of the one are passed by in the other. Without an owner there is
nothing to repair a copy from when it has missed an event.

## Example
```yaml
svcforge: 1
system: shop
platform: {broker: rabbitmq, metrics: prometheus, logs: loki}
defaults:
  subscription: {retries: 5, backoff: 1s, dead_letter: true, idempotent: true}
contexts:
  ordering:
    services:
      orders:
        owns: {Order: {total: decimal}}
        events: {OrderPlaced: {order: uuid, total: decimal}}
        operations: {place: {creates: Order, emits: [OrderPlaced]}}
      desk:
        owns: {Order: {total: decimal}}
        operations: {enter: {creates: Order}}
        subscribes: {orders.OrderPlaced: enter}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {broker: rabbitmq, metrics: prometheus, logs: loki}
defaults:
  subscription: {retries: 5, backoff: 1s, dead_letter: true, idempotent: true}
contexts:
  ordering:
    services:
      orders:
        owns: {Order: {total: decimal}}
        events: {OrderPlaced: {order: uuid, total: decimal}}
        operations: {place: {creates: Order, emits: [OrderPlaced]}}
      desk:
        copies: {Order: {orders.OrderPlaced: {}}}
```

## Refactorings
- name one service of record; the others keep copies

## Options
None.

## References
- C. Richardson: Microservices Patterns, 2018, chapter 5: aggregates and their one owner
- Z. Dehghani: Data Mesh, 2022: ownership of data by domain

## Also known as
- `no-service-of-record`
- `shared-ownership`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.model.blueprint import Blueprint
from svcforge.model.elements import Context, Entity, Service
from svcforge.source.finding import Related, Severity

RULE = Rule(
    code="SF204", name="ambiguous-ownership", severity=Severity.ERROR, profile=Profile.RECOMMENDED,
    aliases=("no-service-of-record", "shared-ownership"),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Entities with two owners in a context, then copies of what nobody keeps."""
    for found in context.blueprint.contexts.values():
        yield from _owned_twice(found)
    yield from _kept_by_nobody(context.blueprint)


def _owned_twice(context: Context) -> Iterator[Violation]:
    first: dict[str, tuple[Service, Entity]] = {}
    for service in context.services.values():
        for name, entity in service.entities.items():
            owner, known = first.setdefault(name.lower(), (service, entity))
            if owner is not service:
                yield Violation(
                    path=entity.path,
                    message=f'"{owner.name}" and "{service.name}" both own "{name}" in the context "{context.name}"',
                    hint="leave it to the one that decides about it; the other keeps a copy (`copies`) or calls",
                    at_key=True,
                    related=(Related(known.path, f"{owner.name} owns it here"),),
                    about=(owner.name, service.name),
                )


def _kept_by_nobody(blueprint: Blueprint) -> Iterator[Violation]:
    for service in blueprint.services.values():
        for copy in service.copies.values():
            feed = next((f for f in copy.feeds if f.publisher and _keeps_nothing(blueprint, f.publisher)), None)
            if feed is not None and feed.publisher != service.name:
                yield Violation(
                    path=feed.path,
                    message=f'"{copy.name}" of "{service.name}" copies what nobody owns: "{feed.publisher}" keeps no data',
                    hint=f'let "{feed.publisher}" own what its events tell of (`owns`), or copy from who does',
                    at_key=True,
                    severity=Severity.WARNING,
                    about=(f"{service.name} -> {feed.publisher}",),
                )


def _keeps_nothing(blueprint: Blueprint, name: str) -> bool:
    """Whether a service that svcforge generates has no data, its own or copied."""
    found = blueprint.services[name]
    described = blueprint.abilities_of(name) is None
    return described and not (found.entities or found.copies or found.store or found.uses)
