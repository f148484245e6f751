"""A handler that does its work again when an event comes twice.

## What it does
Reports a subscription whose events may be delivered more than once, which is what brokers do unless `delivery` says
otherwise, and where nothing makes a repetition harmless: no `idempotent: true` in effect, no inbox, and a handler that
is not safe to repeat (`idempotent` of its own, a read, a delete, a change to fixed values, `creates` with `by`). What
svcforge generates has an inbox, unless `idempotent: false` switches it off; an existing service has one only if `has`
names it. A copy may be written twice: its row is the same.

## Why is this bad?
A broker that is unsure whether a message was handled sends it again: after a crash, a lost acknowledgement, a
rebalance. The order is then shipped twice, and it never happens in a test.

## Example
```yaml
svcforge: 1
system: shop
contexts:
  shop:
    services:
      orders:
        owns: {Order: {total: decimal}}
        events: {OrderPlaced: {order: uuid}}
        operations: {place: {creates: Order, emits: [OrderPlaced]}}
      shipping:
        has: [health, logs]
        owns: {Parcel: {order: uuid}}
        operations: {ship: {creates: Parcel}}
        subscribes: {orders.OrderPlaced: ship}
```

## Use instead
```yaml
svcforge: 1
system: shop
contexts:
  shop:
    services:
      orders:
        owns: {Order: {total: decimal}}
        events: {OrderPlaced: {order: uuid}}
        operations: {place: {creates: Order, emits: [OrderPlaced]}}
      shipping:
        has: [health, logs, inbox]
        owns: {Parcel: {order: uuid}}
        operations: {ship: {creates: Parcel}}
        subscribes: {orders.OrderPlaced: ship}
```

## Refactorings
- keep an inbox of the events that were handled
- make the handler idempotent by a field of the event

## Options
None.

## References
- G. Hohpe, B. Woolf: Enterprise Integration Patterns, 2003: Idempotent Receiver
- C. Richardson: Microservices Patterns, 2018, chapter 3: handling duplicate messages

## Also known as
- `missing-inbox`
- `missing-deduplication`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge, EdgeKind
from svcforge.model.effective import Effective, subscription_policy
from svcforge.source.finding import Related, Severity

RULE = Rule(
    code="SF401", name="non-idempotent-consumer", severity=Severity.ERROR, profile=Profile.MINIMAL,
    aliases=("missing-inbox", "missing-deduplication"),
    since="0.1",
)  # fmt: skip

ONCE = ("at-most-once", "exactly-once")
"""Deliveries that bring no message twice."""


def check(context: LintContext) -> Iterator[Violation]:
    """Subscriptions whose handler a repetition would harm."""
    blueprint = context.blueprint
    for edge in context.indexes.edges:
        if edge.kind is not EdgeKind.SUBSCRIPTION or subscription_policy(blueprint, edge, "delivery").value in ONCE:
            continue
        said = subscription_policy(blueprint, edge, "idempotent")
        if not _harmless(blueprint, edge, said):
            yield _violation(blueprint, edge, said)


def _harmless(blueprint: Blueprint, edge: Edge, said: Effective) -> bool:
    handler = blueprint.operation(edge.source, edge.source_operation)
    if said.value or (handler is not None and handler.repeatable):
        return True
    abilities = blueprint.abilities_of(edge.source)
    return said.value is None and (abilities is None or "inbox" in abilities)


def _violation(blueprint: Blueprint, edge: Edge, said: Effective) -> Violation:
    event = f"{edge.target}.{edge.event}" if edge.event else edge.target
    handler = f"{edge.source}.{edge.source_operation}" if edge.source_operation else edge.source
    delivery = subscription_policy(blueprint, edge, "delivery").value or "at-least-once"
    elsewhere = said.origin and said.origin[: len(edge.path)] != edge.path
    return Violation(
        path=edge.path,
        message=f'"{handler}" does its work again when "{event}" comes twice ({delivery})',
        hint="give it an inbox (`has`) or a key (`idempotent: by field ...`), and say `idempotent: true` if it has one",
        at_key=True,
        related=(Related(said.origin, "switched off here"),) if said.origin and elsewhere else (),
    )
