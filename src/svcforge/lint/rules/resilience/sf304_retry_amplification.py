"""Retries upon retries, until one request is many.

## What it does
Multiplies the attempts (`retries` and one) along the calls that a request waits for, from operation to operation where
they are named and from service to service where not, and reports a way with more than `max_attempts`. What may not be
repeated is asked once, by whomever (SF305 reports retries that are written there); a call that names no operation is
followed through each that the service has, once through those that may not be repeated. Of the ways that end in one
service the worst is reported, at the call where it becomes too much. Services in a knot (SF101) count once.

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

## Refactorings
- retry in one layer, nearest to what may fail
- give retries a budget

## Options
- `max_attempts` = 8: one retry on each of three hops in a row; what is more loads a service that fails tenfold.

## References
- M. Brooker: Timeouts, retries and backoff with jitter, Amazon Builders' Library: retries at several layers multiply
- B. Beyer et al.: Site Reliability Engineering, 2016, chapter 22: Addressing Cascading Failures, retries

## Also known as
- `retry-storm`
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from svcforge.lint.attempts import Arc, repeated
from svcforge.lint.calls import callee, caller, origin, set_in
from svcforge.lint.context import LintContext
from svcforge.lint.cycles import components
from svcforge.lint.requests import Node
from svcforge.lint.rule import Option, Profile, Rule, Violation
from svcforge.model.blueprint import Blueprint
from svcforge.model.edges import Edge
from svcforge.model.effective import Effective, call_policy
from svcforge.source.finding import Related, Severity

MAX_ATTEMPTS = Option("max_attempts", 8, "one retry on each of three hops in a row")

RULE = Rule(
    code="SF304", name="retry-amplification", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    options=(MAX_ATTEMPTS,), aliases=("retry-storm",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """The way with the most attempts, for each service that such ways end in."""
    most = context.option(MAX_ATTEMPTS)
    for way in _worst(repeated(context.indexes)):
        if way[-1].so_far > most:
            yield _violation(context.blueprint, way, most)


@dataclass(frozen=True, slots=True)
class Repeated:
    """A call on a way that is made several times, and the attempts up to and with it."""

    edge: Edge
    times: int
    so_far: int


def _worst(graph: Mapping[Node, Sequence[Arc]]) -> Iterator[list[Repeated]]:
    """For each service that repeated calls end in, the way with the most attempts (on the condensation; linear)."""
    groups = components({node: [end for _, _, end in out] for node, out in graph.items()})
    group_of = {node: i for i, group in enumerate(groups) for node in group}
    most, ends = [1] * len(groups), [""] * len(groups)
    step: list[tuple[Edge | None, int, int] | None] = [None] * len(groups)
    best: dict[str, int] = {}
    for i, group in enumerate(groups):
        for node in group:
            for edge, times, end in graph.get(node, ()):
                j = group_of[end]
                if j != i and times * most[j] > most[i]:
                    most[i], step[i], ends[i] = times * most[j], (edge, times, j), ends[j] or end[0]
        if most[i] > 1 and (ends[i] not in best or most[i] > most[best[ends[i]]]):
            best[ends[i]] = i
    for i in best.values():
        yield _way(step, i)


def _way(step: Sequence[tuple[Edge | None, int, int] | None], start: int) -> list[Repeated]:
    way: list[Repeated] = []
    at = step[start]
    while at is not None:
        edge, times, following = at
        if edge is not None and times > 1:
            way.append(Repeated(edge, times, times * (way[-1].so_far if way else 1)))
        at = step[following]
    return way


def _violation(blueprint: Blueprint, way: Sequence[Repeated], most: int) -> Violation:
    last = way[-1]
    too_much = next(call.edge for call in way if call.so_far > most)
    shown = ", then ".join(f'"{caller(c.edge)}" -> "{callee(c.edge)}" {c.times} times' for c in way)
    others = [call for call in way if call.edge is not too_much]
    return Violation(
        path=too_much.path,
        message=f'one request may ask "{callee(last.edge)}" {last.so_far} times, more than {most}: {shown}',
        hint="retry in one place, nearest to what may fail, and say `retries: 0` on the other calls",
        note="here the attempts become too many",
        related=(
            *(Related(c.edge.path, f"{c.times} attempts{set_in(c.edge, _said(blueprint, c.edge))}") for c in others),
            *origin(too_much, "the number of retries", _said(blueprint, too_much)),
        ),
        about=tuple(f"{call.edge.source} -> {call.edge.target}" for call in way),
    )


def _said(blueprint: Blueprint, edge: Edge) -> Effective:
    return call_policy(blueprint, edge, "retries")
