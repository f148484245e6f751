"""A flow of events through many services that nobody conducts.

## What it does
Follows an event to the operations that handle it, to the events that these emit, and so on, as far as handlers are
named. A service takes part when it publishes in the flow, or handles what somebody published in answer; those who
only listen to the first event do not, however many they are. A flow with more than `max_participants` is reported at
the event that it begins with, unless one of its events starts a saga.

## Why is this bad?
The order of things is written nowhere: it has to be gathered from the subscriptions of all services, and so has the
answer to what happens when the fourth of them fails. Two events between two services are clearer without a conductor,
ten between six are not.

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
      a: {events: {A: {x: uuid}}, operations: {start: {emits: [A]}}}
      b: {events: {B: {x: uuid}}, operations: {go: {in: {x: uuid}, emits: [B]}}, subscribes: {a.A: go}}
      c: {events: {C: {x: uuid}}, operations: {go: {in: {x: uuid}, emits: [C]}}, subscribes: {b.B: go}}
      d: {events: {D: {x: uuid}}, operations: {go: {in: {x: uuid}, emits: [D]}}, subscribes: {c.C: go}}
      e: {operations: {go: {in: {x: uuid}}}, subscribes: {d.D: go}}
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
      a: {events: {A: {x: uuid}}, operations: {start: {emits: [A]}}}
      b: {operations: {go: {in: {x: uuid}}, back: {in: {x: uuid}}}}
      c: {operations: {go: {in: {x: uuid}}, back: {in: {x: uuid}}}}
      d: {operations: {go: {in: {x: uuid}}, back: {in: {x: uuid}}}}
      e: {operations: {go: {in: {x: uuid}}}}
sagas:
  flow:
    starts: a.A
    steps: [{do: b.go, undo: b.back}, {do: c.go, undo: c.back}, {do: d.go, undo: d.back}, e.go]
```

## Refactorings
- let one service conduct the flow as a saga

## Options
- `max_participants` = 4: what two teams can hold in their heads; from five on a flow is drawn to be understood.

## References
- C. Richardson: Microservices Patterns, 2018, chapter 4: drawbacks of choreography
- B. Ruecker: Practical Process Automation, 2021: the event chain antipattern

## Also known as
- `event-chain`
- `pinball-machine`
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Option, Profile, Rule, Violation
from svcforge.lint.wording import quoted
from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge, EdgeKind
from svcforge.source.finding import Related, Severity

MAX_PARTICIPANTS = Option("max_participants", 4, "from five participants on a flow has to be drawn to be understood")

RULE = Rule(
    code="SF408", name="wide-choreography", severity=Severity.INFO, profile=Profile.PRODUCTION,
    options=(MAX_PARTICIPANTS,), aliases=("event-chain", "pinball-machine"),
    since="0.1",
)  # fmt: skip

Published = tuple[str, str]
"""A service and its event."""


def check(context: LintContext) -> Iterator[Violation]:
    """Flows that begin with an event which is no answer to another."""
    blueprint, most = context.blueprint, context.option(MAX_PARTICIPANTS)
    handled = _handled(context)
    handlers = {(e.source, e.source_operation) for edges in handled.values() for e in edges}
    conducted = {(s.owner, s.event) for s in blueprint.sagas.values()}
    begun: set[Published] = set()
    for service in blueprint.services.values():
        for operation in service.operations.values():
            for event in operation.emits if (service.name, operation.name) not in handlers else ():
                first = (service.name, event)
                if first not in begun and first in handled:
                    begun.add(first)
                    flow = _flow(blueprint, handled, first, most)
                    if flow is not None and not conducted.intersection(flow.events):
                        yield _violation(blueprint, first, flow, most)


def _handled(context: LintContext) -> dict[Published, list[Edge]]:
    """Events with the subscriptions that name a handler."""
    found: dict[Published, list[Edge]] = {}
    for edge in context.indexes.edges:
        if edge.kind is EdgeKind.SUBSCRIPTION and edge.event and edge.source_operation:
            found.setdefault((edge.target, edge.event), []).append(edge)
    return found


class _Flow:
    """What is known of a flow: its events, who takes part, and the subscriptions that it goes through."""

    def __init__(self, first: Published) -> None:
        self.events = {first}
        self.participants = {first[0]: None}
        self.edges: list[Edge] = []


def _flow(blueprint: Blueprint, handled: Mapping[Published, list[Edge]], first: Published, most: int) -> _Flow | None:
    """The flow that an event begins, followed until it has too many participants; None if it never has."""
    flow, todo = _Flow(first), deque([first])
    while todo:
        event = todo.popleft()
        for edge in handled.get(event, ()):
            operation = blueprint.operation(edge.source, edge.source_operation)
            emits = operation.emits if operation else ()
            if not emits and event == first:
                continue
            flow.edges.append(edge)
            flow.participants.setdefault(edge.source)
            if len(flow.participants) > most:
                return flow
            new = [(edge.source, name) for name in emits if (edge.source, name) not in flow.events]
            flow.events.update(new)
            todo.extend(new)
    return None


def _violation(blueprint: Blueprint, first: Published, flow: _Flow, most: int) -> Violation:
    event = blueprint.event(*first)
    name = ".".join(first)
    return Violation(
        path=event.path if event else blueprint.services[first[0]].path,
        message=f'"{name}" sets off more than {most} services without a conductor: {quoted(list(flow.participants))}',
        hint="make it a saga that starts with this event, so that the steps stand in one place",
        at_key=True,
        related=tuple(Related(e.path, f"{e.source}.{e.source_operation} handles it") for e in flow.edges),
        about=tuple(flow.participants),
    )
