"""Services that call each other in a circle.

## What it does
Looks for circles of synchronous calls between business services, of any length, a service that calls itself
included. A saga's steps and compensations count as calls of the service that keeps its log; steps of that service
itself are local. Of several services that are knotted together one shortest circle is shown, with the call that is
cheapest to take out: the pair with the fewest calls, reads counting half, since a copy can replace them.

Where every call in the knot names the operation that makes it and the one it calls, and no operation reaches itself,
the finding is a warning: the services are entangled, the requests are not.

## Why is this bad?
None of the services can be deployed, tested, scaled or understood without the others; when one is slow, all wait for
each other, and with retries the circle keeps itself busy.

## Example
```yaml
svcforge: 1
system: trains
contexts:
  booking:
    services:
      travel:
        operations:
          plan_trip: {calls: [seat.free_seats]}
      seat:
        operations:
          free_seats: {calls: [travel.plan_trip]}
```

## Use instead
```yaml
svcforge: 1
system: trains
contexts:
  booking:
    services:
      travel:
        events: {TripChanged: {trip: uuid}}
        operations:
          plan_trip: {calls: [seat.free_seats], emits: [TripChanged]}
      seat:
        copies: {Trip: {travel.TripChanged: {}}}
        operations:
          free_seats: {}
```

## Refactorings
- invert one direction: one service publishes what happened, the other keeps a copy
- move what both need into a third service that calls neither
- join the services if they change together

## Options
None.

## References
- D. Taibi, V. Lenarduzzi: On the Definition of Microservice Bad Smells, IEEE Software 35(3), 2018: Cyclic Dependency
- F. Arcelli Fontana et al.: Arcan, a tool for architectural smells detection, ICSAW 2017: Cyclic Dependency

## Also known as
- `cyclic-dependency`
- `service-cycle`
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from svcforge.lint.breaking import cost, way_out
from svcforge.lint.context import LintContext, ServiceGraph
from svcforge.lint.cycles import shortest_cycle
from svcforge.lint.reach import returns
from svcforge.lint.rule import Profile, Rule, Violation
from svcforge.lint.wording import circle
from svcforge.model.blueprint import Blueprint
from svcforge.source.finding import Related, Severity

RULE = Rule(
    code="SF101", name="sync-cycle", severity=Severity.ERROR, profile=Profile.MINIMAL,
    aliases=("cyclic-dependency", "service-cycle"),
    since="0.1",
)  # fmt: skip

NAMED_AT_MOST = 5
"""Further services of a knot that a message names."""


def check(context: LintContext) -> Iterator[Violation]:
    """One shortest cycle of every knot of calls."""
    graph = context.indexes.sync
    for knot in context.indexes.sync_knots:
        yield _violation(context.blueprint, graph, knot, shortest_cycle(knot, graph))


def _violation(blueprint: Blueprint, graph: ServiceGraph, knot: Collection[str], cycle: tuple[str, ...]) -> Violation:
    pairs = list(zip(cycle, (*cycle[1:], cycle[0]), strict=True))
    source, target = min(pairs, key=lambda pair: (cost(blueprint, graph[pair[0]][pair[1]]), pair))
    members = set(knot)
    calls = [e for s in knot for t, between in graph[s].items() if t in members for e in between]
    acyclic = not returns(blueprint, calls)
    message = f'synchronous cycle "{circle(cycle)}"{_rest(sorted(set(knot) - set(cycle)))}'
    return Violation(
        path=graph[source][target][0].path,
        message=message + (", though no operation reaches itself" if acyclic else ""),
        hint=way_out(blueprint, source, target, graph[source][target]),
        note="the cheapest call to take out" if len(pairs) > 1 else "the service calls itself",
        related=tuple(Related(graph[a][b][0].path, f"{a} -> {b}") for a, b in pairs if (a, b) != (source, target)),
        severity=Severity.WARNING if acyclic else None,
        about=(*cycle, *(f"{a} -> {b}" for a, b in pairs)),
    )


def _rest(names: list[str]) -> str:
    """The other services of the knot."""
    if not names:
        return ""
    listed = ", ".join(names[:NAMED_AT_MOST]) + (", ..." if len(names) > NAMED_AT_MOST else "")
    return f" (+{len(names)} service{'s' if len(names) > 1 else ''} in the same knot: {listed})"
