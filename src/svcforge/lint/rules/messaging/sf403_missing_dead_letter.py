"""A subscription without a place for messages that cannot be handled.

## What it does
Reports a subscription or a copy whose effective policy has no `dead_letter: true`, or whose `retries` are unlimited.
Where messages are delivered at most once, none comes back.

The fix writes `dead_letter: true`, and five retries in place of unlimited ones: at the subscription, or in the
`defaults` of its service where the subscription has no policy of its own.

## Why is this bad?
One message that can never be handled is delivered again and again: it blocks those behind it, or it is thrown away
after the last attempt and nobody can look at what it was.

## Example
```yaml
svcforge: 1
system: shop
platform: {broker: rabbitmq, metrics: prometheus, logs: loki}
contexts:
  shop:
    services:
      orders:
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
contexts:
  shop:
    services:
      orders:
        owns: {Order: {total: decimal}}
        events: {OrderPlaced: {order: uuid}}
        operations: {place: {creates: Order, emits: [OrderPlaced]}}
      mail:
        owns: {Message: {order: uuid}}
        operations: {notify: {creates: Message}}
        subscribes: {orders.OrderPlaced: {do: notify, dead_letter: true}}
```

## Refactorings
- park what cannot be handled in a dead-letter queue, after a few attempts

## Options
None.

## References
- G. Hohpe, B. Woolf: Enterprise Integration Patterns, 2003: Dead Letter Channel
- RabbitMQ: dead letter exchanges; Kafka: dead letter topics

## Also known as
- `poison-message`
- `no-dead-letter-queue`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Fix, Profile, Rule, Violation
from svcforge.model.edges import Edge, EdgeKind
from svcforge.model.effective import Effective, subscription_policy
from svcforge.model.policy import UNLIMITED
from svcforge.source.edit import Edit, Put, Replace
from svcforge.source.finding import Path, Related, Severity

RULE = Rule(
    code="SF403", name="missing-dead-letter", severity=Severity.WARNING, profile=Profile.RECOMMENDED, fix=Fix.UNSAFE,
    aliases=("poison-message", "no-dead-letter-queue"),
    since="0.1",
)  # fmt: skip

RETRIES = 5
"""What the fix writes in place of unlimited retries."""


def check(context: LintContext) -> Iterator[Violation]:
    """Subscriptions and copies without a dead letter, or tried for ever."""
    blueprint = context.blueprint
    for edge in context.indexes.edges:
        if edge.sync or subscription_policy(blueprint, edge, "delivery").value == "at-most-once":
            continue
        dead_letter, retries = (subscription_policy(blueprint, edge, name) for name in ("dead_letter", "retries"))
        for_ever = retries.value == UNLIMITED
        if not dead_letter.value or for_ever:
            missing = [] if dead_letter.value else ["has no dead letter"]
            missing += ["is tried for ever"] if for_ever else []
            wrong = [p for p, bad in ((dead_letter, not dead_letter.value), (retries, for_ever)) if bad]
            service = blueprint.services[edge.source].path
            fixes: tuple[Edit, ...] = (
                () if dead_letter.value else (_set(edge, service, "dead_letter", dead_letter, True),)
            )
            fixes += (_set(edge, service, "retries", retries, RETRIES),) if for_ever else ()
            yield Violation(
                path=edge.path,
                message=f'what "{edge.source}" hears of "{_subject(edge)}" {" and ".join(missing)}',
                hint="say `dead_letter: true` and how often to try, at the subscription or in `defaults.subscription`",
                at_key=True,
                related=tuple(
                    Related(p.origin, "said here")
                    for p in wrong
                    if p.origin and p.origin[: len(edge.path)] != edge.path
                ),
                fix=fixes,
            )


def _subject(edge: Edge) -> str:
    return f"{edge.target}.{edge.event}" if edge.event else edge.target


def _set(edge: Edge, service: Path, name: str, said: Effective, value: bool | int) -> Edit:
    """The policy where it is said, else at the subscription or in its service's `defaults`."""
    nearer = (*service, "defaults", "subscription")
    if said.origin and (said.origin[: len(edge.path)] == edge.path or said.origin[:-1] == nearer):
        return Replace(said.origin, value)
    if edge.kind is EdgeKind.SUBSCRIPTION and edge.source_operation is not None:
        return Put(edge.path, name, value, short="do")
    return Put(nearer, name, value)
