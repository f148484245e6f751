"""A service that asks another again and again.

## What it does
Reports a business service whose one operation makes more than `max_calls` calls to the same other service, and a
service that uses `max_operations` or more distinct operations of a service in another context. Saga steps count for
the second, and not for the first, since no request waits for them.

## Why is this bad?
Each call costs a round trip, a timeout and a chance to fail; together they are slower than the work itself. Many
different operations between two contexts say that the line between them was drawn through something that belongs
together.

## Example
```yaml
svcforge: 1
system: shop
platform: {metrics: prometheus, logs: loki}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}, auth: service}
contexts:
  ordering:
    services:
      orders:
        owns: {Order: {total: decimal}}
        operations:
          place: {creates: Order, calls: [users.name, users.address, users.email]}
          bill: {calls: [users.bank, users.discount]}
  identity:
    services:
      users:
        owns: {User: {name: text}}
        operations:
          name: {read_only: true}
          address: {read_only: true}
          email: {read_only: true}
          bank: {read_only: true}
          discount: {read_only: true}
```

## Use instead
```yaml
svcforge: 1
system: shop
platform: {metrics: prometheus, logs: loki}
defaults:
  call: {timeout: 1s, retries: 1, breaker: {failures: 50%, window: 20, reset: 30s}, auth: service}
contexts:
  ordering:
    services:
      orders:
        owns: {Order: {total: decimal}}
        operations:
          place: {creates: Order, calls: [users.buyer]}
          bill: {calls: [users.buyer]}
  identity:
    services:
      users:
        owns: {User: {name: text}}
        operations:
          buyer: {out: {name: text, address: text, email: email, bank: text}, read_only: true}
```

## Refactorings
- ask once for all that is needed
- keep a copy of what is read
- join the two services

## Options
- `max_calls` = 5: more calls of one request to one service are better one call that answers all of it.
- `max_operations` = 4: an owner, its parts and one command; the fifth says that the two belong together.

## References
- J. Bogner et al.: Towards a Collaborative Repository for the Documentation of Service-Based Antipatterns, 2019:
  Chatty Service
- M. Fowler: Patterns of Enterprise Application Architecture, 2002: Remote Facade

## Also known as
- `chatty-service`
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from svcforge.lint.context import LintContext
from svcforge.lint.rule import Option, Profile, Rule, Violation
from svcforge.lint.wording import quoted
from svcforge.model.edges import Edge, EdgeKind
from svcforge.source.finding import Related, Severity

MAX_CALLS = Option("max_calls", 5, "more calls of one request to one service are better one call that answers it all")
MAX_OPERATIONS = Option("max_operations", 4, "an owner, its parts and one command; the fifth says they belong together")

RULE = Rule(
    code="SF108", name="chatty-pair", severity=Severity.WARNING, profile=Profile.RECOMMENDED,
    options=(MAX_CALLS, MAX_OPERATIONS), aliases=("chatty-service",),
    since="0.1",
)  # fmt: skip


def check(context: LintContext) -> Iterator[Violation]:
    """Pairs with many calls of one request, else with many operations across contexts."""
    services = context.blueprint.services
    calls_most, operations_most = context.option(MAX_CALLS), context.option(MAX_OPERATIONS)
    for source, targets in context.indexes.sync.items():
        for target, between in targets.items():
            if len(between) <= min(calls_most, operations_most) or source == target:
                continue
            used = list(dict.fromkeys(edge.operation for edge in between if edge.operation))
            operation, calls = _busiest(between)
            if calls > calls_most:
                message = (
                    f'"{source}.{operation}" makes {calls} calls to "{target}" for one request, more than {calls_most}'
                )
                yield _violation(between, message)
            elif len(used) > operations_most and services[source].context != services[target].context:
                message = (
                    f'"{source}" uses {len(used)} operations of "{target}" in another context, more than '
                    f"{operations_most}: {quoted(used)}"
                )
                yield _violation(between, message)


def _busiest(between: tuple[Edge, ...]) -> tuple[str, int]:
    """The operation with the most calls of one request in these, and how many."""
    asked = Counter(e.source_operation for e in between if e.kind is EdgeKind.CALL and e.source_operation)
    return max(asked.items(), key=lambda found: found[1], default=("", 0))


def _violation(between: tuple[Edge, ...], message: str) -> Violation:
    first = between[0]
    return Violation(
        path=first.path,
        message=message,
        hint=f'ask "{first.target}" once for all of it, keep a copy of what is read (`copies`), or join the two',
        related=tuple(Related(edge.path, f"{edge.source} -> {edge.target}.{edge.operation}") for edge in between[1:12]),
        about=(f"{first.source} -> {first.target}",),
    )
