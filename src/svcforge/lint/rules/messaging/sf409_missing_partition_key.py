"""Events on Kafka whose key does not keep those of one subject in order.

## What it does
On Kafka the first field of an event is its message key. Reported is an event with subscribers whose first field is no
identity: not a `uuid`, a `ref`, a `text`, an `int`, an `email` or a `url`, or one that may be missing.

## Why is this bad?
Kafka keeps order inside a partition, and the key decides the partition. With an amount or a time as key the events of
one order are spread over all of them: it is cancelled before it is placed, on the one day with much traffic.

## Example
```yaml
svcforge: 1
system: shop
platform: {broker: kafka, metrics: prometheus, logs: loki}
defaults:
  subscription: {retries: 5, backoff: 1s, dead_letter: true, idempotent: true}
contexts:
  shop:
    services:
      orders:
        owns: {Order: {total: decimal}}
        events: {OrderPlaced: {total: decimal, order: uuid}}
        operations: {place: {creates: Order, emits: [OrderPlaced]}}
      billing:
        owns: {Bill: {order: uuid}}
        operations: {bill: {creates: Bill}}
        subscribes: {orders.OrderPlaced: bill}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {broker: kafka, metrics: prometheus, logs: loki}
defaults:
  subscription: {retries: 5, backoff: 1s, dead_letter: true, idempotent: true}
contexts:
  shop:
    services:
      orders:
        owns: {Order: {total: decimal}}
        events: {OrderPlaced: {order: uuid, total: decimal}}
        operations: {place: {creates: Order, emits: [OrderPlaced]}}
      billing:
        owns: {Bill: {order: uuid}}
        operations: {bill: {creates: Bill}}
        subscribes: {orders.OrderPlaced: bill}
```

## Refactorings
- make the id of what the event is about its key

## Options
None.

## References
- Apache Kafka documentation: message keys, partitions and ordering
- M. Kleppmann: Designing Data-Intensive Applications, 2017, chapter 11: partitioned logs

## Also known as
- `unordered-events`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.model.types import Kind, Type
from svcforge.source.finding import Severity

RULE = Rule(
    code="SF409", name="missing-partition-key", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    aliases=("unordered-events",),
    since="0.1",
)  # fmt: skip

IDENTITIES = ("uuid", "text", "int", "email", "url")
"""Scalars that may say which one it is."""


def check(context: LintContext) -> Iterator[Violation]:
    """Events that are heard over Kafka and whose first field is no identity."""
    blueprint = context.blueprint
    heard = context.indexes.subscribed if blueprint.platform.broker == "kafka" else frozenset()
    for service in blueprint.services.values() if heard else ():
        for event in service.events:
            known = (service.name, event.name) in heard or (service.name, None) in heard
            if known and event.fields and not _identity(event.fields[0].type):
                first, *others = event.fields
                better = next((field.name for field in others if _identity(field.type)), None)
                yield Violation(
                    path=first.path,
                    message=f'the key of "{service.name}.{event.name}" is "{first.name}", {_what(first.type)}: '
                    "it keeps no order of the events of one subject",
                    hint=f'put "{better}" first' if better else "put the id of what it is about first",
                    at_key=True,
                )


def _identity(type_: Type) -> bool:
    return not type_.optional and (type_.kind is Kind.REF or (type_.kind is Kind.SCALAR and type_.name in IDENTITIES))


def _what(type_: Type) -> str:
    return "which may be missing" if type_.optional else f"of type {type_}"
