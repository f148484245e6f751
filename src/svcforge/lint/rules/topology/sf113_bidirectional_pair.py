"""Two services that listen to each other.

## What it does
Reports a pair of business services where each subscribes to the other's events or keeps a copy of its data. Pairs that
call each other are SF101.

## Why is this bad?
It may be meant, a dialogue of two; but each has to know the other's events, both have to be released together when
one of these changes, and the state of the one is never right until the other has answered. Two services that are
never apart are often one.

## Example
```yaml
svcforge: 1
system: shop
platform: {broker: {engine: rabbitmq, tls: strict}, mesh: istio, metrics: prometheus, logs: loki, secrets: vault}
defaults:
  subscription: {retries: 5, backoff: 1s, dead_letter: true, idempotent: true}
  scale: {min: 2}
contexts:
  shop:
    services:
      orders:
        owns: {Order: {buyer: uuid}}
        events: {OrderPlaced: {order: uuid, buyer: uuid}}
        copies: {Person: {accounts.AccountOpened: {}}}
        operations: {place: {creates: Order, emits: [OrderPlaced]}}
      accounts:
        owns: {Account: {name: text}}
        events: {AccountOpened: {account: uuid, name: text}}
        copies: {Bought: {orders.OrderPlaced: {}}}
        operations: {open: {creates: Account, emits: [AccountOpened]}}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {broker: {engine: rabbitmq, tls: strict}, mesh: istio, metrics: prometheus, logs: loki, secrets: vault}
defaults:
  subscription: {retries: 5, backoff: 1s, dead_letter: true, idempotent: true}
  scale: {min: 2}
contexts:
  shop:
    services:
      orders:
        owns: {Order: {buyer: uuid}}
        copies: {Person: {accounts.AccountOpened: {}}}
        operations: {place: {creates: Order}}
      accounts:
        owns: {Account: {name: text}}
        events: {AccountOpened: {account: uuid, name: text}}
        operations: {open: {creates: Account, emits: [AccountOpened]}}
```

## Refactorings
- let the event carry what the other side asks back for
- join the two if they are never apart

## Options
None.

## References
- D. Rud, A. Schmietendorf, R. Dumke: Product metrics for service-oriented infrastructures, IWSM 2006: SIY

## Also known as
- `service-interdependence`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.model.edges import Edge, EdgeKind
from svcforge.source.finding import Related, Severity

RULE = Rule(
    code="SF113", name="bidirectional-pair", severity=Severity.INFO, profile=Profile.PRODUCTION,
    aliases=("service-interdependence",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Pairs that hear each other, at the subscription that comes second in the file."""
    business = context.blueprint.business
    first: dict[tuple[str, str], Edge] = {}
    for edge in context.indexes.edges:
        pair = (edge.source, edge.target)
        heard = not edge.sync and edge.source in business and edge.target in business and edge.source != edge.target
        if heard and pair not in first:
            first[pair] = edge
            if back := first.get((edge.target, edge.source)):
                yield _violation(edge, back)


def _violation(edge: Edge, back: Edge) -> Violation:
    low, high = sorted((edge.source, edge.target))
    return Violation(
        path=edge.path,
        message=f'"{low}" and "{high}" listen to each other',
        hint="let one of the events carry what the other side asks back for; or join the two if they are never apart",
        note=_word(edge),
        at_key=True,
        related=(Related(back.path, _word(back)),),
        about=(low, high, f"{back.source} -> {back.target}"),
    )


def _word(edge: Edge) -> str:
    return f"{edge.source} {'keeps a copy from' if edge.kind is EdgeKind.COPY else 'hears'} {edge.target}"
