"""Retries upon retries, until one request is many.

## What it does
Multiplies the attempts (`retries` and one) along the calls that a request waits for, from operation to operation where
they are named and from service to service where not, and reports a way with more than `max_attempts`. Retries that
come from `defaults` count only where the operation may be repeated, or is not named; those written on a call always.
Of the ways that end in one service the worst is reported, at the call where it becomes too much. Services in a knot
(SF101) count once.

## Why is this bad?
When the last service is slow, each layer above asks it again, and the attempts multiply: it gets many times its load
at the moment when it can bear the least, and does not come back.

## Example
```yaml
svcforge: 1
system: shop
defaults:
  call: {timeout: 1s, breaker: {failures: 50%, window: 20, reset: 30s}}
contexts:
  shop:
    services:
      cart: {operations: {check_out: {calls: [{to: prices.quote, retries: 2}]}}}
      prices: {operations: {quote: {read_only: true, calls: [{to: taxes.rate, retries: 3}]}}}
      taxes: {operations: {rate: {read_only: true}}}
```

## Use instead
```yaml
svcforge: 1
system: shop
defaults:
  call: {timeout: 1s, breaker: {failures: 50%, window: 20, reset: 30s}}
contexts:
  shop:
    services:
      cart: {operations: {check_out: {calls: [{to: prices.quote, retries: 0}]}}}
      prices: {operations: {quote: {read_only: true, calls: [{to: taxes.rate, retries: 3}]}}}
      taxes: {operations: {rate: {read_only: true}}}
```

## Options
- `max_attempts` = 8: one retry on each of three hops in a row; what is more loads a service that fails tenfold.

## References
- M. Brooker: Timeouts, retries and backoff with jitter, Amazon Builders' Library: retries at several layers multiply
- B. Beyer et al.: Site Reliability Engineering, 2016, chapter 22: Addressing Cascading Failures, retries

## Also known as
- `retry-storm`
"""

from __future__ import annotations

from collections.abc import Iterator

from svcforge.lint.calls import attempts, callee, caller, origin
from svcforge.lint.context import LintContext
from svcforge.lint.cycles import components
from svcforge.lint.requests import Graph
from svcforge.lint.rule import Option, Profile, Rule, Violation
from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge
from svcforge.model.effective import call_policy
from svcforge.source.finding import Related, Severity

MAX_ATTEMPTS = Option("max_attempts", 8, "one retry on each of three hops in a row")

RULE = Rule(
    code="SF304", name="retry-amplification", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    options=(MAX_ATTEMPTS,), aliases=("retry-storm",),
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """The way with the most attempts, for each service that such ways end in."""
    most = context.option(MAX_ATTEMPTS)
    for way in _worst(context.blueprint, context.indexes.requests):
        if way[-1][1] > most:
            yield _violation(context.blueprint, way, most)


Way = list[tuple[Edge, int]]
"""The calls of a way that repeat, each with the attempts up to and with it."""


def _worst(blueprint: Blueprint, graph: Graph) -> Iterator[Way]:
    """For each service that repeated calls end in, the way with the most attempts (on the condensation; linear)."""
    groups = components({node: [end for _, end in out] for node, out in graph.items()})
    group_of = {node: i for i, group in enumerate(groups) for node in group}
    most, ends = [1] * len(groups), [""] * len(groups)
    step: list[tuple[Edge | None, int] | None] = [None] * len(groups)
    best: dict[str, int] = {}
    for i, group in enumerate(groups):
        for node in group:
            for edge, end in graph.get(node, ()):
                j, own = group_of[end], attempts(blueprint, edge) if edge else 1
                if j != i and own * most[j] > most[i]:
                    most[i], step[i], ends[i] = own * most[j], (edge, j), ends[j] or end[0]
        if most[i] > 1 and (ends[i] not in best or most[i] > most[best[ends[i]]]):
            best[ends[i]] = i
    for i in best.values():
        way: Way = []
        at = step[i]
        while at is not None:
            if at[0] is not None and (own := attempts(blueprint, at[0])) > 1:
                way.append((at[0], own * (way[-1][1] if way else 1)))
            at = step[at[1]]
        yield way


def _violation(blueprint: Blueprint, way: Way, most: int) -> Violation:
    last = way[-1][0]
    too_much = next(edge for edge, so_far in way if so_far > most)
    shown = ", then ".join(f'"{caller(e)}" -> "{callee(e)}" {attempts(blueprint, e)} times' for e, _ in way)
    others = [edge for edge, _ in way if edge is not too_much]
    return Violation(
        path=too_much.path,
        message=f'one request may ask "{callee(last)}" {way[-1][1]} times, more than {most}: {shown}',
        hint="retry in one place, nearest to what may fail, and say `retries: 0` on the other calls",
        note="here the attempts become too many",
        related=(
            *(Related(edge.path, f"{attempts(blueprint, edge)} attempts") for edge in others),
            *origin(too_much, "the number of retries", call_policy(blueprint, too_much, "retries")),
        ),
        about=tuple(f"{edge.source} -> {edge.target}" for edge, _ in way),
    )
