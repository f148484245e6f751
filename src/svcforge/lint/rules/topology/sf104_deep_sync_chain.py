"""A request that waits through a long row of services.

## What it does
Follows the calls that a request waits for, from operation to operation where both are named and from service to
service where not, and reports a row with more than `max_hops` calls after its first business service. Gateways, BFFs
and frontends before that service do not count; a saga's steps and `wait: false` do not wait; services in a knot
(SF101) count once. Rows that end in the same service are reported once, the longest of them.

## Why is this bad?
Latencies add up along the row and availabilities multiply; each hop needs a timeout within the one before, and
retries on several hops multiply the load on the last.

## Example
```yaml
svcforge: 1
system: shop
defaults:
  call: {timeout: 1s, retries: 0, breaker: {failures: 50%, window: 20, reset: 30s}}
contexts:
  shop:
    services:
      cart: {operations: {check_out: {calls: [{to: prices.quote, timeout: 5s}]}}}
      prices: {operations: {quote: {read_only: true, calls: [{to: discounts.find, timeout: 4s}]}}}
      discounts: {operations: {find: {read_only: true, calls: [{to: members.status, timeout: 3s}]}}}
      members: {operations: {status: {read_only: true, calls: [{to: ledger.balance, timeout: 2s}]}}}
      ledger: {operations: {balance: {read_only: true}}}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {broker: rabbitmq}
defaults:
  call: {timeout: 1s, retries: 0, breaker: {failures: 50%, window: 20, reset: 30s}}
  subscription: {retries: 5, backoff: 1s, dead_letter: true, idempotent: true}
contexts:
  shop:
    services:
      cart: {operations: {check_out: {calls: [{to: prices.quote, timeout: 5s}]}}}
      prices: {operations: {quote: {read_only: true, calls: [{to: discounts.find, timeout: 4s}]}}}
      discounts: {operations: {find: {read_only: true, calls: [{to: members.status, timeout: 3s}]}}}
      members:
        copies: {Balance: {ledger.Booked: {}}}
        operations: {status: {read_only: true}}
      ledger:
        owns: {Booking: {amount: decimal}}
        events: {Booked: {booking: uuid, amount: decimal}}
        operations: {book: {creates: Booking, emits: [Booked]}}
```

## Refactorings
- keep a copy of what the end of the chain knows
- gather the answers side by side in a BFF
- answer at once and do the rest later

## Options
- `max_hops` = 3: the fourth call in a row is one too many. Chains of four services and more are called a smell in
  the literature; three hops are what an aggregate, its service and one lookup need.

## References
- J. Bogner et al.: Towards a Collaborative Repository for the Documentation of Service-Based Antipatterns, 2019:
  Service Chain
- CIMET: service chains of three services and more

## Also known as
- `service-chain`
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from svcforge.lint.chains import Chain, deepest
from svcforge.lint.context import LintContext
from svcforge.lint.rule import Option, Profile, Rule, Violation
from svcforge.model.edges import Edge
from svcforge.source.finding import Related, Severity

MAX_HOPS = Option("max_hops", 3, "an aggregate, its service and one lookup need three; a fourth call is one too many")

RULE = Rule(
    code="SF104", name="deep-sync-chain", severity=Severity.WARNING, profile=Profile.RECOMMENDED, options=(MAX_HOPS,),
    aliases=("service-chain",),
    since="0.1",
)  # fmt: skip

SHOWN = 12
"""Services and places of one chain that are shown; of a longer one the middle is left out."""

Node = tuple[str, str]
"""A service and its operation; "?" is where callers that name no operation arrive, "*" what calls at its own level."""


def check(context: LintContext) -> Iterator[Violation]:
    """The longest chain that is too long, for each service that such chains end in."""
    most = context.option(MAX_HOPS)
    business = context.blueprint.business
    found = deepest(_graph(context), starts=lambda node: node[0] in business, end=lambda node: node[0])
    for chain in found.values():
        if chain.hops > most:
            yield _violation(chain, most)


def _violation(chain: Chain, most: int) -> Violation:
    names = [chain.edges[0].source]
    for edge in chain.edges:
        names += [name for name in (edge.source, edge.target) if name != names[-1]]
    shown = names if len(names) <= SHOWN else [*names[: SHOWN - 2], f"... {len(names) - SHOWN + 1} more ...", names[-1]]
    one_too_many = chain.edges[most]
    others = [edge for edge in chain.edges if edge is not one_too_many]
    return Violation(
        path=one_too_many.path,
        message=f'a request waits through {chain.hops} calls in a row, more than {most}: "{" -> ".join(shown)}"',
        hint="let one of the later services publish events and keep a copy before it, or gather the answers side by side",
        note=f"call {most + 1} in the row",
        related=tuple(Related(edge.path, f"{edge.source} -> {edge.target}") for edge in others[:SHOWN]),
        about=tuple(f"{edge.source} -> {edge.target}" for edge in chain.edges),
    )


def _graph(context: LintContext) -> Mapping[Node, Mapping[Node, Edge | None]]:
    """Waiting calls between operations; None leads on inside a service, where it is not said which operation calls."""
    nodes = context.blueprint.business.keys() | context.indexes.entries
    graph: dict[Node, dict[Node, Edge | None]] = {}
    operations: dict[str, set[Node]] = {}
    for edge in context.indexes.waiting:
        if edge.source in nodes and edge.target in nodes:
            source = (edge.source, edge.source_operation or "*")
            target = (edge.target, edge.operation or "?")
            graph.setdefault(source, {}).setdefault(target, edge)
            for node in (source, target):
                operations.setdefault(node[0], set()).add(node)
    for service, known in operations.items():
        inside: list[Node] = sorted(known - {(service, "?"), (service, "*")})
        if (service, "*") in known:
            for node in (*inside, (service, "?")):
                graph.setdefault(node, {})[service, "*"] = None
        if (service, "?") in known:
            graph.setdefault((service, "?"), {}).update(dict.fromkeys(inside))
    return graph
