"""A promise of availability that what is behind it does not keep.

## What it does
Multiplies the promised availabilities (`slo.availability`) of the services and externals that a request cannot do
without, each once: those it waits for, directly or further down, without a `fallback` and not `optional`. It does so
for each operation and endpoint of a service or BFF that promises an availability itself, and reports the worst that
comes out below the promise. What promises nothing counts as always there, and so does the service itself: the product
is what can be reached at best. Where it holds, a direct dependency that offers less than one nine more than its caller
promises is told as info.

A promise is one of the service, with all its replicas: they raise no promise. Where `replica_availability` says how
often a single replica is there, r of them (`replicas`, else the effective `scale.min`) give `1 - (1 - a) ** r`: that
counts for what promises nothing, and for the service itself.

## Why is this bad?
A service is no more available than what it depends on: three dependencies of 99.9 % leave 99.7 %, however well it is
built. The promise is broken on the day that it is made.

## Example
```yaml
svcforge: 1
system: shop
platform: {mesh: istio, secrets: vault}
defaults:
  call: {timeout: 1s, retries: 0, breaker: {failures: 50%, window: 20, reset: 30s}}
contexts:
  shop:
    team: shop
    services:
      orders:
        slo: {availability: 99.9%}
        operations: {quote: {calls: [prices.quote]}}
      prices:
        slo: {availability: 99.5%}
        operations: {quote: {read_only: true, out: [uuid]}}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {mesh: istio, secrets: vault}
defaults:
  call: {timeout: 1s, retries: 0, breaker: {failures: 50%, window: 20, reset: 30s}}
contexts:
  shop:
    team: shop
    services:
      orders:
        slo: {availability: 99.9%}
        operations: {quote: {calls: [{to: prices.quote, fallback: []}]}}
      prices:
        slo: {availability: 99.5%}
        operations: {quote: {read_only: true, out: [uuid]}}
```

## Refactorings
- give the call a fallback or a copy to read
- ask more of what is behind
- promise less

## Options
- `replica_availability` = 0.0: the share of time that a single replica is there, such as 0.995; 0 for not known, since
  it is the platform's to measure, and a finding must be a proof.

## References
- B. Treynor, M. Dahlin, V. Rau, B. Beyer: The Calculus of Service Availability, ACM Queue 15(2), 2017: a service cannot
  be more available than the intersection of its critical dependencies; the rule of the extra 9

## Also known as
- `overdrawn-availability`
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from svcforge.lint.budgets import EQUAL, Budgets, percent, product
from svcforge.lint.calls import hard
from svcforge.lint.context import LintContext
from svcforge.lint.requests import OWN, UNNAMED, Node
from svcforge.lint.rule import Option, Profile, Rule, Violation
from svcforge.lint.wording import NAMED_AT_MOST
from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge, EdgeKind
from svcforge.model.effective import Effective, availability, replicas
from svcforge.source.finding import Path, Related, Severity

REPLICA_AVAILABILITY = Option("replica_availability", 0.0, "not known: what a single replica is, a platform measures")

RULE = Rule(
    code="SF307", name="availability-budget", severity=Severity.WARNING, profile=Profile.PRODUCTION,
    options=(REPLICA_AVAILABILITY,), aliases=("overdrawn-availability",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Promises that cannot be kept, then dependencies that leave no room for anything else."""
    blueprint = context.blueprint
    promises = {n: said for n in (*blueprint.services, *blueprint.bffs) if (said := availability(blueprint, n)).value}
    if not promises:
        return
    budgets = Budgets(context.indexes, context.option(REPLICA_AVAILABILITY))
    broken: dict[str, tuple[Node, Mapping[str, float]]] = {}
    for node in dict.fromkeys((*context.indexes.requests, *((name, OWN) for name in promises))):
        if node[0] in promises and node[1] != UNNAMED:
            found = budgets.at_best(node, promises[node[0]].value)
            if found and (node[0] not in broken or product(found) < product(broken[node[0]][1])):
                broken[node[0]] = (node, found)
    for name, (node, found) in broken.items():
        yield _overdrawn(blueprint, node, found, promises[name])
    told: set[tuple[str, str]] = set()
    for edge in context.indexes.waiting:
        pair = (edge.source, edge.target)
        if edge.source in promises and edge.source not in broken and pair not in told and hard(blueprint, edge):
            told.add(pair)
            yield from _without_room(edge, promises[edge.source].value, budgets.promised(edge.target))


def _overdrawn(blueprint: Blueprint, node: Node, found: Mapping[str, float], promise: Effective) -> Violation:
    worst = sorted(found, key=lambda name: (found[name], name))
    said = {name: _said(blueprint, name, node[0]) for name in worst[:NAMED_AT_MOST]}
    shown = " * ".join(f"{name} {percent(found[name])}{said[name].witness}" for name in said)
    more = f" * {len(worst) - NAMED_AT_MOST} more" if len(worst) > NAMED_AT_MOST else ""
    operation = blueprint.operation(*node)
    what = f'"{node[0]}.{node[1]}"' if operation else f'"{node[0]}"'
    return Violation(
        path=promise.origin or (),
        message=f'"{node[0]}" promises {percent(promise.value)}, and {what} reaches '
        f"{percent(product(found))} at best: {shown}{more}",
        hint="give the calls a fallback or a copy to read, ask more of what is behind, or promise less",
        note="promised here",
        related=(
            *((Related(operation.path, "depends on them"),) if operation else ()),
            *(Related(one.origin, one.about) for one in said.values() if one.origin),
        ),
        about=tuple(dict.fromkeys((node[0], *worst))),
    )


@dataclass(frozen=True, slots=True)
class Said:
    """What an availability comes from: its place, the words for the place, and those for the witness."""

    origin: Path | None
    about: str
    witness: str = ""


def _said(blueprint: Blueprint, name: str, own: str) -> Said:
    """What the availability of a dependency, or of the service itself (`own`), comes from."""
    promise = availability(blueprint, name)
    if name != own and promise.value is not None:
        return Said(promise.origin, f'what "{name}" promises')
    number = replicas(blueprint, name)
    counted = "one replica" if number.value <= 1 else f"{number.value} replicas"
    return Said(number.origin, f'how many replicas "{name}" has at least', f" of {counted}")


def _without_room(edge: Edge, promise: float, offered: float | None) -> Iterator[Violation]:
    needed = 1 - (1 - promise) / 10
    if offered is None or offered >= needed - EQUAL or edge.kind is EdgeKind.ROUTE:
        return
    yield Violation(
        path=edge.path,
        message=f'"{edge.source}" promises {percent(promise)} and cannot do without "{edge.target}", which promises '
        f"{percent(offered)}: less than one nine more, {percent(needed)}",
        hint="give the call a fallback, or ask one nine more of what it depends on",
        severity=Severity.INFO,
    )
