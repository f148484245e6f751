"""Services that go round in a circle once their events are followed as well.

## What it does
Follows calls from caller to callee and events from publisher to subscriber, and looks for circles of several business
services that need at least one event: what calls alone close is SF101. One short circle is shown for each knot. A copy
(`copies`) leads nowhere, since it only keeps what it hears, and a saga's replies are part of its steps.

Where every call and subscription in the knot names its operations, and none of them reaches itself, the message says
so: the services know of each other, but no message goes round for ever.

## Why is this bad?
It need not be: services that answer each other's events are choreography. It is shown for production because the
order of deployment, the meaning of a failure and the reason of a message are then spread over all of them, and because
an event that comes back to where it began may begin again.

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
        owns: {Order: {total: decimal}}
        events: {OrderPlaced: {order: uuid}}
        operations: {place: {creates: Order, emits: [OrderPlaced]}, confirm: {in: {order: uuid}}}
        subscribes: {payments.Paid: confirm}
      stock:
        owns: {Hold: {order: uuid}}
        events: {Held: {order: uuid}}
        operations: {hold: {creates: Hold, emits: [Held]}}
        subscribes: {orders.OrderPlaced: hold}
      payments:
        owns: {Payment: {order: uuid}}
        events: {Paid: {order: uuid}}
        operations: {pay: {creates: Payment, emits: [Paid]}}
        subscribes: {stock.Held: pay}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {broker: {engine: rabbitmq, tls: strict}, mesh: istio, metrics: prometheus, logs: loki, secrets: vault}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}}
  scale: {min: 2}
contexts:
  shop:
    services:
      orders:
        owns: {Order: {total: decimal}}
        events: {OrderPlaced: {order: uuid}}
        operations: {place: {creates: Order, emits: [OrderPlaced]}, confirm: {in: {order: uuid}}}
      stock:
        owns: {Hold: {order: uuid}}
        operations: {hold: {creates: Hold}, let_go: {in: {order: uuid}}}
      payments:
        owns: {Payment: {order: uuid}}
        operations: {pay: {creates: Payment}, give_back: {in: {order: uuid}}}
sagas:
  checkout:
    starts: orders.OrderPlaced
    steps:
      - {do: stock.hold, undo: stock.let_go}
      - {do: payments.pay, undo: payments.give_back}
      - orders.confirm
```

## Refactorings
- let one of them conduct the flow as a saga
- let the event carry what the other side asks back for

## Options
None.

## References
- European Conference on Software Architecture (ECSA) 2021: cycles of domains over events, as in eShop's ordering,
  basket, catalog and payment
- C. Richardson: Microservices Patterns, 2018, chapter 4: choreography and orchestration

## Also known as
- `event-cycle`
- `cyclic-choreography`
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

from svcforge.lint.context import LintContext
from svcforge.lint.cycles import knots, shortest_cycle
from svcforge.lint.reach import returns
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.lint.wording import circle
from svcforge.model.edges import Edge, EdgeKind
from svcforge.source.finding import Related, Severity

RULE = Rule(
    code="SF102", name="async-cycle", severity=Severity.INFO, profile=Profile.PRODUCTION,
    aliases=("event-cycle", "cyclic-choreography"),
    since="0.1",
)  # fmt: skip

Flow = Mapping[str, Mapping[str, tuple[Edge, ...]]]
"""Who makes whom do something -> whom -> by which calls and subscriptions."""


def check(context: LintContext) -> Iterator[Violation]:
    """One short circle of every knot that events take part in."""
    flow = _flow(context)
    calls_alone = {frozenset(knot) for knot in context.indexes.sync_knots}
    for knot in knots(flow):
        if len(knot) > 1 and frozenset(knot) not in calls_alone:
            yield _violation(context, flow, frozenset(knot))


def _flow(context: LintContext) -> Flow:
    flow = {source: dict(targets) for source, targets in context.indexes.sync.items()}
    for publisher, heard in context.indexes.hearing.items():
        for subscriber, subscriptions in heard.items():
            known = flow.setdefault(publisher, {})
            known[subscriber] = (*known.get(subscriber, ()), *subscriptions)
    return flow


def _violation(context: LintContext, flow: Flow, knot: frozenset[str]) -> Violation:
    cycle = shortest_cycle(knot, flow)
    hops = [flow[a][b] for a, b in zip(cycle, (*cycle[1:], cycle[0]), strict=True)]
    if not any(_event_alone(hop) for hop in hops):
        cycle = _around_an_event(knot, flow)
        hops = [flow[a][b] for a, b in zip(cycle, (*cycle[1:], cycle[0]), strict=True)]
    heard = next(hop[0] for hop in hops if _event_alone(hop))
    inside = [edge for a in knot for b, hop in flow[a].items() if b in knot for edge in hop]
    rest = f" (+{len(knot) - len(cycle)} in the same knot)" if len(knot) > len(cycle) else ""
    harmless = "" if returns(context.blueprint, inside) else ", though no operation reaches itself"
    return Violation(
        path=heard.path,
        message=f'calls and events go round in a circle "{circle(cycle)}"{rest}{harmless}',
        hint="give the flow to one of them as a saga, or let the event carry what the other side needs",
        note=f"{heard.source} hears {heard.target}",
        at_key=True,
        related=tuple(Related(hop[0].path, _word(hop[0])) for hop in hops if hop[0] is not heard),
        about=(*cycle, *(f"{hop[0].source} -> {hop[0].target}" for hop in hops)),
    )


def _event_alone(hop: tuple[Edge, ...]) -> bool:
    return hop[0].kind is EdgeKind.SUBSCRIPTION


def _word(edge: Edge) -> str:
    return f"{edge.source} {'calls' if edge.sync else 'hears'} {edge.target}"


def _around_an_event(knot: frozenset[str], flow: Flow) -> tuple[str, ...]:
    """A shortest circle through the first pair by name that only an event joins; a knot of its own has one."""
    pairs = ((a, b) for a in sorted(knot) for b in sorted(flow[a]) if a != b and b in knot and _event_alone(flow[a][b]))
    publisher, subscriber = next(pairs)
    reached_from = {subscriber: subscriber}
    todo = deque([subscriber])
    while publisher not in reached_from:
        node = todo.popleft()
        for successor in sorted(knot.intersection(flow[node])):
            if successor not in reached_from:
                reached_from[successor] = node
                todo.append(successor)
    way = [publisher]
    while way[-1] != subscriber:
        way.append(reached_from[way[-1]])
    return (publisher, *reversed(way[1:]))
