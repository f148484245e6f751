"""Bounded contexts that call each other in a circle.

## What it does
Draws every context as one box and looks for circles of synchronous calls between the boxes, saga steps included;
calls inside a context do not count. One shortest circle is shown for each knot, with a call that stands for each side.

## Why is this bad?
Contexts are the lines along which teams work and deploy. When two of them need each other to answer, neither team
can change or release on its own, and the model of one leaks into the other, even though no single service is in a
circle.

## Example
```yaml
svcforge: 1
system: shop
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}}
contexts:
  ordering:
    services:
      orders:
        operations:
          place_order: {calls: [invoices.open_invoice]}
      prices:
        operations:
          quote: {read_only: true}
  billing:
    services:
      invoices:
        operations:
          open_invoice: {}
      dunning:
        operations:
          remind: {calls: [prices.quote], schedule: daily 03:00}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {broker: rabbitmq}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}}
  subscription: {retries: 5, backoff: 1s, dead_letter: true, idempotent: true}
contexts:
  ordering:
    services:
      orders:
        operations:
          place_order: {calls: [invoices.open_invoice]}
      prices:
        owns: {Price: {amount: decimal}}
        events: {PriceSet: {price: uuid, amount: decimal}}
        operations:
          set_price: {creates: Price, emits: [PriceSet]}
  billing:
    services:
      invoices:
        operations:
          open_invoice: {}
      dunning:
        copies: {Price: {prices.PriceSet: {}}}
        operations:
          remind: {schedule: daily 03:00}
```

## Refactorings
- invert one direction with events between the contexts
- draw the boundary anew, so that what calls is inside

## Options
None.

## References
- E. Evans: Domain-Driven Design, 2003: context map
- CIMET, modularity of the context graph

## Also known as
- `cyclic-contexts`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.breaking import cost, way_out
from svcforge.lint.context import LintContext
from svcforge.lint.cycles import knots, shortest_cycle
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.lint.wording import circle
from svcforge.model.edges import Edge
from svcforge.source.finding import Related, Severity

RULE = Rule(
    code="SF103", name="context-cycle", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    aliases=("cyclic-contexts",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """One shortest cycle of every knot of contexts."""
    graph = _between_contexts(context)
    for knot in knots(graph):
        cycle = shortest_cycle(knot, graph)
        pairs = list(zip(cycle, (*cycle[1:], cycle[0]), strict=True))
        source, target = min(pairs, key=lambda pair: (cost(context.blueprint, graph[pair[0]][pair[1]]), pair))
        first = graph[source][target][0]
        alike = [e for e in graph[source][target] if (e.source, e.target) == (first.source, first.target)]
        yield Violation(
            path=first.path,
            message=f'contexts call each other in a cycle "{circle(cycle)}"',
            hint=way_out(context.blueprint, first.source, first.target, alike),
            note=f"from {source} to {target}",
            related=tuple(_side(a, b, graph[a][b][0]) for a, b in pairs if (a, b) != (source, target)),
            about=tuple(f"{e.source} -> {e.target}" for a, b in pairs for e in graph[a][b]),
        )


def _side(source: str, target: str, edge: Edge) -> Related:
    return Related(edge.path, f"{source} -> {target}: {edge.source} calls {edge.target}")


def _between_contexts(context: LintContext) -> dict[str, dict[str, list[Edge]]]:
    services = context.blueprint.services
    graph: dict[str, dict[str, list[Edge]]] = {}
    for source, targets in context.indexes.sync.items():
        for target, between in targets.items():
            a, b = services[source].context, services[target].context
            if a != b:
                graph.setdefault(a, {}).setdefault(b, []).extend(between)
    return graph
